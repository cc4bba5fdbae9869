import { SlackError } from '../errors.ts'
import { wireChannel, wireUser } from '../wire.ts'
import { type Channel, sec, type User } from '../workspace.ts'
import { type Call, method, page } from './method.ts'

function userOf(call: Call<unknown>, id: string | undefined): User {
  const user = call.world.space.users.get(id ?? call.app.botUserId)
  if (!user) throw new SlackError('user_not_found')
  return user
}

function wire(call: Call<unknown>, user: User, locale?: boolean) {
  return wireUser(call.world, user, call.app.scopes.has('users:read.email'), locale)
}

export const info = method({
  tier: 4,
  scopes: ['users:read'],
  args: { user: 'string!', include_locale: 'boolean' },
  errors: ['user_not_found'],
  run: (call) => ({ user: wire(call, userOf(call, call.args.user), call.args.include_locale) }),
})

export const list = method({
  tier: 2,
  scopes: ['users:read'],
  args: { cursor: 'string', limit: 'number', include_locale: 'boolean', team_id: 'string' },
  errors: ['invalid_cursor'],
  run(call) {
    const { items, ...rest } = page([...call.world.space.users.values()], call.args.cursor, call.args.limit)
    return {
      members: items.map((user) => {
        const { is_stranger: _, ...member } = wire(call, user, call.args.include_locale)
        return member
      }),
      cache_ts: sec(call.world.clock.ms),
      ...rest,
    }
  },
})

export const lookupByEmail = method({
  tier: 3,
  scopes: ['users:read.email'],
  args: { email: 'string!' },
  errors: ['users_not_found'],
  run(call) {
    const wanted = call.args.email.toLowerCase()
    const user = [...call.world.space.users.values()].find(
      (candidate) => candidate.email.toLowerCase() === wanted && !candidate.deleted,
    )
    if (!user) throw new SlackError('users_not_found')
    return { user: wire(call, user) }
  },
})

/** Here alone Slack does not say whether the app is in it. */
function shown(call: Call<unknown>, channel: Channel) {
  const { is_member: _, ...rest } = wireChannel(call.world, channel, call.app.botUserId)
  return rest
}

export const conversations = method({
  tier: 3,
  scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
  args: {
    user: 'string',
    cursor: 'string',
    limit: 'number',
    types: 'list',
    exclude_archived: 'boolean',
    team_id: 'string',
  },
  errors: ['invalid_cursor', 'invalid_types'],
  run(call) {
    const kinds = { public_channel: 'channel', private_channel: 'private', im: 'im', mpim: 'mpim' }
    const types = call.args.types ?? ['public_channel']
    if (!types.every((type) => type in kinds)) throw new SlackError('invalid_types')
    const wanted = new Set<string>(types.map((type) => kinds[type as keyof typeof kinds]))
    const user = call.args.user ?? call.app.botUserId
    const mine = [...call.world.space.channels.values()].filter(
      (channel) =>
        wanted.has(channel.kind) &&
        channel.members.has(user) &&
        (channel.kind === 'channel' || channel.members.has(call.app.botUserId)) &&
        !(call.args.exclude_archived && channel.is_archived),
    )
    const { items, ...rest } = page(mine, call.args.cursor, call.args.limit)
    return { channels: items.map((channel) => shown(call, channel)), ...rest }
  },
})

export const getPresence = method({
  tier: 3,
  scopes: ['users:read'],
  args: { user: 'string' },
  run: (call) => ({ presence: userOf(call, call.args.user).presence }),
})

export const setPresence = method({
  tier: 2,
  scopes: ['users:write'],
  args: { presence: 'string!' },
  errors: ['invalid_presence'],
  run(call) {
    const { presence } = call.args
    if (presence !== 'auto' && presence !== 'away') throw new SlackError('invalid_presence')
    userOf(call, undefined).presence = presence === 'auto' ? 'active' : 'away'
    return {}
  },
})

export const profileGet = method({
  tier: 4,
  scopes: ['users.profile:read'],
  args: { user: 'string', include_labels: 'boolean' },
  errors: ['user_not_found'],
  run: (call) => ({ profile: wire(call, userOf(call, call.args.user))['profile'] }),
})

function dnd(call: Call<unknown>, user: User) {
  const until = user.dndUntil ?? 0
  const isOn = until > call.world.clock.ms
  return {
    dnd_enabled: isOn,
    next_dnd_start_ts: isOn ? sec(call.world.clock.ms) : 1,
    next_dnd_end_ts: isOn ? sec(until) : 1,
  }
}

export const dndInfo = method({
  tier: 3,
  scopes: ['dnd:read'],
  args: { user: 'string', team_id: 'string' },
  errors: ['user_not_found'],
  run(call) {
    return dnd(call, userOf(call, call.args.user))
  },
})

export const dndTeamInfo = method({
  tier: 2,
  scopes: ['dnd:read'],
  args: { users: 'list!', team_id: 'string' },
  errors: ['no_users_provided'],
  run(call) {
    if (call.args.users.length === 0) throw new SlackError('no_users_provided')
    return { users: Object.fromEntries(call.args.users.map((id) => [id, dnd(call, userOf(call, id))])) }
  },
})
