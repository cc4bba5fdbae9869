import type { Events } from './events.ts'
import type { Talk } from './talk.ts'
import { wireChannel, wireGroup } from './wire.ts'
import { type Channel, type Usergroup, sec } from './workspace.ts'
import type { World } from './world.ts'

/** Who is where: channels and groups, and the events about them. */
export class Rooms {
  #world: World
  #events: Events
  #talk: Talk

  constructor(world: World, events: Events, talk: Talk) {
    this.#world = world
    this.#events = events
    this.#talk = talk
  }

  create(name: string, isPrivate: boolean, creator: string): Channel {
    const channel = this.#world.space.addChannel({
      id: this.#world.ids.next('C'),
      kind: isPrivate ? 'private' : 'channel',
      name,
      members: [creator],
      created: sec(this.#world.clock.ms),
      creator,
    })
    this.#world.changes.touch(channel.id)
    if (!isPrivate)
      this.#events.emit({
        type: 'channel_created',
        channel: { id: channel.id, name, created: channel.created, creator },
        event_ts: this.#stamp(),
      })
    return channel
  }

  join(channel: Channel, user: string, inviter?: string): void {
    if (channel.members.has(user)) return
    channel.members.add(user)
    this.#world.changes.touch(channel.id)
    this.#events.emit(
      {
        type: 'member_joined_channel',
        user,
        channel: channel.id,
        channel_type: channel.kind === 'channel' ? 'C' : 'G',
        team: this.#world.space.team.id,
        ...(inviter !== undefined && { inviter }),
        event_ts: this.#stamp(),
      },
      { channel },
    )
    const subtype = channel.kind === 'private' ? 'group_join' : 'channel_join'
    this.#talk.announce(channel, user, subtype, `<@${user}> has joined the channel`)
  }

  leave(channel: Channel, user: string): void {
    if (!channel.members.has(user)) return
    const app = this.#world.appOfUser(user)
    this.#events.emit(
      {
        type: 'member_left_channel',
        user,
        channel: channel.id,
        channel_type: channel.kind === 'channel' ? 'C' : 'G',
        team: this.#world.space.team.id,
        event_ts: this.#stamp(),
      },
      { channel },
    )
    if (app)
      this.#events.emit(
        {
          type: channel.kind === 'private' ? 'group_left' : 'channel_left',
          channel: channel.id,
          event_ts: this.#stamp(),
        },
        { channel, app },
      )
    channel.members.delete(user)
    this.#talk.announce(channel, user, 'channel_leave', `<@${user}> has left the channel`)
  }

  archive(channel: Channel, user: string, on: boolean): void {
    channel.is_archived = on
    this.#world.changes.touch(channel.id)
    const kind = channel.kind === 'private' ? 'group' : 'channel'
    this.#events.emit(
      { type: `${kind}_${on ? 'archive' : 'unarchive'}`, channel: channel.id, user, event_ts: this.#stamp() },
      { channel },
    )
  }

  rename(channel: Channel, name: string): void {
    channel.name = name
    this.#world.changes.touch(channel.id)
    this.#events.emit(
      {
        type: channel.kind === 'private' ? 'group_rename' : 'channel_rename',
        channel: { id: channel.id, name, created: channel.created },
        event_ts: this.#stamp(),
      },
      { channel },
    )
  }

  describe(channel: Channel, what: 'topic' | 'purpose', value: string, user: string): void {
    channel[what] = value
    const verb = value ? `set the channel ${what}: ${value}` : `cleared the channel ${what}`
    this.#talk.announce(channel, user, `channel_${what}`, verb)
  }

  group(group: Usergroup, change: Partial<Usergroup>): void {
    const before = group.users
    Object.assign(group, change, { updated: sec(this.#world.clock.ms) })
    this.#world.changes.touch()
    this.#events.emit({
      type: 'subteam_updated',
      subteam: wireGroup(this.#world, group),
      event_ts: this.#stamp(),
    })
    if (!change.users) return
    const added = group.users.filter((user) => !before.includes(user))
    const removed = before.filter((user) => !group.users.includes(user))
    this.#events.emit({
      type: 'subteam_members_changed',
      subteam_id: group.id,
      team_id: this.#world.space.team.id,
      added_users: added,
      added_users_count: added.length,
      removed_users: removed,
      removed_users_count: removed.length,
      date_previous_update: group.updated,
      date_update: group.updated,
      event_ts: this.#stamp(),
    })
  }

  newGroup(group: Usergroup): void {
    this.#world.space.usergroups.set(group.id, group)
    this.#world.changes.touch()
    this.#events.emit({
      type: 'subteam_created',
      subteam: wireGroup(this.#world, group),
      event_ts: this.#stamp(),
    })
  }

  /** The channel as its members see it. */
  show(channel: Channel, viewer: string): Record<string, unknown> {
    return wireChannel(this.#world, channel, viewer)
  }

  #stamp(): string {
    return `${sec(this.#world.clock.ms)}.000000`
  }
}
