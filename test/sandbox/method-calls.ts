/** For every method of the sandbox a call that Slack would grant. */
import type { Sandbox } from '../../sandbox/protocol.ts'

export type Args = Record<string, unknown>
/** What a call may refer to: made anew before each one. */
export type Facts = {
  sandbox: Sandbox
  /** a message of the app in #frontline */
  ts: string
  /** a message of a person there */
  human: string
  later: number
  call: (method: string, args: Args) => Promise<Args>
  /** what a call answers with, or throws */
  need: (method: string, args: Args, key: string) => Promise<string>
  trigger: () => Promise<string>
}

const at = 'C0FRONT'
const said = { channel: at, text: 'hello' }
const modal = { type: 'modal', title: { type: 'plain_text', text: 'T' }, blocks: [{ type: 'divider' }] }
export const views = { modal, home: { type: 'home', blocks: [{ type: 'divider' }] } }
const none = () => ({})
const group = () => ({ usergroup: 'S0FRONT' })
const user = () => ({ user: 'U0AGENT' })
const item = ({ ts }: Facts) => ({ channel: at, timestamp: ts })
const room = async ({ need, sandbox }: Facts) => {
  const name = `room-${sandbox.journal().length}`
  return { channel: await need('conversations.create', { name }, 'channel.id') }
}
export const upload = async ({ need, sandbox }: Facts, extra: Args = {}) => {
  const url = await need('files.getUploadURLExternal', { filename: 'a.txt', length: 1 }, 'upload_url')
  await fetch(url, { method: 'POST', body: 'x' })
  const id = url.split('/').at(-1)
  return { sandbox, args: { files: [{ id, title: 'A' }], channel_id: at, ...extra } }
}
const booking = ({ later }: Facts) => ({ ...said, post_at: later })

export const good: Record<string, (facts: Facts) => Args | Promise<Args>> = {
  'api.test': none,
  'apps.connections.open': none,
  'auth.test': none,
  'auth.revoke': () => ({ test: true }),
  'bots.info': ({ sandbox }) => ({ bot: sandbox.botId }),
  'team.info': none,
  'chat.postMessage': () => ({
    ...said,
    metadata: { event_type: 'page', event_payload: { id: 'd1' } },
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'hello' } }],
  }),
  'chat.postEphemeral': () => ({ ...said, user: 'U0FRONT1' }),
  'chat.update': ({ ts }) => ({ ...said, ts }),
  'chat.delete': ({ ts }) => ({ channel: at, ts }),
  'chat.getPermalink': ({ ts }) => ({ channel: at, message_ts: ts }),
  'chat.meMessage': () => said,
  'chat.unfurl': ({ human }) => ({ channel: at, ts: human, unfurls: { 'https://a.example': { text: 'A' } } }),
  'chat.scheduleMessage': booking,
  'chat.deleteScheduledMessage': async (facts) => ({
    channel: at,
    scheduled_message_id: await facts.need('chat.scheduleMessage', booking(facts), 'scheduled_message_id'),
  }),
  'chat.scheduledMessages.list': async (facts) => {
    await facts.call('chat.scheduleMessage', booking(facts))
    return {}
  },
  'assistant.threads.setStatus': ({ ts }) => ({ channel_id: at, thread_ts: ts, status: 'thinking' }),
  'blocks.validate': () => ({ blocks: [{ type: 'divider' }] }),
  'emoji.list': none,
  'files.getUploadURLExternal': () => ({ filename: 'a.txt', length: 1 }),
  'files.completeUploadExternal': async (facts) => (await upload(facts)).args,
  'files.info': async (facts) => {
    const { args } = await upload(facts)
    await facts.call('files.completeUploadExternal', args)
    return { file: args.files[0]!.id }
  },
  'reactions.add': (facts) => ({ ...item(facts), name: 'eyes' }),
  'reactions.remove': async (facts) => {
    await facts.call('reactions.add', { ...item(facts), name: 'eyes' })
    return { ...item(facts), name: 'eyes' }
  },
  'reactions.get': async (facts) => {
    await facts.call('reactions.add', { ...item(facts), name: 'eyes' })
    return item(facts)
  },
  'pins.add': item,
  'pins.remove': async (facts) => {
    await facts.call('pins.add', item(facts))
    return item(facts)
  },
  'pins.list': async (facts) => {
    await facts.call('pins.add', item(facts))
    return { channel: at }
  },
  'conversations.info': () => ({ channel: at, include_num_members: true }),
  'conversations.list': () => ({ types: 'public_channel,private_channel,im,mpim' }),
  'conversations.members': () => ({ channel: at }),
  'conversations.history': () => ({ channel: at, include_all_metadata: true }),
  'conversations.replies': async ({ ts, call }) => {
    await call('chat.postMessage', { ...said, thread_ts: ts })
    return { channel: at, ts }
  },
  'conversations.open': () => ({ users: 'U0AGENT', return_im: true }),
  'conversations.close': async ({ need }) => ({
    channel: await need('conversations.open', { users: 'U0AGENT' }, 'channel.id'),
  }),
  'conversations.mark': ({ ts }) => ({ channel: at, ts }),
  'conversations.create': () => ({ name: 'a-new-room' }),
  'conversations.rename': async (facts) => ({ ...(await room(facts)), name: 'renamed' }),
  'conversations.join': room,
  'conversations.leave': room,
  'conversations.invite': async (facts) => ({ ...(await room(facts)), users: 'U0ENG1,U0ENG2' }),
  'conversations.kick': () => ({ channel: at, user: 'U0FRONT1' }),
  'conversations.archive': room,
  'conversations.unarchive': async (facts) => {
    const made = await room(facts)
    await facts.call('conversations.archive', made)
    return made
  },
  'conversations.setTopic': () => ({ channel: at, topic: 'a topic' }),
  'conversations.setPurpose': () => ({ channel: at, purpose: 'a purpose' }),
  'users.info': () => ({ user: 'U0AGENT', include_locale: true }),
  'users.list': none,
  'users.lookupByEmail': () => ({ email: 'first-line@acme.example' }),
  'users.conversations': none,
  'users.getPresence': user,
  'users.setPresence': () => ({ presence: 'auto' }),
  'users.profile.get': user,
  'dnd.info': user,
  'dnd.teamInfo': () => ({ users: 'U0AGENT,U0HEAD' }),
  'usergroups.list': () => ({ include_users: true }),
  'usergroups.create': () => ({ name: 'New group', handle: 'new-group' }),
  'usergroups.update': () => ({ usergroup: 'S0FRONT', name: 'Renamed' }),
  'usergroups.enable': group,
  'usergroups.disable': group,
  'usergroups.users.list': group,
  'usergroups.users.update': () => ({ usergroup: 'S0FRONT', users: 'U0FRONT1,U0FRONT2' }),
  'views.open': async ({ trigger }) => ({ trigger_id: await trigger(), view: modal }),
  'views.push': async ({ trigger, call }) => {
    await call('views.open', { trigger_id: await trigger(), view: modal })
    return { trigger_id: await trigger(), view: modal }
  },
  'views.update': async ({ trigger, need }) => ({
    view_id: await need('views.open', { trigger_id: await trigger(), view: modal }, 'view.id'),
    view: modal,
  }),
  'views.publish': () => ({ user_id: 'U0AGENT', view: views.home }),
}
