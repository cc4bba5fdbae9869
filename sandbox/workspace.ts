import type { Block, SeedData } from './protocol.ts'

export type User = {
  id: string
  name: string
  real_name: string
  title: string
  email: string
  tz: string
  team_id: string
  is_admin: boolean
  is_restricted: boolean
  is_bot: boolean
  app_id?: string
  bot_id?: string
  presence: 'active' | 'away'
  dndUntil?: number
  deleted: boolean
  updated: number
}

export type Metadata = { event_type: string; event_payload: Record<string, unknown> }
export type SharedFile = { id: string; name: string; size: number; mimetype: string; url_private: string }

export type Message = {
  ts: string
  channel: string
  user: string
  bot_id?: string
  app_id?: string
  username?: string
  icons?: Record<string, string>
  subtype?: string
  text: string
  blocks: Block[]
  attachments: Record<string, unknown>[]
  metadata?: Metadata
  thread_ts?: string
  broadcast: boolean
  edited?: { user: string; ts: string }
  reactions: Map<string, Set<string>>
  files: SharedFile[]
  client_msg_id?: string
  /** set on an ephemeral message: the only reader */
  only?: string
  postedAt: number
}

export type Thread = { replies: Message[]; users: Set<string>; followers: Set<string> }

export type Channel = {
  id: string
  kind: 'channel' | 'private' | 'im' | 'mpim'
  name: string
  topic: string
  purpose: string
  created: number
  creator: string
  is_archived: boolean
  is_shared: boolean
  is_general: boolean
  read_only: boolean
  members: Set<string>
  /** what the channel shows: roots and broadcast replies, by ts */
  roots: Message[]
  byTs: Map<string, Message>
  threads: Map<string, Thread>
  ephemerals: Message[]
  lastMicros: number
  reads: Map<string, string>
  pins: Map<string, { user: string; at: number }>
}

export type Usergroup = {
  id: string
  handle: string
  name: string
  description: string
  users: string[]
  enabled: boolean
  created: number
  updated: number
}

/** Index of the first message with a ts not below `ts`. */
export function seek(list: readonly Message[], ts: string): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle]!.ts < ts) low = middle + 1
    else high = middle
  }
  return low
}

/** People, channels, groups and their messages; knows no app, no clock, no network. */
export class Workspace {
  team: { id: string; name: string; domain: string } = { id: 'T0', name: '', domain: '' }
  readonly users = new Map<string, User>()
  readonly channels = new Map<string, Channel>()
  readonly usergroups = new Map<string, Usergroup>()
  #conversations = new Map<string, Channel>()

  seed(seed: SeedData, now: number): void {
    if (seed.team) this.team = seed.team
    for (const user of seed.users ?? [])
      this.addUser({
        ...user,
        real_name: user.real_name ?? user.name,
        title: user.title ?? '',
        email: user.email ?? '',
        team_id: user.team_id ?? this.team.id,
        updated: sec(now),
      })
    for (const channel of seed.channels ?? [])
      this.addChannel({
        id: channel.id,
        kind: channel.private ? 'private' : 'channel',
        name: channel.name,
        topic: channel.topic,
        is_archived: channel.archived,
        is_shared: channel.shared,
        is_general: channel.general,
        members: channel.members,
        created: sec(now),
        creator: channel.members[0] ?? 'U0',
      })
    for (const group of seed.usergroups ?? [])
      this.usergroups.set(group.id, { description: '', created: sec(now), updated: sec(now), ...group })
  }

  addUser(user: User): User {
    this.users.set(user.id, user)
    return user
  }

  addChannel(
    given: Pick<Channel, 'id' | 'kind' | 'name' | 'created' | 'creator'> &
      Partial<Omit<Channel, 'members'>> & { members: Iterable<string> },
  ): Channel {
    const channel: Channel = {
      topic: '',
      purpose: '',
      is_archived: false,
      is_shared: false,
      is_general: false,
      read_only: false,
      roots: [],
      byTs: new Map(),
      threads: new Map(),
      ephemerals: [],
      lastMicros: 0,
      reads: new Map(),
      pins: new Map(),
      ...given,
      members: new Set(given.members),
    }
    this.channels.set(channel.id, channel)
    return channel
  }

  /** A channel by id, `#name` or name. */
  find(name: string): Channel | undefined {
    const byId = this.channels.get(name)
    if (byId) return byId
    const wanted = name.replace(/^#/, '')
    for (const channel of this.channels.values())
      if (channel.name === wanted && (channel.kind === 'channel' || channel.kind === 'private'))
        return channel
    return undefined
  }

  /** The DM or group DM of exactly these people. */
  conversation(
    users: string[],
    make?: { id: (people: string[]) => string; now: number },
  ): Channel | undefined {
    const key = [...new Set(users)].sort().join(' ')
    const known = this.#conversations.get(key)
    if (known || !make) return known
    const kind = key.split(' ').length > 2 ? 'mpim' : 'im'
    const names = key.split(' ').map((id) => this.users.get(id)?.name ?? id)
    const channel = this.addChannel({
      id: make.id(key.split(' ')),
      kind,
      name: kind === 'mpim' ? `mpdm-${names.join('--')}-1` : names.join(', '),
      members: key.split(' '),
      created: sec(make.now),
      creator: users[0]!,
    })
    this.#conversations.set(key, channel)
    return channel
  }

  /** The next timestamp of a channel: now, unless that is taken. */
  nextTs(channel: Channel, now: number): string {
    const micros = Math.max(Math.floor(now * 1000), channel.lastMicros + 1)
    channel.lastMicros = micros
    return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`
  }

  add(channel: Channel, message: Message): void {
    channel.byTs.set(message.ts, message)
    if (!message.thread_ts) {
      channel.roots.push(message)
      return
    }
    const thread = this.thread(channel, message.thread_ts)
    thread.replies.push(message)
    thread.users.add(message.user)
    thread.followers.add(message.user)
    if (message.broadcast) channel.roots.push(message)
  }

  thread(channel: Channel, root: string): Thread {
    let thread = channel.threads.get(root)
    if (!thread) {
      const author = channel.byTs.get(root)?.user
      thread = { replies: [], users: new Set(), followers: new Set(author ? [author] : []) }
      channel.threads.set(root, thread)
    }
    return thread
  }

  remove(channel: Channel, message: Message): void {
    channel.byTs.delete(message.ts)
    channel.pins.delete(message.ts)
    drop(channel.roots, message)
    if (!message.thread_ts) return
    const thread = channel.threads.get(message.thread_ts)
    if (thread) drop(thread.replies, message)
  }

  message(channel: Channel, ts: string): Message | undefined {
    return channel.byTs.get(ts)
  }

  /** An ordinary or an ephemeral message. */
  anyMessage(channel: Channel, ts: string): Message | undefined {
    return channel.byTs.get(ts) ?? channel.ephemerals.find((message) => message.ts === ts)
  }

  groupNamed(handle: string): Usergroup | undefined {
    for (const group of this.usergroups.values()) if (group.handle === handle) return group
    return undefined
  }
}

function drop(list: Message[], message: Message): void {
  const index = seek(list, message.ts)
  if (list[index] === message) list.splice(index, 1)
}

/** Milliseconds to Slack's whole seconds. */
export function sec(ms: number): number {
  return Math.floor(ms / 1000)
}
