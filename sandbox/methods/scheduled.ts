import { SlackError } from '../errors.ts'
import { sec } from '../workspace.ts'
import { channelOf, method, page } from './method.ts'
import { checkContent, target, threadOf } from './posting.ts'

const FARTHEST_S = 120 * 86_400
const NEAREST_S = 10
const WINDOW_S = 300
const MOST_A_WINDOW = 30

export const schedule = method({
  tier: 3,
  scopes: ['chat:write'],
  args: {
    channel: 'string!',
    post_at: 'number!',
    text: 'string',
    blocks: 'json',
    attachments: 'json',
    markdown_text: 'string',
    metadata: 'json',
    thread_ts: 'string',
    reply_broadcast: 'boolean',
    link_names: 'boolean',
    parse: 'string',
    as_user: 'boolean',
    unfurl_links: 'boolean',
    unfurl_media: 'boolean',
  },
  errors: [
    'channel_not_found',
    'not_in_channel',
    'is_archived',
    'no_text',
    'invalid_blocks',
    'invalid_blocks_format',
    'markdown_text_conflict',
    'time_in_past',
    'time_too_far',
    'restricted_too_many',
    'msg_too_long',
    'too_many_attachments',
    'invalid_metadata_format',
    'invalid_metadata_schema',
    'metadata_too_large',
  ],
  run(call) {
    const { args, world, app, talk } = call
    const { metadata, ...said } = checkContent(call, args)
    const channel = target(call, args.channel)
    const thread = threadOf(channel, args.thread_ts)
    const ahead = args.post_at - sec(world.clock.ms)
    if (ahead < NEAREST_S) throw new SlackError('time_in_past')
    if (ahead > FARTHEST_S) throw new SlackError('time_too_far')
    const near = [...world.scheduled.values()].filter(
      (other) =>
        other.channel === channel.id &&
        Math.floor(other.post_at / WINDOW_S) === Math.floor(args.post_at / WINDOW_S),
    )
    if (near.length >= MOST_A_WINDOW) throw new SlackError('restricted_too_many')
    const id = world.ids.next('Q')
    const cancel = world.clock.at(args.post_at * 1000, () => {
      world.scheduled.delete(id)
      if (channel.is_archived) return
      talk.post(channel, {
        user: app.botUserId,
        app,
        ...said,
        ...(metadata && { metadata }),
        ...(thread !== undefined && { thread_ts: thread, broadcast: args.reply_broadcast ?? false }),
      })
    })
    const booked = { id, channel: channel.id, post_at: args.post_at, text: said.text, app: app.id, cancel }
    world.scheduled.set(id, booked)
    return {
      channel: channel.id,
      scheduled_message_id: id,
      post_at: args.post_at,
      message: { text: said.text, type: 'delayed_message' },
    }
  },
})

export const unschedule = method({
  tier: 3,
  scopes: ['chat:write'],
  args: { channel: 'string!', scheduled_message_id: 'string!', as_user: 'boolean' },
  errors: ['channel_not_found', 'invalid_scheduled_message_id'],
  run(call) {
    const channel = channelOf(call, call.args.channel)
    const booked = call.world.scheduled.get(call.args.scheduled_message_id)
    if (booked?.channel !== channel.id) throw new SlackError('invalid_scheduled_message_id')
    booked.cancel()
    call.world.scheduled.delete(booked.id)
    return {}
  },
})

export const list = method({
  tier: 3,
  args: {
    channel: 'string',
    cursor: 'string',
    latest: 'string',
    oldest: 'string',
    limit: 'number',
    team_id: 'string',
  },
  errors: ['invalid_cursor'],
  run(call) {
    const { args, world, app } = call
    const wanted = [...world.scheduled.values()].filter(
      (booked) =>
        booked.app === app.id &&
        (args.channel === undefined || booked.channel === args.channel) &&
        booked.post_at >= Number(args.oldest ?? 0) &&
        booked.post_at <= Number(args.latest ?? Infinity),
    )
    const { items, ...rest } = page(wanted, args.cursor, args.limit)
    return {
      scheduled_messages: items.map(({ id, channel, post_at, text }) => ({
        id,
        channel_id: channel,
        post_at,
        date_created: sec(world.clock.ms),
        text,
      })),
      ...rest,
    }
  },
})
