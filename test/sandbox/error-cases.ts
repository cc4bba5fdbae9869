/** How to run into each error that a method declares: what to change in a call that would be granted. */
import { limits } from '../../sandbox/blockkit-limits.ts'
import type { Sandbox } from '../../sandbox/protocol.ts'
import { type Args, type Facts, good, upload, views } from './method-calls.ts'

type Change = (args: Args, facts: Facts) => Args | Promise<Args>
const text = (length: number) => 'x'.repeat(length)
const set =
  (extra: Args): Change =>
  (args) => ({ ...args, ...extra })
const many = (length: number, one: unknown) => Array.from({ length }, () => one)

/** A seeded channel that is just so. */
const inside = (channel: Args): Change => {
  const id = 'C0CASE'
  return (args, { sandbox }) => {
    sandbox.seed({ channels: [{ id, name: 'case', members: ['U0HEAD'], ...channel }] })
    return 'channel_id' in args ? { ...args, channel_id: id } : { ...args, channel: id }
  }
}
/** The bot only takes part where it was asked to. */
const outside: Change = (args, facts) => {
  facts.sandbox.control({ type: 'scopes', scopes })
  return inside({ bots: false })(args, facts)
}
const scopes = [
  'chat:write',
  'channels:read',
  'channels:history',
  'channels:manage',
  'channels:write.invites',
  'channels:write.topic',
  'pins:write',
  'files:write',
  'im:write',
]
const twice =
  (method: string): Change =>
  async (args, { call }) => {
    await call(method, args)
    return args
  }
const spent: Change = async (args, { call }) => {
  await call('views.open', { trigger_id: args['trigger_id'], view: args['view'] })
  return args
}
const late: Change = (args, { sandbox }) => {
  sandbox.clock.advance(3_001)
  return args
}
const external = { ...views.modal, external_id: 'taken' }
const takenId: Change = async (args, { call, trigger }) => {
  await call('views.open', { trigger_id: await trigger(), view: external })
  const fresh = 'trigger_id' in args ? { trigger_id: await trigger() } : {}
  return { ...args, ...fresh, view: external }
}
const talk: Change = async (args, { need }) => ({
  ...args,
  channel: await need('conversations.open', { users: 'U0AGENT' }, 'channel.id'),
})
const name = (value: string) => set({ name: value })

const appOf = ({ appId: id, botUserId: bot_user_id, botId: bot_id }: Sandbox) => ({
  id,
  bot_user_id,
  bot_id,
  name: 'Belay',
})

/** For every method that declares the error. */
const usual: Record<string, Change> = {
  channel_not_found: (args) =>
    'channel_id' in args ? { ...args, channel_id: 'C0NOPE' } : { ...args, channel: 'C0NOPE' },
  message_not_found: (args) => {
    const key = ['ts', 'message_ts', 'timestamp'].find((one) => one in args) ?? 'ts'
    return { ...args, [key]: '1.000001' }
  },
  is_archived: inside({ archived: true }),
  not_in_channel: outside,
  user_not_found: (args) => ({ ...args, user: 'U0NOPE', ...('users' in args && { users: 'U0NOPE' }) }),
  invalid_cursor: set({ cursor: 'nonsense' }),
  invalid_limit: set({ limit: 1_001 }),
  invalid_types: set({ types: 'nonsense' }),
  invalid_ts_latest: set({ latest: 'never' }),
  invalid_ts_oldest: set({ oldest: 'never' }),
  no_text: set({ text: ' ', blocks: undefined }),
  invalid_blocks: set({ blocks: [{ type: 'section' }] }),
  invalid_blocks_format: set({ blocks: 'nonsense' }),
  markdown_text_conflict: set({ markdown_text: 'a', text: 'b' }),
  too_many_attachments: set({ attachments: many(limits.message.attachments + 1, { text: 'a' }) }),
  invalid_attachments: set({ attachments: 'nonsense' }),
  invalid_metadata_format: set({ metadata: 'nonsense' }),
  invalid_metadata_schema: set({ metadata: { event_type: 'a', event_payload: { 'Bad-Key': 1 } } }),
  metadata_too_large: set({ metadata: { event_type: 'a', event_payload: { a: text(8_001) } } }),
  messages_tab_disabled: (args, { sandbox }) => {
    sandbox.seed({ apps: [{ ...appOf(sandbox), messages_tab: false }] })
    return { ...args, channel: 'U0AGENT', user: 'U0AGENT' }
  },
  method_not_supported_for_channel_type: talk,
  name_taken: name('frontline'),
  invalid_name_required: name(''),
  invalid_name_maxlength: name(text(81)),
  invalid_name_specials: name('No Spaces'),
  invalid_name_punctuation: name('---'),
  cannot_dm_bot: (args, { sandbox }) => ({ ...args, channel: sandbox.botUserId, users: sandbox.botUserId }),
  too_long: (args) => ({ ...args, topic: text(251), purpose: text(251) }),
  no_such_subteam: set({ usergroup: 'S0NOPE' }),
  no_users_provided: set({ users: '' }),
  invalid_users: set({ users: 'U0NOPE' }),
  view_too_large: (args) => ({
    ...args,
    view: { ...(args['view'] as Args), blocks: [], x: text(limits.view.total_bytes) },
  }),
  duplicate_external_id: takenId,
  invalid_trigger_id: set({ trigger_id: '1.2.3' }),
  exchanged_trigger_id: spent,
  expired_trigger_id: late,
  hash_conflict: async (args, { call }) => {
    if ('user_id' in args) await call('views.publish', args)
    return { ...args, hash: 'stale' }
  },
  invalid_name: name('?!'),
  thread_not_found: set({ thread_ts: '1.000001', ts: '1.000001' }),
  file_not_found: set({ file: 'F0NOPE', files: [{ id: 'F0NOPE' }] }),
  msg_too_long: set({ text: undefined, markdown_text: text(limits.message.markdown_text + 1) }),
}

/** For one method alone. */
const special: Record<string, Change> = {
  'bots.info bot_not_found': set({ bot: 'B0NOPE' }),
  'team.info team_not_found': set({ team: 'T0NOPE' }),
  'chat.postMessage cannot_reply_to_message': async (args, { need, sandbox }) => {
    const channel = await need('conversations.create', { name: 'arrivals' }, 'channel.id')
    await sandbox.person('U0AGENT').act({ type: 'join', channel })
    return { ...args, channel, thread_ts: sandbox.messages('#arrivals').at(-1)!.ts }
  },
  'chat.postMessage restricted_action_read_only_channel': (args, { sandbox }) => {
    sandbox.control({ type: 'read_only', channel: 'C0FRONT', on: true })
    return args
  },
  'chat.postEphemeral user_not_in_channel': set({ user: 'U0NOPE' }),
  'chat.update cant_update_message': (args, { human }) => ({ ...args, ts: human }),
  'chat.update msg_too_long': set({ text: text(limits.message.update + 1) }),
  'chat.update is_inactive': inside({ archived: true }),
  'chat.update no_dual_broadcast_content_update': set({ reply_broadcast: true }),
  'chat.delete cant_delete_message': (args, { human }) => ({ ...args, ts: human }),
  'chat.unfurl cannot_find_channel': set({ channel: 'C0NOPE' }),
  'chat.unfurl cannot_find_message': set({ ts: '1.000001' }),
  'chat.unfurl missing_unfurls': set({ unfurls: undefined }),
  'chat.unfurl missing_channel': set({ channel: undefined }),
  'chat.unfurl missing_ts': set({ ts: undefined }),
  'chat.scheduleMessage time_in_past': set({ post_at: 1 }),
  'chat.scheduleMessage time_too_far': (args) => ({
    ...args,
    post_at: Number(args['post_at']) + 121 * 86_400,
  }),
  'chat.scheduleMessage restricted_too_many': async (args, { call }) => {
    for (let count = 0; count < 30; count++) await call('chat.scheduleMessage', args)
    return args
  },
  'chat.deleteScheduledMessage invalid_scheduled_message_id': set({ scheduled_message_id: 'Q0NOPE' }),
  'assistant.threads.setStatus invalid_thread_ts': set({ thread_ts: '1.000001' }),
  'files.getUploadURLExternal alt_txt_too_large': set({ alt_txt: text(1_001) }),
  'files.completeUploadExternal file_update_failed': async (_, { need }) => {
    const url = await need('files.getUploadURLExternal', { filename: 'b', length: 1 }, 'upload_url')
    return { files: [{ id: url.split('/').at(-1) }] }
  },
  'files.completeUploadExternal not_in_channel': async (_, facts) => {
    const fresh = await upload(facts)
    return outside(fresh.args, facts)
  },
  'reactions.add already_reacted': twice('reactions.add'),
  'reactions.add is_archived': async (args, { call, need }) => {
    const channel = await need('conversations.create', { name: 'old' }, 'channel.id')
    const timestamp = await need('chat.postMessage', { channel, text: 'x' }, 'ts')
    await call('conversations.archive', { channel })
    return { ...args, channel, timestamp }
  },
  'reactions.add too_many_emoji': async (args, { call }) => {
    for (let count = 0; count < 23; count++) await call('reactions.add', { ...args, name: `e${count}` })
    return args
  },
  'reactions.remove no_reaction': name('tada'),
  'pins.add already_pinned': twice('pins.add'),
  'pins.add not_in_channel': async (_, { call, need, sandbox }) => {
    const channel = await need('conversations.create', { name: 'left' }, 'channel.id')
    const timestamp = await need('chat.postMessage', { channel, text: 'x' }, 'ts')
    await sandbox.person('U0AGENT').act({ type: 'join', channel })
    await call('conversations.leave', { channel })
    return { channel, timestamp }
  },
  'pins.add too_many_pins': async (args, { call, need }) => {
    for (let count = 0; count < 100; count++) {
      const timestamp = await need('chat.postMessage', { channel: 'C0FRONT', text: 'x' }, 'ts')
      await call('pins.add', { channel: 'C0FRONT', timestamp })
    }
    return args
  },
  'pins.remove no_pin': async (args, { call }) => {
    await call('pins.remove', args)
    return args
  },
  'conversations.open users_list_not_supplied': set({ users: undefined }),
  'conversations.open channel_not_found': set({ channel: 'C0NOPE', users: undefined }),
  'conversations.open user_disabled': (args, { sandbox }) => {
    sandbox.seed({ users: [{ id: 'U0GONE', name: 'gone', deleted: true }] })
    return { ...args, users: 'U0GONE' }
  },
  'conversations.open too_many_users': set({ users: many(9, 'U0AGENT').join() }),
  'conversations.mark invalid_timestamp': set({ ts: 'never' }),
  'conversations.close method_not_supported_for_channel_type': set({ channel: 'C0FRONT' }),
  'conversations.leave cant_leave_general': inside({ general: true }),
  'conversations.invite cant_invite_self': (args, { sandbox }) => ({ ...args, users: sandbox.botUserId }),
  'conversations.invite already_in_channel': set({ channel: 'C0FRONT', users: 'U0FRONT1' }),
  'conversations.invite no_user': set({ users: '' }),
  'conversations.kick cant_kick_self': (args, { sandbox }) => ({ ...args, user: sandbox.botUserId }),
  'conversations.kick cant_kick_from_general': inside({ general: true }),
  'conversations.archive already_archived': inside({ archived: true }),
  'conversations.archive cant_archive_general': inside({ general: true }),
  'conversations.unarchive not_archived': set({ channel: 'C0FRONT' }),
  'users.setPresence invalid_presence': set({ presence: 'asleep' }),
  'users.lookupByEmail users_not_found': set({ email: 'nobody@acme.example' }),
  'dnd.teamInfo no_users_provided': set({ users: '' }),
  'usergroups.create name_already_exists': (args, { sandbox }) => ({
    ...args,
    name: sandbox.state('U0AGENT').usergroups[0]!.name,
  }),
  'usergroups.create handle_already_exists': (args, { sandbox }) => ({
    ...args,
    handle: sandbox.state('U0AGENT').usergroups[0]!.handle,
  }),
  'views.push push_limit_reached': async (args, { call, trigger }) => {
    for (let level = 1; level < limits.view.stack; level++)
      await call('views.push', { trigger_id: await trigger(), view: views.modal })
    return { ...args, trigger_id: await trigger() }
  },
  'views.push not_found': async (_, { sandbox, trigger }) => {
    sandbox.reset()
    return { trigger_id: await trigger(), view: views.modal }
  },
  'views.update not_found': set({ view_id: 'V0NOPE' }),
  'views.update duplicate_external_id': async (args, { call, trigger }) => {
    await call('views.push', { trigger_id: await trigger(), view: external })
    return { ...args, view: external }
  },
  'views.publish duplicate_external_id': async (args, { call }) => {
    const view = { ...views.home, external_id: 'taken' }
    await call('views.publish', { user_id: 'U0HEAD', view })
    return { ...args, view }
  },
  'views.publish not_enabled': (args, { sandbox }) => {
    sandbox.seed({ apps: [{ ...appOf(sandbox), home_tab: false }] })
    return args
  },
}

/** The call that must be refused so, or undefined when nobody thought of one. */
export async function failing(method: string, error: string, facts: Facts): Promise<Args | undefined> {
  const change = special[`${method} ${error}`] ?? usual[error]
  return change && change(await good[method]!(facts), facts)
}
