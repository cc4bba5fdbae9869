import { limits } from '../blockkit-limits.ts'
import { size } from '../blockkit-rules.ts'
import { SlackError } from '../errors.ts'
import { wireMessage } from '../wire.ts'
import { channelOf, messageOf, method } from './method.ts'
import { checkContent, pace, target, threadOf } from './posting.ts'

const content = {
  text: 'string',
  blocks: 'json',
  attachments: 'json',
  markdown_text: 'string',
  link_names: 'boolean',
  parse: 'string',
  as_user: 'boolean',
} as const
const look = { username: 'string', icon_emoji: 'string', icon_url: 'string' } as const
const contentErrors = [
  'no_text',
  'invalid_blocks',
  'invalid_blocks_format',
  'markdown_text_conflict',
  'too_many_attachments',
  'channel_not_found',
]

export const postMessage = method({
  tier: 'special',
  scopes: ['chat:write'],
  args: {
    channel: 'string!',
    ...content,
    ...look,
    thread_ts: 'string',
    reply_broadcast: 'boolean',
    metadata: 'json',
    mrkdwn: 'boolean',
    unfurl_links: 'boolean',
    unfurl_media: 'boolean',
    client_msg_id: 'string',
  },
  errors: [
    ...contentErrors,
    'not_in_channel',
    'is_archived',
    'messages_tab_disabled',
    'cannot_reply_to_message',
    'invalid_metadata_format',
    'invalid_metadata_schema',
    'metadata_too_large',
    'restricted_action_read_only_channel',
  ],
  run(call) {
    const { args, app, world, talk } = call
    const checked = checkContent(call, args)
    const channel = target(call, args.channel)
    const thread = threadOf(channel, args.thread_ts)
    if (world.dedupeClientMsgId && args.client_msg_id) {
      const known = channel.roots.findLast((message) => message.client_msg_id === args.client_msg_id)
      if (known)
        return { channel: channel.id, ts: known.ts, message: wireMessage(world, channel, known, true) }
    }
    pace(call, channel)
    const { metadata, ...said } = checked
    const message = talk.post(channel, {
      user: app.botUserId,
      app,
      ...said,
      ...(metadata && { metadata }),
      ...(thread !== undefined && { thread_ts: thread, broadcast: args.reply_broadcast ?? false }),
      ...(args.username !== undefined && { username: args.username }),
      ...(args.icon_emoji !== undefined && { icons: { emoji: args.icon_emoji } }),
      ...(args.client_msg_id !== undefined && { client_msg_id: args.client_msg_id }),
    })
    return { channel: channel.id, ts: message.ts, message: wireMessage(world, channel, message, true) }
  },
})

export const update = method({
  tier: 3,
  scopes: ['chat:write'],
  args: {
    channel: 'string!',
    ts: 'string!',
    ...content,
    metadata: 'json',
    reply_broadcast: 'boolean',
    file_ids: 'list',
  },
  errors: [
    ...contentErrors.filter((error) => error !== 'too_many_attachments'),
    'message_not_found',
    'cant_update_message',
    'msg_too_long',
    'is_inactive',
    'no_dual_broadcast_content_update',
    'invalid_metadata_format',
    'invalid_metadata_schema',
    'metadata_too_large',
  ],
  run(call) {
    const { args, app, world, talk } = call
    const channel = channelOf(call, args.channel)
    if (channel.is_archived) throw new SlackError('is_inactive')
    const message = messageOf(channel, args.ts)
    if (message.app_id !== app.id) throw new SlackError('cant_update_message')
    if (size(args.text ?? '') > limits.message.update) throw new SlackError('msg_too_long')
    const hasContent = [args.text, args.blocks, args.attachments, args.markdown_text].some(
      (one) => one !== undefined,
    )
    if (args.reply_broadcast && hasContent) throw new SlackError('no_dual_broadcast_content_update')
    if (args.reply_broadcast) {
      talk.edit(channel, message, { broadcast: true, quiet: true }, app.botUserId)
    } else {
      const checked = checkContent(call, args)
      const revision = { ...checked, quiet: checked.blocks.length > 0 }
      if (args.text === undefined && args.markdown_text === undefined) revision.text = message.text
      if (args.attachments === undefined) revision.attachments = message.attachments
      talk.edit(channel, message, revision, app.botUserId)
    }
    const { ts, ...shown } = wireMessage(world, channel, message, true)
    return { channel: channel.id, ts, text: message.text, message: shown }
  },
})

export const remove = method({
  tier: 3,
  scopes: ['chat:write'],
  args: { channel: 'string!', ts: 'string!', as_user: 'boolean' },
  errors: ['channel_not_found', 'message_not_found', 'cant_delete_message'],
  run(call) {
    const channel = channelOf(call, call.args.channel)
    const message = messageOf(channel, call.args.ts)
    if (message.app_id !== call.app.id) throw new SlackError('cant_delete_message')
    call.talk.unsay(channel, message)
    return { channel: channel.id, ts: message.ts }
  },
})

export const postEphemeral = method({
  tier: 4,
  scopes: ['chat:write'],
  args: { channel: 'string!', user: 'string!', ...content, ...look, thread_ts: 'string' },
  errors: [...contentErrors, 'not_in_channel', 'user_not_in_channel', 'is_archived', 'messages_tab_disabled'],
  run(call) {
    const checked = checkContent(call, call.args)
    const channel = target(call, call.args.channel)
    if (!channel.members.has(call.args.user)) throw new SlackError('user_not_in_channel')
    const message = call.talk.whisper(channel, call.args.user, {
      user: call.app.botUserId,
      app: call.app,
      text: checked.text,
      blocks: checked.blocks,
      attachments: checked.attachments,
      ...(call.args.thread_ts !== undefined && { thread_ts: call.args.thread_ts }),
    })
    return { message_ts: message.ts }
  },
})

export const getPermalink = method({
  tier: 'special',
  args: { channel: 'string!', message_ts: 'string!' },
  errors: ['channel_not_found', 'message_not_found'],
  run(call) {
    const channel = channelOf(call, call.args.channel)
    const message = messageOf(channel, call.args.message_ts)
    return { channel: channel.id, permalink: permalink(call.world.baseUrl, channel.id, message) }
  },
})

/** The address of a message; on this sandbox's page instead of the workspace's domain. */
export function permalink(
  baseUrl: string,
  channel: string,
  message: { ts: string; thread_ts?: string },
): string {
  const thread = message.thread_ts === undefined ? '' : `?thread_ts=${message.thread_ts}&cid=${channel}`
  return `${baseUrl}/archives/${channel}/p${message.ts.replace('.', '')}${thread}`
}
