import { SlackError } from '../errors.ts'
import { wireMessage, wireReactions } from '../wire.ts'
import { type Call, channelOf, member, messageOf, method } from './method.ts'

const MOST_EMOJI = 23
const file = { file: 'string', file_comment: 'string' } as const
const at = { channel: 'string!', timestamp: 'string!' } as const

function locate(call: Call<{ channel: string; timestamp: string }>) {
  const channel = channelOf(call, call.args.channel)
  return { channel, message: messageOf(channel, call.args.timestamp) }
}

function emoji(name: string): string {
  const bare = name.replaceAll(':', '')
  if (!/^[a-z0-9_+'-]+$/.test(bare)) throw new SlackError('invalid_name')
  return bare
}

export const add = method({
  tier: 3,
  scopes: ['reactions:write'],
  args: { ...at, name: 'string!' },
  errors: [
    'channel_not_found',
    'message_not_found',
    'invalid_name',
    'already_reacted',
    'is_archived',
    'too_many_emoji',
  ],
  run(call) {
    const { channel, message } = locate(call)
    if (channel.is_archived) throw new SlackError('is_archived')
    const name = emoji(call.args.name)
    if (!message.reactions.has(name) && message.reactions.size >= MOST_EMOJI)
      throw new SlackError('too_many_emoji')
    if (!call.talk.react(channel, message, name, call.app.botUserId, true))
      throw new SlackError('already_reacted')
    return {}
  },
})

export const remove = method({
  tier: 2,
  scopes: ['reactions:write'],
  args: { ...at, ...file, name: 'string!' },
  errors: ['channel_not_found', 'message_not_found', 'invalid_name', 'no_reaction'],
  run(call) {
    const { channel, message } = locate(call)
    const name = emoji(call.args.name)
    if (!call.talk.react(channel, message, name, call.app.botUserId, false))
      throw new SlackError('no_reaction')
    return {}
  },
})

export const get = method({
  tier: 3,
  scopes: ['reactions:read'],
  args: { ...at, ...file, full: 'boolean' },
  errors: ['channel_not_found', 'message_not_found'],
  run(call) {
    const { channel, message } = locate(call)
    const shown = { ...wireMessage(call.world, channel, message), reactions: wireReactions(message) }
    return { type: 'message', channel: channel.id, message: shown }
  },
})

export const pin = method({
  tier: 2,
  scopes: ['pins:write'],
  args: at,
  errors: ['channel_not_found', 'not_in_channel', 'message_not_found', 'already_pinned', 'too_many_pins'],
  run(call) {
    const { channel, message } = locate(call)
    member(call, channel)
    if (channel.pins.has(message.ts)) throw new SlackError('already_pinned')
    if (channel.pins.size >= 100) throw new SlackError('too_many_pins')
    call.talk.pin(channel, message, call.app.botUserId, true)
    return {}
  },
})

export const unpin = method({
  tier: 2,
  scopes: ['pins:write'],
  args: at,
  errors: ['channel_not_found', 'message_not_found', 'no_pin'],
  run(call) {
    const { channel, message } = locate(call)
    if (!channel.pins.has(message.ts)) throw new SlackError('no_pin')
    call.talk.pin(channel, message, call.app.botUserId, false)
    return {}
  },
})

export const pins = method({
  tier: 2,
  scopes: ['pins:read'],
  args: { channel: 'string!' },
  errors: ['channel_not_found'],
  run(call) {
    const channel = channelOf(call, call.args.channel)
    const items = [...channel.pins].flatMap(([ts, { user, at }]) => {
      const message = channel.byTs.get(ts)
      if (!message) return []
      const created = Math.floor(at / 1000)
      const shown = wireMessage(call.world, channel, message)
      return [{ type: 'message', channel: channel.id, created, created_by: user, message: shown }]
    })
    return { items }
  },
})
