import { SlackError } from '../errors.ts'
import { wireChannel, wireMessage } from '../wire.ts'
import { type Channel, type Message, seek } from '../workspace.ts'
import { type Call, channelOf, member, method, needScope, page } from './method.ts'

const KINDS = { public_channel: 'channel', private_channel: 'private', im: 'im', mpim: 'mpim' } as const
const read = ['channels:read', 'groups:read', 'im:read', 'mpim:read']
const history = ['channels:history', 'groups:history', 'im:history', 'mpim:history']

function kindsOf(types: string[] | undefined): Set<Channel['kind']> {
  const wanted = types ?? ['public_channel']
  return new Set(
    wanted.map((type) => {
      if (!(type in KINDS)) throw new SlackError('invalid_types')
      return KINDS[type as keyof typeof KINDS]
    }),
  )
}

function limitOf(limit: number | undefined): number | undefined {
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 0 || limit > 1000))
    throw new SlackError('invalid_limit')
  return limit
}

export const info = method({
  tier: 3,
  scopes: read,
  args: { channel: 'string!', include_locale: 'boolean', include_num_members: 'boolean' },
  errors: ['channel_not_found'],
  run(call) {
    const channel = channelOf(call, call.args.channel)
    needScope(call, channel, 'read')
    return { channel: wireChannel(call.world, channel, call.app.botUserId, call.args.include_num_members) }
  },
})

export const list = method({
  tier: 2,
  scopes: read,
  args: { cursor: 'string', limit: 'number', exclude_archived: 'boolean', types: 'list', team_id: 'string' },
  errors: ['invalid_cursor', 'invalid_limit', 'invalid_types'],
  run(call) {
    const kinds = kindsOf(call.args.types)
    const me = call.app.botUserId
    const seen = [...call.world.space.channels.values()].filter(
      (channel) => kinds.has(channel.kind) && (channel.kind === 'channel' || channel.members.has(me)),
    )
    const open = seen.filter((channel) => !(call.args.exclude_archived && channel.is_archived))
    const { items, ...rest } = page(open, call.args.cursor, limitOf(call.args.limit))
    return { channels: items.map((channel) => wireChannel(call.world, channel, me, true)), ...rest }
  },
})

export const members = method({
  tier: 4,
  scopes: read,
  args: { channel: 'string!', cursor: 'string', limit: 'number' },
  errors: ['channel_not_found', 'invalid_cursor', 'invalid_limit'],
  run(call) {
    const channel = channelOf(call, call.args.channel)
    needScope(call, channel, 'read')
    const { items, ...rest } = page([...channel.members], call.args.cursor, limitOf(call.args.limit))
    return { members: items, ...rest }
  },
})

type Window = {
  cursor: string | undefined
  limit: number | undefined
  oldest: string | undefined
  latest: string | undefined
  inclusive: boolean | undefined
  include_all_metadata: boolean | undefined
}
const window = {
  cursor: 'string',
  limit: 'number',
  oldest: 'string',
  latest: 'string',
  inclusive: 'boolean',
  include_all_metadata: 'boolean',
} as const
const windowErrors = ['channel_not_found', 'invalid_cursor', 'invalid_ts_latest', 'invalid_ts_oldest']

/** Slack writes times as seconds with up to six digits behind the point. */
function stamp(value: string | undefined, error: string): string | undefined {
  if (value === undefined || value === '' || value === '0') return undefined
  if (!/^\d+(\.\d+)?$/.test(value)) throw new SlackError(error)
  const [whole, part = ''] = value.split('.')
  return `${whole!.padStart(10, '0')}.${part.padEnd(6, '0').slice(0, 6)}`
}

/** The part of a sorted list between oldest and latest that the index has caught up with; copies nothing outside it. */
function between(call: Call<Window>, list: readonly Message[]): Message[] {
  const oldest = stamp(call.args.oldest, 'invalid_ts_oldest')
  const latest = stamp(call.args.latest, 'invalid_ts_latest')
  let from = oldest === undefined ? 0 : seek(list, oldest)
  let to = latest === undefined ? list.length : seek(list, latest)
  if (!call.args.inclusive && oldest !== undefined && list[from]?.ts === oldest) from++
  if (call.args.inclusive && latest !== undefined && list[to]?.ts === latest) to++
  const caughtUp = call.world.clock.ms - call.world.historyLagMs
  while (call.world.historyLagMs > 0 && to > from && list[to - 1]!.postedAt > caughtUp) to--
  return list.slice(from, to)
}

export const getHistory = method({
  tier: 3,
  scopes: history,
  args: { channel: 'string!', ...window },
  errors: [...windowErrors, 'not_in_channel'],
  run(call) {
    const channel = channelOf(call, call.args.channel)
    needScope(call, channel, 'history')
    member(call, channel)
    const found = between(call, channel.roots).toReversed()
    const { items, response_metadata: next } = page(found, call.args.cursor, call.args.limit, 999)
    return {
      messages: items.map((message) =>
        wireMessage(call.world, channel, message, call.args.include_all_metadata),
      ),
      has_more: next.next_cursor !== '',
      pin_count: channel.pins.size,
      ...(next.next_cursor && { response_metadata: next }),
    }
  },
})

export const replies = method({
  tier: 3,
  scopes: history,
  args: { channel: 'string!', ts: 'string!', ...window },
  errors: [...windowErrors, 'thread_not_found'],
  run(call) {
    const channel = channelOf(call, call.args.channel)
    needScope(call, channel, 'history')
    member(call, channel)
    const asked = channel.byTs.get(call.args.ts)
    const root = asked?.thread_ts === undefined ? asked : channel.byTs.get(asked.thread_ts)
    if (!root) throw new SlackError('thread_not_found')
    const answers = between(call, channel.threads.get(root.ts)?.replies ?? [])
    const isFirst = !call.args.cursor
    const { items, response_metadata: next } = page(answers, call.args.cursor, call.args.limit, 999)
    const shown = isFirst ? [root, ...items] : items
    return {
      messages: shown.map((message) =>
        wireMessage(call.world, channel, message, call.args.include_all_metadata),
      ),
      has_more: next.next_cursor !== '',
      ...(next.next_cursor && { response_metadata: next }),
    }
  },
})

function opened(call: Call<{ return_im: boolean | undefined }>, channel: Channel) {
  if (!call.args.return_im) return { id: channel.id }
  const { is_user_deleted: _, ...shown } = wireChannel(call.world, channel, call.app.botUserId)
  return shown
}

export const open = method({
  tier: 3,
  scopes: ['channels:manage', 'groups:write', 'im:write', 'mpim:write'],
  args: { channel: 'string', users: 'list', return_im: 'boolean', prevent_creation: 'boolean' },
  errors: [
    'channel_not_found',
    'user_not_found',
    'users_list_not_supplied',
    'too_many_users',
    'user_disabled',
  ],
  run(call) {
    const { args, world, app } = call
    if (args.channel !== undefined) {
      const channel = channelOf(call, args.channel)
      return { channel: opened(call, channel) }
    }
    const users = args.users ?? []
    if (users.length === 0) throw new SlackError('users_list_not_supplied')
    if (users.length > 8) throw new SlackError('too_many_users')
    for (const id of users) {
      const user = world.space.users.get(id)
      if (!user) throw new SlackError('user_not_found')
      if (user.deleted) throw new SlackError('user_disabled')
      if (user.is_bot) throw new SlackError('cannot_dm_bot')
    }
    const isOld = world.space.conversation([app.botUserId, ...users]) !== undefined
    if (!isOld && args.prevent_creation) throw new SlackError('channel_not_found')
    const channel = world.directMessage(app.botUserId, ...users)
    return { ...(isOld && { no_op: true, already_open: true }), channel: opened(call, channel) }
  },
})

export const close = method({
  tier: 2,
  scopes: ['channels:manage', 'groups:write', 'im:write', 'mpim:write'],
  args: { channel: 'string!' },
  errors: ['channel_not_found', 'method_not_supported_for_channel_type'],
  run(call) {
    const channel = channelOf(call, call.args.channel)
    if (channel.kind !== 'im' && channel.kind !== 'mpim')
      throw new SlackError('method_not_supported_for_channel_type')
    return {}
  },
})

export const mark = method({
  tier: 3,
  scopes: ['channels:manage', 'groups:write', 'im:write', 'mpim:write'],
  args: { channel: 'string!', ts: 'string!' },
  errors: ['channel_not_found', 'invalid_timestamp', 'not_in_channel'],
  run(call) {
    const channel = channelOf(call, call.args.channel)
    member(call, channel)
    channel.reads.set(call.app.botUserId, stamp(call.args.ts, 'invalid_timestamp') ?? '0')
    return {}
  },
})
