import type { App } from './apps.ts'
import { limits } from './blockkit-limits.ts'
import { size } from './blockkit-rules.ts'
import type { Events } from './events.ts'
import type { Block } from './protocol.ts'
import { type Channel, type Message, type Metadata, type SharedFile, sec, seek } from './workspace.ts'
import { wireMessage } from './wire.ts'
import type { World } from './world.ts'

export type Draft = {
  user: string
  text: string
  blocks?: Block[]
  attachments?: Record<string, unknown>[]
  metadata?: Metadata
  thread_ts?: string
  broadcast?: boolean
  app?: App
  username?: string
  icons?: Record<string, string>
  client_msg_id?: string
  subtype?: string
  files?: SharedFile[]
}

export type Revision = {
  text?: string
  blocks?: Block[]
  attachments?: Record<string, unknown>[]
  metadata?: Metadata | null
  files?: SharedFile[]
  broadcast?: boolean
  /** an edit that leaves no "edited" mark */
  quiet?: boolean
}

const CHANNEL_TYPE = { channel: 'channel', private: 'group', im: 'im', mpim: 'mpim' } as const

/** What is said in channels: posting, editing, deleting, reacting, and the events that follow. */
export class Talk {
  #world: World
  #events: Events

  constructor(world: World, events: Events) {
    this.#world = world
    this.#events = events
  }

  post(channel: Channel, draft: Draft): Message {
    const message = this.#compose(channel, draft)
    this.#world.space.add(channel, message)
    const noted = this.#world.ledger.note(this.#world.space, channel, message, this.#world.clock.ms)
    for (const entry of noted)
      if (entry.reason === 'mention')
        this.#world.space.thread(channel, message.thread_ts ?? message.ts).followers.add(entry.user)
    channel.reads.set(draft.user, message.ts)
    this.#world.changes.touch(channel.id)
    const event = wireMessage(this.#world, channel, message, true)
    this.#emit(channel, { ...event, type: 'message' }, message.ts)
    for (const app of this.#world.apps.values())
      if (message.text.includes(`<@${app.botUserId}>`) && message.bot_id === undefined)
        this.#events.emit(
          { ...event, type: 'app_mention', channel: channel.id, event_ts: message.ts },
          { channel, app },
        )
    if (message.bot_id === undefined) this.#links(channel, message)
    return message
  }

  /** A message that only one person sees; nothing is stored that an app could read. */
  whisper(channel: Channel, to: string, draft: Draft): Message {
    const message = { ...this.#compose(channel, draft), only: to }
    channel.ephemerals.push(message)
    if (channel.ephemerals.length > 200) channel.ephemerals.shift()
    this.#world.changes.touch(channel.id)
    return message
  }

  edit(channel: Channel, message: Message, revision: Revision, by: string): void {
    const before = message.only === undefined && wireMessage(this.#world, channel, message, true)
    if (revision.text !== undefined) message.text = revision.text
    if (revision.blocks) message.blocks = revision.blocks
    if (revision.attachments) message.attachments = revision.attachments
    if (revision.files) message.files = revision.files
    if (revision.metadata === null) delete message.metadata
    else if (revision.metadata) message.metadata = revision.metadata
    if (revision.broadcast && !message.broadcast) {
      message.broadcast = true
      channel.roots.splice(seek(channel.roots, message.ts), 0, message)
    }
    const now = this.#world.space.nextTs(channel, this.#world.clock.ms)
    if (!revision.quiet) message.edited = { user: by, ts: now }
    this.#world.changes.touch(channel.id)
    if (!before) return
    const changed = wireMessage(this.#world, channel, message, true)
    this.#emit(
      channel,
      {
        type: 'message',
        subtype: 'message_changed',
        hidden: true,
        ts: now,
        message: changed,
        previous_message: before,
      },
      now,
    )
  }

  unsay(channel: Channel, message: Message): void {
    if (message.only !== undefined) {
      channel.ephemerals = channel.ephemerals.filter((other) => other !== message)
      this.#world.changes.touch(channel.id)
      return
    }
    const before = wireMessage(this.#world, channel, message, true)
    const root = (channel.threads.get(message.ts)?.replies.length ?? 0) > 0
    if (root) {
      Object.assign(message, {
        text: 'This message was deleted.',
        blocks: [],
        attachments: [],
        subtype: 'tombstone',
      })
      delete message.metadata
    } else this.#world.space.remove(channel, message)
    const now = this.#world.space.nextTs(channel, this.#world.clock.ms)
    this.#world.changes.touch(channel.id)
    this.#emit(
      channel,
      {
        type: 'message',
        subtype: 'message_deleted',
        hidden: true,
        ts: now,
        deleted_ts: message.ts,
        previous_message: before,
      },
      now,
    )
  }

  /** Returns false when there is nothing to change. */
  react(channel: Channel, message: Message, name: string, user: string, on: boolean): boolean {
    const users = message.reactions.get(name) ?? new Set()
    if (users.has(user) === on) return false
    if (on) users.add(user)
    else users.delete(user)
    if (users.size > 0) message.reactions.set(name, users)
    else message.reactions.delete(name)
    this.#world.changes.touch(channel.id)
    this.#events.emit(
      {
        type: on ? 'reaction_added' : 'reaction_removed',
        user,
        reaction: name,
        item_user: message.user,
        item: { type: 'message', channel: channel.id, ts: message.ts },
        event_ts: this.#stamp(),
      },
      { channel },
    )
    return true
  }

  pin(channel: Channel, message: Message, user: string, on: boolean): void {
    if (on) channel.pins.set(message.ts, { user, at: this.#world.clock.ms })
    else channel.pins.delete(message.ts)
    this.#world.changes.touch(channel.id)
    this.#events.emit(
      {
        type: on ? 'pin_added' : 'pin_removed',
        user,
        channel_id: channel.id,
        item: { type: 'message', channel: channel.id, message: wireMessage(this.#world, channel, message) },
        event_ts: this.#stamp(),
      },
      { channel },
    )
  }

  /** The grey lines about people coming and going. */
  announce(channel: Channel, user: string, subtype: string, text: string): void {
    const message = this.#compose(channel, { user, text, subtype })
    this.#world.space.add(channel, message)
    this.#world.changes.touch(channel.id)
    this.#emit(channel, { ...wireMessage(this.#world, channel, message), type: 'message' }, message.ts)
  }

  /** Tells apps of links to their domains, in channels without them too. */
  #links(channel: Channel, message: Message): void {
    const urls = [...message.text.matchAll(/<(https?:\/\/[^>|]+)/g)].map((match) => match[1]!)
    for (const app of urls.length > 0 ? this.#world.apps.values() : []) {
      const links = urls.flatMap((url) => {
        const host = URL.canParse(url) ? new URL(url).hostname : ''
        const domain = app.unfurlDomains.find((known) => host === known || host.endsWith(`.${known}`))
        return domain === undefined ? [] : [{ domain, url }]
      })
      if (links.length === 0) continue
      const { ts, user, thread_ts } = message
      const where = { channel: channel.id, message_ts: ts, ...(thread_ts !== undefined && { thread_ts }) }
      const isMember = channel.members.has(app.botUserId)
      const source = {
        source: 'conversations_history',
        unfurl_id: `${channel.id}-${ts}`,
        is_bot_user_member: isMember,
      }
      this.#events.emit(
        { type: 'link_shared', user, ...where, ...source, links, event_ts: ts },
        { channel, app },
      )
    }
  }

  #stamp(): string {
    return `${sec(this.#world.clock.ms)}.${String(this.#world.changes.revision % 1_000_000).padStart(6, '0')}`
  }

  #emit(channel: Channel, event: { type: string; [key: string]: unknown }, stamp: string): void {
    this.#events.emit(
      { ...event, channel: channel.id, event_ts: stamp, channel_type: CHANNEL_TYPE[channel.kind] },
      { channel },
    )
  }

  #compose(channel: Channel, draft: Draft): Message {
    const app = draft.app
    return {
      ts: this.#world.space.nextTs(channel, this.#world.clock.ms),
      channel: channel.id,
      user: draft.user,
      text: cut(draft.text),
      blocks: draft.blocks ?? [],
      attachments: draft.attachments ?? [],
      broadcast: draft.broadcast ?? false,
      reactions: new Map(),
      files: draft.files ?? [],
      postedAt: this.#world.clock.ms,
      ...(app && { bot_id: app.botId, app_id: app.id }),
      ...(!app && !draft.subtype && { client_msg_id: draft.client_msg_id ?? this.#world.ids.uuid() }),
      ...(draft.metadata && { metadata: draft.metadata }),
      ...(draft.thread_ts !== undefined && { thread_ts: draft.thread_ts }),
      ...(draft.username !== undefined && { username: draft.username }),
      ...(draft.icons && { icons: draft.icons }),
      ...(app && draft.client_msg_id !== undefined && { client_msg_id: draft.client_msg_id }),
      ...(draft.subtype !== undefined && { subtype: draft.subtype }),
    }
  }
}

/** A longer text is cut off. */
function cut(text: string): string {
  const most = limits.message.text
  return text.length > most && size(text) > most ? Array.from(text).slice(0, most).join('') : text
}
