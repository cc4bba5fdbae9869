import { type Surface, validate } from '../blockkit.ts'
import { SlackError } from '../errors.ts'
import { channelOf, messageOf, method } from './method.ts'
import { pace, target } from './posting.ts'

/** What is wrong with blocks, a message or a view, without sending it. */
export const blocksValidate = method({
  tier: 'special',
  args: { blocks: 'json', message: 'json', view: 'json' },
  run({ args }) {
    const view = args.view as { type?: string; blocks?: unknown } | undefined
    const payload = view ?? (args.message as { blocks?: unknown } | undefined) ?? { blocks: args.blocks }
    const surface: Surface = view ? (view.type === 'home' ? 'home' : 'modal') : 'message'
    return { errors: validate(surface, surface === 'message' ? { blocks: payload.blocks } : payload) }
  },
})

export const emojiList = method({
  tier: 2,
  scopes: ['emoji:read'],
  args: { include_categories: 'boolean' },
  run: () => ({ emoji: {}, cache_ts: '0' }),
})

export const meMessage = method({
  tier: 3,
  scopes: ['chat:write'],
  args: { channel: 'string!', text: 'string!' },
  errors: ['channel_not_found', 'is_archived', 'not_in_channel', 'no_text'],
  run(call) {
    if (!call.args.text.trim()) throw new SlackError('no_text')
    const channel = target(call, call.args.channel)
    pace(call, channel)
    const { botUserId } = call.app
    const message = call.talk.post(channel, {
      user: botUserId,
      app: call.app,
      text: call.args.text,
      subtype: 'me_message',
    })
    return { channel: channel.id, ts: message.ts }
  },
})

/** Previews are taken as attachments of the message. */
export const unfurl = method({
  tier: 3,
  scopes: ['links:write'],
  args: {
    channel: 'string',
    ts: 'string',
    unfurls: 'json',
    unfurl_id: 'string',
    source: 'string',
    user_auth_required: 'boolean',
    user_auth_url: 'string',
    user_auth_message: 'string',
    user_auth_blocks: 'json',
  },
  errors: ['cannot_find_channel', 'cannot_find_message', 'missing_unfurls', 'missing_channel', 'missing_ts'],
  run(call) {
    const { args } = call
    if (!args.unfurls || typeof args.unfurls !== 'object') throw new SlackError('missing_unfurls')
    if (args.channel === undefined) throw new SlackError('missing_channel')
    if (args.ts === undefined) throw new SlackError('missing_ts')
    const channel = call.world.space.channels.get(args.channel)
    if (!channel) throw new SlackError('cannot_find_channel')
    const message = messageOf(channel, args.ts, 'cannot_find_message')
    const attachments = Object.entries(args.unfurls).map(([url, card]) =>
      Object.assign({ from_url: url, is_app_unfurl: true }, card as object),
    )
    call.talk.edit(channel, message, { attachments, quiet: true }, call.app.botUserId)
    return {}
  },
})

export const setStatus = method({
  tier: 'special',
  scopes: ['chat:write'],
  args: {
    channel_id: 'string!',
    thread_ts: 'string!',
    status: 'string!',
    loading_messages: 'list',
    icon_emoji: 'string',
    icon_url: 'string',
    username: 'string',
  },
  errors: ['channel_not_found', 'invalid_thread_ts'],
  run(call) {
    const channel = channelOf(call, call.args.channel_id)
    messageOf(channel, call.args.thread_ts, 'invalid_thread_ts')
    return {}
  },
})
