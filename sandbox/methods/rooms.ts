import { size } from '../blockkit-rules.ts'
import { SlackError } from '../errors.ts'
import { wireChannel } from '../wire.ts'
import type { Channel } from '../workspace.ts'
import { type Call, channelOf, member, method } from './method.ts'

const manage = ['channels:manage', 'groups:write', 'im:write', 'mpim:write']
const invites = [...manage, 'channels:write.invites', 'groups:write.invites']
const topics = [...manage, 'channels:write.topic', 'groups:write.topic']
const nameErrors = [
  'invalid_name_required',
  'invalid_name_maxlength',
  'invalid_name_specials',
  'invalid_name_punctuation',
]

function room(call: Call<unknown>, id: string): Channel {
  const channel = channelOf(call, id)
  if (channel.kind === 'im' || channel.kind === 'mpim')
    throw new SlackError('method_not_supported_for_channel_type')
  return channel
}

function openRoom(call: Call<unknown>, id: string): Channel {
  const channel = room(call, id)
  if (channel.is_archived) throw new SlackError('is_archived')
  return channel
}

function freeName(call: Call<unknown>, name: string): string {
  if (!name) throw new SlackError('invalid_name_required')
  if (name.length > 80) throw new SlackError('invalid_name_maxlength')
  if (/^[-_.]+$/.test(name)) throw new SlackError('invalid_name_punctuation')
  if (!/^[\p{L}\p{N}_-]+$/u.test(name) || name !== name.toLowerCase())
    throw new SlackError('invalid_name_specials')
  if (call.world.space.find(`#${name}`)) throw new SlackError('name_taken')
  return name
}

export const create = method({
  tier: 2,
  scopes: manage,
  args: { name: 'string!', is_private: 'boolean', team_id: 'string' },
  errors: ['name_taken', ...nameErrors],
  run(call) {
    const channel = call.rooms.create(
      freeName(call, call.args.name),
      call.args.is_private ?? false,
      call.app.botUserId,
    )
    return { channel: wireChannel(call.world, channel, call.app.botUserId) }
  },
})

export const rename = method({
  tier: 2,
  scopes: manage,
  args: { channel: 'string!', name: 'string!' },
  errors: ['channel_not_found', 'not_in_channel', 'is_archived', 'name_taken', ...nameErrors],
  run(call) {
    const channel = openRoom(call, call.args.channel)
    member(call, channel)
    call.rooms.rename(channel, freeName(call, call.args.name))
    return { channel: wireChannel(call.world, channel, call.app.botUserId) }
  },
})

export const join = method({
  tier: 3,
  scopes: ['channels:join'],
  args: { channel: 'string!' },
  errors: ['channel_not_found', 'is_archived', 'method_not_supported_for_channel_type'],
  run(call) {
    const channel = openRoom(call, call.args.channel)
    if (channel.kind !== 'channel') throw new SlackError('method_not_supported_for_channel_type')
    const isOld = channel.members.has(call.app.botUserId)
    call.rooms.join(channel, call.app.botUserId)
    if (isOld) call.warn('already_in_channel')
    return {
      channel: wireChannel(call.world, channel, call.app.botUserId),
      ...(isOld && { warning: 'already_in_channel' }),
    }
  },
})

export const leave = method({
  tier: 3,
  scopes: manage,
  args: { channel: 'string!' },
  errors: ['channel_not_found', 'is_archived', 'cant_leave_general'],
  run(call) {
    const channel = openRoom(call, call.args.channel)
    if (channel.is_general) throw new SlackError('cant_leave_general')
    if (!channel.members.has(call.app.botUserId)) return { not_in_channel: true }
    call.rooms.leave(channel, call.app.botUserId)
    return {}
  },
})

export const invite = method({
  tier: 3,
  scopes: invites,
  args: { channel: 'string!', users: 'list!', force: 'boolean' },
  errors: [
    'channel_not_found',
    'not_in_channel',
    'is_archived',
    'user_not_found',
    'cant_invite_self',
    'already_in_channel',
    'no_user',
  ],
  run(call) {
    const { args, app, world } = call
    const channel = openRoom(call, args.channel)
    member(call, channel)
    if (args.users.length === 0) throw new SlackError('no_user')
    const failures = args.users.flatMap((user) => {
      const error = refusal(call, channel, user)
      return error ? [{ user, ok: false, error }] : []
    })
    if (failures.length > 0 && !args.force) throw new SlackError(failures[0]!.error, { errors: failures })
    const failed = new Set(failures.map((failure) => failure.user))
    for (const user of args.users) if (!failed.has(user)) call.rooms.join(channel, user, app.botUserId)
    const answer = { channel: wireChannel(world, channel, app.botUserId) }
    return failures.length > 0 ? { ...answer, errors: failures } : answer
  },
})

function refusal(call: Call<unknown>, channel: Channel, user: string): string | undefined {
  if (user === call.app.botUserId) return 'cant_invite_self'
  if (!call.world.space.users.has(user)) return 'user_not_found'
  return channel.members.has(user) ? 'already_in_channel' : undefined
}

export const kick = method({
  tier: 3,
  scopes: manage,
  args: { channel: 'string!', user: 'string' },
  errors: [
    'channel_not_found',
    'not_in_channel',
    'cant_kick_self',
    'cant_kick_from_general',
    'user_not_found',
  ],
  run(call) {
    const channel = room(call, call.args.channel)
    member(call, channel)
    const user = call.args.user ?? ''
    if (user === call.app.botUserId) throw new SlackError('cant_kick_self')
    if (channel.is_general) throw new SlackError('cant_kick_from_general')
    if (!call.world.space.users.has(user)) throw new SlackError('user_not_found')
    if (!channel.members.has(user)) throw new SlackError('not_in_channel')
    call.rooms.leave(channel, user)
    return {}
  },
})

export const archive = method({
  tier: 2,
  scopes: manage,
  args: { channel: 'string!' },
  errors: ['channel_not_found', 'already_archived', 'cant_archive_general', 'not_in_channel'],
  run(call) {
    const channel = room(call, call.args.channel)
    if (channel.is_archived) throw new SlackError('already_archived')
    if (channel.is_general) throw new SlackError('cant_archive_general')
    member(call, channel)
    call.rooms.archive(channel, call.app.botUserId, true)
    return {}
  },
})

export const unarchive = method({
  tier: 2,
  scopes: manage,
  args: { channel: 'string!' },
  errors: ['channel_not_found', 'not_archived'],
  run(call) {
    const channel = room(call, call.args.channel)
    if (!channel.is_archived) throw new SlackError('not_archived')
    call.rooms.archive(channel, call.app.botUserId, false)
    return {}
  },
})

export const setTopic = method({
  tier: 2,
  scopes: topics,
  args: { channel: 'string!', topic: 'string!' },
  errors: ['channel_not_found', 'not_in_channel', 'is_archived', 'too_long'],
  run: (call) => describe(call, call.args.channel, 'topic', call.args.topic),
})

export const setPurpose = method({
  tier: 2,
  scopes: topics,
  args: { channel: 'string!', purpose: 'string!' },
  errors: ['channel_not_found', 'not_in_channel', 'is_archived', 'too_long'],
  run: (call) => describe(call, call.args.channel, 'purpose', call.args.purpose),
})

function describe(call: Call<unknown>, id: string, what: 'topic' | 'purpose', value: string) {
  const channel = openRoom(call, id)
  member(call, channel)
  if (size(value) > 250) throw new SlackError('too_long')
  call.rooms.describe(channel, what, value, call.app.botUserId)
  return { channel: wireChannel(call.world, channel, call.app.botUserId) }
}
