import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startSandbox } from '../../sandbox/index.ts'
import type { Sandbox } from '../../sandbox/protocol.ts'

let sandbox: Sandbox
let slack: WebClient

const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => 'error' as never,
  setName() {},
}

function client(token = sandbox.botToken, timeout = 10_000): WebClient {
  const retryConfig = { retries: 0 }
  return new WebClient(token, {
    slackApiUrl: sandbox.apiUrl,
    retryConfig,
    rejectRateLimitedCalls: true,
    timeout,
    logger: quiet,
  })
}

async function raw(method: string, headers: Record<string, string>, body: string) {
  const response = await fetch(sandbox.apiUrl + method, { method: 'POST', headers, body })
  return { response, answer: (await response.json()) as Record<string, unknown> }
}

/** The platform error's code of a call that must fail. */
async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    if (error instanceof WebAPIPlatformError) return error.data.error
    throw error
  }
  throw new Error('the call went through')
}

beforeEach(async () => {
  sandbox = await startSandbox({ now: new Date('2026-11-22T09:00:00Z'), frozen: true })
  slack = client()
})

afterEach(() => sandbox.close())

describe('the door of the Web API', () => {
  it('takes urlencoded, JSON and multipart bodies, and the token as header or field', async () => {
    expect(await slack.auth.test()).toMatchObject({
      user_id: sandbox.botUserId,
      bot_id: sandbox.botId,
      team_id: sandbox.teamId,
    })
    const json = {
      authorization: `Bearer ${sandbox.botToken}`,
      'content-type': 'application/json; charset=utf-8',
    }
    const posted = await raw('chat.postMessage', json, JSON.stringify({ channel: 'C0FRONT', text: 'json' }))
    expect(posted.answer).toMatchObject({
      ok: true,
      channel: 'C0FRONT',
      message: { text: 'json', bot_id: sandbox.botId },
    })
    const form = new FormData()
    for (const [key, value] of Object.entries({
      token: sandbox.botToken,
      channel: 'C0FRONT',
      text: 'multipart',
    }))
      form.set(key, value)
    expect(
      await (await fetch(`${sandbox.apiUrl}chat.postMessage`, { method: 'POST', body: form })).json(),
    ).toMatchObject({ ok: true })
    expect((await raw('auth.test', json, '{ nonsense')).answer).toMatchObject({
      ok: false,
      error: 'invalid_json',
    })
  })

  it('refuses what Slack refuses, in its words', async () => {
    expect(await refusal(slack.apiCall('chat.nonsense'))).toBe('unknown_method')
    expect(await refusal(client('xoxb-wrong').auth.test())).toBe('invalid_auth')
    expect((await raw('auth.test', {}, '')).answer['error']).toBe('not_authed')
    expect(await refusal(slack.apiCall('apps.connections.open'))).toBe('not_allowed_token_type')
    await expect(slack.apiCall('chat.postMessage', { text: 'nowhere' })).rejects.toMatchObject({
      data: {
        error: 'invalid_arguments',
        response_metadata: { messages: ['[ERROR] missing required field: channel'] },
      },
    })
    const answer = await slack.apiCall('auth.test', { colour: 'red' })
    expect(answer.response_metadata?.messages).toEqual(['[WARN] unknown argument: colour'])
    expect(sandbox.journal({ name: 'auth.test' }).at(-1)).toMatchObject({ ok: true, unknown: ['colour'] })
  })

  it('says which scope is missing, in the body and in the headers', async () => {
    sandbox.control({ type: 'scopes', scopes: ['users:read'] })
    const bearer = { authorization: `Bearer ${sandbox.botToken}` }
    const { response, answer } = await raw('chat.postMessage', bearer, '')
    expect(answer).toMatchObject({
      ok: false,
      error: 'missing_scope',
      needed: 'chat:write',
      provided: 'users:read',
    })
    expect(response.headers.get('x-oauth-scopes')).toBe('users:read')
    expect(response.headers.get('x-accepted-oauth-scopes')).toBe('chat:write')
    sandbox.control({ type: 'revoke_tokens' })
    expect(await refusal(slack.auth.test())).toBe('token_revoked')
  })

  it('limits each method and each channel on the moved clock', async () => {
    for (let call = 0; call < 20; call++) await slack.conversations.list()
    const limited: unknown = await slack.conversations.list().catch((error: unknown) => error)
    expect(limited).toBeInstanceOf(WebAPIRateLimitedError)
    expect((limited as WebAPIRateLimitedError).retryAfter).toBe(3)
    await slack.users.info({ user: 'U0AGENT' })
    sandbox.clock.advance(3_000)
    await slack.conversations.list()

    const post = () => slack.chat.postMessage({ channel: 'C0FRONT', text: 'again' })
    await Promise.all(Array.from({ length: 20 }, post))
    await expect(post()).rejects.toBeInstanceOf(WebAPIRateLimitedError)
    await slack.chat.postMessage({ channel: 'C0ENG', text: 'elsewhere' })
    sandbox.clock.advance(1_000)
    await post()
  })
})

describe('messages', () => {
  it('keeps a strict order of timestamps while the clock stands still', async () => {
    const posted = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        slack.chat.postMessage({ channel: 'C0FRONT', text: `${index}` }),
      ),
    )
    expect(new Set(posted.map((answer) => answer.ts)).size).toBe(10)
  })

  it('hides metadata unless it is asked for, and lags when told to', async () => {
    const metadata = { event_type: 'belay_delivery', event_payload: { delivery_id: 'd1' } }
    const { ts } = await slack.chat.postMessage({ channel: 'C0FRONT', text: 'a page', metadata })
    const plain = await slack.conversations.history({ channel: 'C0FRONT' })
    expect(plain.messages?.[0]).toMatchObject({ ts, metadata: { event_type: 'belay_delivery' } })
    expect(plain.messages?.[0]?.metadata).not.toHaveProperty('event_payload')
    const whole = await slack.conversations.history({
      channel: 'C0FRONT',
      include_all_metadata: true,
      oldest: ts!,
      inclusive: true,
    })
    expect(whole.messages?.[0]?.metadata).toEqual(metadata)
    sandbox.control({ type: 'history_lag', ms: 10_000 })
    expect((await slack.conversations.history({ channel: 'C0FRONT' })).messages).toEqual([])
    sandbox.clock.advance(10_000)
    expect((await slack.conversations.history({ channel: 'C0FRONT' })).messages).toHaveLength(1)
    expect(
      await refusal(
        slack.chat.postMessage({
          channel: 'C0FRONT',
          text: 'x',
          metadata: { event_type: 'a', event_payload: { 'Bad-Key': 1 } },
        }),
      ),
    ).toBe('invalid_metadata_schema')
  })

  it('pages through history and threads by cursor', async () => {
    const root = await slack.chat.postMessage({ channel: 'C0FRONT', text: 'root' })
    for (let index = 0; index < 7; index++)
      await slack.chat.postMessage({ channel: 'C0FRONT', text: `r${index}`, thread_ts: root.ts! })
    for (let index = 0; index < 4; index++)
      await slack.chat.postMessage({ channel: 'C0FRONT', text: `m${index}` })
    const seen: string[] = []
    for await (const page of slack.paginate('conversations.history', { channel: 'C0FRONT', limit: 2 }))
      seen.push(
        ...(page as unknown as { messages: { text: string }[] }).messages.map((message) => message.text),
      )
    expect(seen).toEqual(['m3', 'm2', 'm1', 'm0', 'root'])
    const first = await slack.conversations.replies({ channel: 'C0FRONT', ts: root.ts!, limit: 4 })
    expect(first.messages).toHaveLength(5)
    expect(first.messages?.[0]).toMatchObject({ text: 'root', reply_count: 7, thread_ts: root.ts })
    const cursor = first.response_metadata!.next_cursor!
    expect(
      (await slack.conversations.replies({ channel: 'C0FRONT', ts: root.ts!, limit: 4, cursor })).messages,
    ).toHaveLength(3)
    expect(await refusal(slack.conversations.history({ channel: 'C0FRONT', cursor: 'nonsense' }))).toBe(
      'invalid_cursor',
    )
  })

  it('updates and deletes only what the app said', async () => {
    const { ts } = await slack.chat.postMessage({
      channel: 'C0FRONT',
      text: 'card',
      metadata: { event_type: 'a', event_payload: { b: 1 } },
    })
    const blocks = [{ type: 'divider' }]
    await slack.chat.update({ channel: 'C0FRONT', ts: ts!, text: 'card, newer', blocks })
    expect(sandbox.messages('#frontline').at(-1)).toMatchObject({
      text: 'card, newer',
      blocks,
      metadata: { event_type: 'a' },
    })
    expect(sandbox.messages('#frontline').at(-1)?.edited).toBeUndefined()
    await slack.chat.update({ channel: 'C0FRONT', ts: ts!, text: 'plain' })
    expect(sandbox.messages('#frontline').at(-1)).toMatchObject({
      blocks: [],
      edited: { user: sandbox.botUserId },
    })
    const human = await sandbox.person('U0FRONT1').says('#frontline', 'mine')
    const update = { channel: 'C0FRONT', ts: human.ts, text: 'stolen' }
    expect(await refusal(slack.chat.update(update))).toBe('cant_update_message')
    expect(await refusal(slack.chat.delete(update))).toBe('cant_delete_message')
    expect(await refusal(slack.chat.update({ ...update, ts: ts!, text: 'x'.repeat(4_001) }))).toBe(
      'msg_too_long',
    )
    await slack.chat.delete({ channel: 'C0FRONT', ts: ts! })
    expect(await refusal(slack.chat.update({ ...update, ts: ts! }))).toBe('message_not_found')
  })

  it('knows where the app may post', async () => {
    sandbox.seed({
      channels: [
        { id: 'C0OUT', name: 'out', bots: false },
        { id: 'C0SECRET', name: 'secret', private: true, bots: false, members: ['U0HEAD'] },
        { id: 'C0OLD', name: 'old', archived: true },
      ],
    })
    const post = (channel: string) => slack.chat.postMessage({ channel, text: 'hello' })
    await post('C0OUT')
    expect(await refusal(post('C0SECRET'))).toBe('channel_not_found')
    expect(await refusal(post('C0OLD'))).toBe('is_archived')
    expect(await refusal(post('C0NOPE'))).toBe('channel_not_found')
    expect(await refusal(post(sandbox.botUserId))).toBe('cannot_dm_bot')
    expect(await refusal(slack.conversations.history({ channel: 'C0OUT' }))).toBe('not_in_channel')
    sandbox.control({ type: 'scopes', scopes: ['chat:write', 'im:write'] })
    expect(await refusal(post('C0OUT'))).toBe('not_in_channel')
    const dm = await post('U0ENG2')
    expect(dm.channel).toMatch(/^D/)
    expect((await slack.conversations.open({ users: 'U0ENG2' })).channel?.id).toBe(dm.channel)
    expect(
      await refusal(slack.chat.postEphemeral({ channel: 'C0MGMT', user: 'U0AGENT', text: 'psst' })),
    ).toBe('user_not_in_channel')
  })

  it('checks what a message says', async () => {
    const post = (args: object) => refusal(slack.apiCall('chat.postMessage', { channel: 'C0FRONT', ...args }))
    expect(await post({})).toBe('no_text')
    expect(await post({ blocks: [{ type: 'section' }] })).toBe('invalid_blocks')
    expect(await post({ blocks: 'nonsense' })).toBe('invalid_blocks_format')
    expect(await post({ markdown_text: 'a', text: 'b' })).toBe('markdown_text_conflict')
    expect(await post({ text: 'x', thread_ts: '1.1' })).toBe('thread_not_found')
    await expect(
      slack.views.publish({ user_id: 'U0AGENT', view: { type: 'home', blocks: [{ type: 'nope' }] } }),
    ).rejects.toMatchObject({
      data: {
        error: 'invalid_arguments',
        response_metadata: { messages: ['[ERROR] unsupported type: nope [json-pointer:/view/blocks/0]'] },
      },
    })
  })

  it('ignores client_msg_id, unless told to honour it', async () => {
    const post = () =>
      slack.chat.postMessage({ channel: 'C0FRONT', text: 'once?', client_msg_id: 'same' } as never)
    const [first, second] = [await post(), await post()]
    expect(first.ts).not.toBe(second.ts)
    sandbox.control({ type: 'client_msg_id', dedupe: true })
    expect((await post()).ts).toBe(second.ts)
  })

  it('posts scheduled messages when their time has come', async () => {
    const post_at = Math.floor(sandbox.clock.now().getTime() / 1000) + 60
    await slack.chat.scheduleMessage({ channel: 'C0FRONT', text: 'later', post_at })
    expect(
      await refusal(slack.chat.scheduleMessage({ channel: 'C0FRONT', text: 'x', post_at: post_at - 120 })),
    ).toBe('time_in_past')
    expect(sandbox.messages('#frontline')).toEqual([])
    sandbox.clock.advance(60_000)
    expect(sandbox.messages('#frontline').map((message) => message.text)).toEqual(['later'])
  })

  it('takes a file in three steps', async () => {
    await slack.filesUploadV2({
      channel_id: 'C0FRONT',
      file: Buffer.from('a report'),
      filename: 'report.txt',
      initial_comment: 'read this',
    })
    const [message] = sandbox.messages('#frontline')
    expect(message).toMatchObject({ text: 'read this', files: [{ name: 'report.txt', size: 8 }] })
    expect(await (await fetch(message!.files[0]!.url_private)).text()).toBe('a report')
  })
})

describe('people, groups and reactions', () => {
  it('answers for people and groups', async () => {
    expect((await slack.users.lookupByEmail({ email: 'first-line@acme.example' })).user?.id).toBe('U0FRONT1')
    expect(await refusal(slack.users.lookupByEmail({ email: 'nobody@acme.example' }))).toBe('users_not_found')
    expect((await slack.users.info({ user: 'U0FRONT3' })).user).toMatchObject({
      tz: 'America/New_York',
      tz_offset: -18_000,
    })
    expect(await refusal(slack.usergroups.users.update({ usergroup: 'S0FRONT', users: '' }))).toBe(
      'no_users_provided',
    )
    await slack.usergroups.users.update({ usergroup: 'S0FRONT', users: 'U0FRONT3,U0FRONT2' })
    expect((await slack.usergroups.users.list({ usergroup: 'S0FRONT' })).users).toEqual([
      'U0FRONT3',
      'U0FRONT2',
    ])
    await sandbox.person('U0ENG1').act({ type: 'dnd', until: '2026-11-22T18:00:00Z' })
    expect(await slack.dnd.info({ user: 'U0ENG1' })).toMatchObject({ dnd_enabled: true })
    await sandbox.person('U0ENG1').act({ type: 'presence', presence: 'away' })
    expect(await slack.users.getPresence({ user: 'U0ENG1' })).toMatchObject({ presence: 'away' })
  })

  it('makes channels, invites and reacts', async () => {
    const made = await slack.conversations.create({ name: 'e-12-checkout' })
    const channel = made.channel!.id!
    expect(await refusal(slack.conversations.create({ name: 'e-12-checkout' }))).toBe('name_taken')
    expect(await refusal(slack.conversations.create({ name: 'No Spaces' }))).toBe('invalid_name_specials')
    await slack.conversations.invite({ channel, users: 'U0ENG1,U0ENG2' })
    expect(await refusal(slack.conversations.invite({ channel, users: 'U0ENG1' }))).toBe('already_in_channel')
    expect((await slack.conversations.members({ channel })).members).toEqual([
      sandbox.botUserId,
      'U0ENG1',
      'U0ENG2',
    ])
    const { ts } = await slack.chat.postMessage({ channel, text: 'hi' })
    const at = { channel, timestamp: ts!, name: 'eyes' }
    await slack.reactions.add(at)
    expect(await refusal(slack.reactions.add(at))).toBe('already_reacted')
    await slack.pins.add(at)
    expect(await refusal(slack.pins.add(at))).toBe('already_pinned')
    await slack.conversations.archive({ channel })
    expect(await refusal(slack.conversations.archive({ channel }))).toBe('already_archived')
    expect(await refusal(slack.chat.update({ channel, ts: ts!, text: 'x' }))).toBe('is_inactive')
  })
})

describe('faults', () => {
  const post = (text: string) => slack.chat.postMessage({ channel: 'C0FRONT', text })
  const texts = () => sandbox.messages('#frontline').map((message) => message.text)

  it('fails before or after the work is done', async () => {
    sandbox.fault({ on: 'chat.postMessage', effect: { kind: 'status', status: 500 } })
    await expect(post('never')).rejects.toBeInstanceOf(WebAPIHTTPError)
    sandbox.fault({ on: 'chat.*', when: 'after', effect: { kind: 'drop' } })
    await expect(post('once, silently')).rejects.toBeInstanceOf(WebAPIRequestError)
    expect(texts()).toEqual(['once, silently'])
    sandbox.fault({ on: 'chat.postMessage', when: 'after', effect: { kind: 'html' } })
    await expect(post('as html')).rejects.toBeInstanceOf(WebAPIPlatformError)
    sandbox.fault({ on: 'chat.postMessage', effect: { kind: 'ratelimited', retry_after: 7 } })
    await expect(post('limited')).rejects.toMatchObject({ retryAfter: 7 })
    sandbox.fault({
      on: 'chat.postMessage',
      channel: 'C0ENG',
      effect: { kind: 'error', error: 'fatal_error' },
    })
    await post('another channel')
    expect(await refusal(slack.chat.postMessage({ channel: 'C0ENG', text: 'x' }))).toBe('fatal_error')
    expect(texts()).toEqual(['once, silently', 'as html', 'another channel'])
  })

  it('hangs until the client gives up, as often as asked, until removed', async () => {
    const remove = sandbox.fault({ on: 'auth.test', times: 0, effect: { kind: 'hang' } })
    const hasty = client(sandbox.botToken, 60)
    await expect(hasty.auth.test()).rejects.toBeInstanceOf(WebAPIRequestError)
    await expect(hasty.auth.test()).rejects.toBeInstanceOf(WebAPIRequestError)
    remove()
    await slack.auth.test()
  })
})
