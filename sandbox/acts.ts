import type { AppActs } from './app-acts.ts'
import type { Events } from './events.ts'
import type { Act, ActResult } from './protocol.ts'
import type { Rooms } from './rooms.ts'
import { no, type Refusal, seenMessage, sees } from './seeing.ts'
import type { Talk } from './talk.ts'
import { typed } from './wire.ts'
import type { Channel, Message } from './workspace.ts'
import type { World } from './world.ts'

/** What people do. Each act is one method here; what it means to the app is told by Interactivity. */
export class Acts {
  #world: World
  #talk: Talk
  #rooms: Rooms
  #events: Events
  #toApp: AppActs

  constructor(world: World, talk: Talk, rooms: Rooms, events: Events, toApp: AppActs) {
    this.#world = world
    this.#talk = talk
    this.#rooms = rooms
    this.#events = events
    this.#toApp = toApp
  }

  async act(act: Act): Promise<ActResult> {
    if (!this.#world.space.users.has(act.as))
      return no('user_not_found', `There is no ${act.as} in this workspace.`)
    const entry = this.#world.journal.add({ kind: 'act', name: act.type, ok: true, body: act })
    const result = await this.#do(act)
    if (!result.ok) Object.assign(entry, { ok: false, error: result.error })
    this.#world.changes.touch()
    return result
  }

  #do(act: Act): ActResult | Promise<ActResult> {
    switch (act.type) {
      case 'post':
        return act.text.startsWith('/') ? this.#toApp.command(act.as, act.channel, act.text) : this.#post(act)
      case 'command':
        return this.#toApp.command(act.as, act.channel, act.text)
      case 'edit':
      case 'delete':
        return this.#change(act)
      case 'react':
        return this.#onMessage(act, (channel, message) => {
          this.#talk.react(channel, message, act.name, act.as, !act.remove)
        })
      case 'message_shortcut':
      case 'global_shortcut':
        return this.#toApp.shortcut(act)
      case 'press':
      case 'choose':
        return this.#toApp.use(act)
      case 'suggest':
        return this.#toApp.suggest(act)
      case 'submit':
        return this.#toApp.submit(act)
      case 'close':
        return this.#toApp.close(act)
      case 'open_home':
        return this.#toApp.openHome(act)
      case 'join':
      case 'leave':
      case 'invite':
      case 'kick':
      case 'archive':
      case 'unarchive':
      case 'mark_read':
        return this.#inRoom(act)
      case 'create_channel':
        return { ok: true, channel: this.#rooms.create(act.name, act.private ?? false, act.as).id }
      case 'open_dm':
        return { ok: true, channel: this.#world.directMessage(act.as, ...act.users).id }
      case 'presence':
      case 'dnd':
        return this.#mood(act)
      case 'dismiss':
        break
    }
    return this.#dismiss(act)
  }

  #post(act: Extract<Act, { type: 'post' }>): ActResult {
    const channel = this.#world.space.find(act.channel)
    const refused = this.#mayPost(act.as, channel)
    if (refused) return refused
    const message = this.#talk.post(channel!, {
      user: act.as,
      text: typed(this.#world, act.text),
      ...(act.thread_ts !== undefined && { thread_ts: act.thread_ts, broadcast: act.broadcast ?? false }),
    })
    return { ok: true, ts: message.ts, channel: channel!.id }
  }

  #inRoom(
    act: Extract<Act, { type: 'join' | 'leave' | 'invite' | 'kick' | 'archive' | 'unarchive' | 'mark_read' }>,
  ): ActResult {
    const channel = this.#world.space.find(act.channel)
    if (!channel || !sees(channel, act.as)) return no('not_found', 'No such channel.')
    if (channel.is_archived && act.type !== 'unarchive' && act.type !== 'mark_read')
      return no('is_archived', 'This channel is archived.')
    if (act.type === 'join') this.#rooms.join(channel, act.as)
    if (act.type === 'leave') this.#rooms.leave(channel, act.as)
    if (act.type === 'invite') for (const user of act.users) this.#rooms.join(channel, user, act.as)
    if (act.type === 'kick') this.#rooms.leave(channel, act.user)
    if (act.type === 'archive' || act.type === 'unarchive')
      this.#rooms.archive(channel, act.as, act.type === 'archive')
    if (act.type === 'mark_read') channel.reads.set(act.as, act.ts ?? newest(channel))
    return { ok: true, channel: channel.id }
  }

  #change(act: Extract<Act, { type: 'edit' | 'delete' }>): ActResult {
    return this.#onMessage(act, (channel, message) => {
      if (message.user !== act.as) return no('cant_update_message', 'Only your own messages.')
      if (act.type === 'delete') this.#talk.unsay(channel, message)
      else this.#talk.edit(channel, message, { text: typed(this.#world, act.text) }, act.as)
      return undefined
    })
  }

  #mood(act: Extract<Act, { type: 'presence' | 'dnd' }>): ActResult {
    const user = this.#world.space.users.get(act.as)!
    if (act.type === 'presence') user.presence = act.presence
    else if (act.until === null) delete user.dndUntil
    else user.dndUntil = Date.parse(act.until)
    if (act.type === 'dnd')
      this.#events.emit({
        type: 'dnd_updated_user',
        user: act.as,
        dnd_status: { dnd_enabled: act.until !== null },
        event_ts: `${this.#world.clock.ms / 1000}`,
      })
    return { ok: true }
  }

  #dismiss(act: Extract<Act, { type: 'dismiss' }>): ActResult {
    const notices = this.#world.notices.get(act.as) ?? []
    this.#world.notices.set(
      act.as,
      notices.filter((notice) => notice.id !== act.id),
    )
    for (const channel of this.#world.space.channels.values())
      channel.ephemerals = channel.ephemerals.filter(
        (message) => message.only !== act.as || message.ts !== act.id,
      )
    return { ok: true }
  }

  #onMessage(
    act: { as: string; channel: string; ts: string },
    run: (channel: Channel, message: Message) => ActResult | undefined | void,
  ): ActResult {
    const found = seenMessage(this.#world, act.as, act.channel, act.ts)
    if (!found) return no('not_found', 'No such message.')
    return run(found.channel, found.message) ?? { ok: true, ts: act.ts, channel: found.channel.id }
  }

  #mayPost(user: string, channel: Channel | undefined): Refusal | undefined {
    if (!channel || !sees(channel, user)) return no('not_found', 'No such channel.')
    if (!channel.members.has(user)) return no('not_in_channel', `Join #${channel.name} first.`)
    if (channel.is_archived) return no('is_archived', `#${channel.name} is archived.`)
    return undefined
  }
}

function newest(channel: Channel): string {
  return channel.lastMicros === 0
    ? '0'
    : `${Math.floor(channel.lastMicros / 1e6)}.${String(channel.lastMicros % 1e6).padStart(6, '0')}`
}
