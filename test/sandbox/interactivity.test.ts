import { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startSandbox } from '../../sandbox/index.ts'
import type { MessageView, Sandbox } from '../../sandbox/protocol.ts'
import { type Frame, RawSocket } from './app-stub.ts'

let sandbox: Sandbox
let slack: WebClient
let socket: RawSocket

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const modal = (title: string, extra: object = {}) =>
  ({
    type: 'modal',
    title: plain(title),
    blocks: [{ type: 'section', text: plain(title) }],
    ...extra,
  }) as never
const form = (extra: object = {}) =>
  modal('Form', {
    submit: plain('Go'),
    blocks: [
      {
        type: 'input',
        block_id: 'who',
        label: plain('Who'),
        element: { type: 'plain_text_input', action_id: 'in', max_length: 5 },
      },
      {
        type: 'input',
        block_id: 'day',
        label: plain('Day'),
        optional: true,
        element: { type: 'datepicker', action_id: 'in' },
      },
    ],
    ...extra,
  })

beforeEach(async () => {
  sandbox = await startSandbox({ now: new Date('2026-11-22T09:00:00Z'), frozen: true })
  slack = new WebClient(sandbox.botToken, { slackApiUrl: sandbox.apiUrl, retryConfig: { retries: 0 } })
  socket = await (await RawSocket.open(sandbox)).hello()
})

afterEach(() => sandbox.close())

const agent = () => sandbox.person('U0AGENT')
const last = (type: string): Frame['payload'] & Record<string, unknown> =>
  socket.frames.findLast((frame) => frame.payload?.['type'] === type || frame.type === type)!.payload as never
const refusal = async (call: Promise<unknown>) =>
  (
    await call
      .then(() => ({ data: { error: 'none' } }))
      .catch((error: unknown) => error as { data: { error: string } })
  ).data.error

async function trigger(): Promise<string> {
  await agent().command('/escalate', '#support')
  return last('slash_commands')['trigger_id'] as string
}

async function posted(elements: object[]): Promise<MessageView> {
  const { ts } = await slack.chat.postMessage({
    channel: 'C0FRONT',
    text: 'card',
    blocks: [{ type: 'actions', block_id: 'b', elements }] as never,
  })
  return sandbox.messages('#frontline').find((message) => message.ts === ts)!
}

describe('trigger ids', () => {
  it('are good once, for three seconds', async () => {
    const first = await trigger()
    await slack.views.open({ trigger_id: first, view: modal('One') })
    expect(await refusal(slack.views.open({ trigger_id: first, view: modal('One') }))).toBe(
      'exchanged_trigger_id',
    )
    expect(await refusal(slack.views.open({ trigger_id: 'nonsense', view: modal('One') }))).toBe(
      'invalid_trigger_id',
    )
    const late = await trigger()
    sandbox.clock.advance(3_001)
    expect(await refusal(slack.views.open({ trigger_id: late, view: modal('One') }))).toBe(
      'expired_trigger_id',
    )
  })
})

describe('modals', () => {
  it('stack three high, and close one by one or all at once', async () => {
    const root = await slack.views.open({
      trigger_id: await trigger(),
      view: modal('One', { notify_on_close: true }),
    })
    await slack.views.push({ trigger_id: await trigger(), view: modal('Two', { notify_on_close: true }) })
    await slack.views.push({ trigger_id: await trigger(), view: modal('Three') })
    expect(await refusal(slack.views.push({ trigger_id: await trigger(), view: modal('Four') }))).toBe(
      'push_limit_reached',
    )
    await (await agent().modal('Three')).close()
    await (await agent().modal('Two')).close()
    expect(last('view_closed')).toMatchObject({ is_cleared: false, view: { title: { text: 'Two' } } })
    await slack.views.push({ trigger_id: await trigger(), view: modal('Two') })
    await (await agent().modal('Two')).close({ all: true })
    expect(last('view_closed')).toMatchObject({
      is_cleared: true,
      view: { id: root.view!.id, title: { text: 'One' } },
    })
    expect(sandbox.state('U0AGENT').modals).toEqual([])
  })

  it('refuse what the client refuses before the app hears of it', async () => {
    await slack.views.open({ trigger_id: await trigger(), view: form() })
    const open = await agent().modal('Form')
    expect(await open.submit({ expectErrors: true })).toEqual({ who: 'Please complete this required field.' })
    await open.fill({ Who: 'far too long' })
    expect(await open.submit({ expectErrors: true })).toEqual({ who: 'Must be at most 5 characters.' })
    expect(socket.frames.some((frame) => frame.payload?.['type'] === 'view_submission')).toBe(false)
    await open.fill({ Who: 'Acme', Day: '2026-11-23' })
    socket.answer = () => ({ response_action: 'errors', errors: { who: 'Unknown customer' } })
    expect(await open.submit({ expectErrors: true })).toEqual({ who: 'Unknown customer' })
    expect(last('view_submission')).toMatchObject({
      user: { id: 'U0AGENT' },
      view: {
        state: {
          values: {
            who: { in: { type: 'plain_text_input', value: 'Acme' } },
            day: { in: { type: 'datepicker', selected_date: '2026-11-23' } },
          },
        },
      },
    })
    socket.answer = () => ({ response_action: 'push', view: modal('Sure?') })
    await open.submit()
    expect(sandbox.state('U0AGENT').modals.map((view) => view.title?.text)).toEqual(['Form', 'Sure?'])
    socket.answer = () => ({ response_action: 'clear' })
    await (await agent().modal('Sure?')).submit()
    expect(sandbox.state('U0AGENT').modals).toEqual([])
  })

  it('keep what was typed through an update, and notice a stale hash', async () => {
    const { view } = await slack.views.open({
      trigger_id: await trigger(),
      view: form({ external_id: 'E-1' }),
    })
    const open = await agent().modal('Form')
    await open.fill({ Who: 'Acme' })
    const newer = await slack.views.update({
      view_id: view!.id!,
      hash: view!.hash!,
      view: form({ title: plain('Form 2') }),
    })
    expect(newer.view!.hash).not.toBe(view!.hash)
    expect(open.values()).toEqual({ Who: 'Acme', Day: null })
    expect(await refusal(slack.views.update({ view_id: view!.id!, hash: view!.hash!, view: form() }))).toBe(
      'hash_conflict',
    )
    await open.close()
    expect(await refusal(slack.views.update({ view_id: view!.id!, view: form() }))).toBe('not_found')
  })

  it('say so when the app does not answer, and stay open', async () => {
    await slack.views.open({ trigger_id: await trigger(), view: form() })
    const open = await agent().modal('Form')
    await open.fill({ Who: 'Acme' })
    socket.acks = false
    sandbox.control({ type: 'ack_ms', ms: 40 })
    await expect(open.submit()).rejects.toThrow(/operation_timeout[\s\S]*trouble connecting/)
    socket.acks = true
    sandbox.control({ type: 'ack_ms', ms: 3_000 })
    await open.submit()
  })
})

describe('elements in messages', () => {
  it('send block_actions with what is chosen, after the confirm dialog', async () => {
    const option = (value: string) => ({ text: plain(value.toUpperCase()), value })
    const card = await posted([
      {
        type: 'button',
        action_id: 'resolve',
        text: plain('Resolve'),
        value: 'E-1',
        confirm: { title: plain('Sure?'), text: plain('It is done?') },
      },
      {
        type: 'static_select',
        action_id: 'to',
        placeholder: plain('Hand off to'),
        options: [option('a'), option('b')],
      },
      { type: 'overflow', action_id: 'more', options: [option('mute'), option('copy')] },
      { type: 'users_select', action_id: 'who', placeholder: plain('Who') },
    ])
    const place = { in: 'message' as const, channel: card.channel, ts: card.ts }
    const press = { type: 'press' as const, as: 'U0AGENT', place, block_id: 'b', action_id: 'resolve' }
    expect(await sandbox.act(press)).toMatchObject({
      ok: false,
      error: 'confirm_needed',
      confirm: { title: plain('Sure?') },
    })
    await agent().choose(card, 'Hand off to', 'B')
    await agent().choose(card, 'Who', 'U0ENG1')
    await agent().press(card, 'Resolve')
    expect(last('block_actions')).toMatchObject({
      container: { type: 'message', message_ts: card.ts, channel_id: 'C0FRONT', is_ephemeral: false },
      message: { ts: card.ts },
      actions: [{ type: 'button', action_id: 'resolve', block_id: 'b', value: 'E-1' }],
      state: {
        values: {
          b: {
            to: { type: 'static_select', selected_option: option('b') },
            who: { type: 'users_select', selected_user: 'U0ENG1' },
          },
        },
      },
    })
    await agent().press(card, 'MUTE')
    expect(last('block_actions')).toMatchObject({
      actions: [{ type: 'overflow', selected_option: { value: 'mute' } }],
    })
    await expect(agent().press(card, 'Explode')).rejects.toThrow(
      /no button "Explode" \(there: Resolve, MUTE, COPY\)/,
    )
    // It was pressed on a page that had not heard of an edit yet.
    expect(await sandbox.act({ ...press, block_id: 'before' })).toMatchObject({
      error: 'not_found',
      text: 'This has just changed, and has no before/resolve any more. Try again.',
    })
  })

  it('ask the app for options', async () => {
    const card = await posted([
      { type: 'external_select', action_id: 'ticket', placeholder: plain('Ticket') },
    ])
    const at = {
      as: 'U0AGENT',
      place: { in: 'message' as const, channel: card.channel, ts: card.ts },
      block_id: 'b',
      action_id: 'ticket',
    }
    socket.answer = (frame) =>
      frame.payload?.['type'] === 'block_suggestion' && {
        options: [{ text: plain('T-4711'), value: '4711' }],
      }
    expect(await sandbox.act({ type: 'suggest', ...at, query: '47' })).toMatchObject({
      ok: true,
      options: [{ value: '4711' }],
    })
    expect(last('block_suggestion')).toMatchObject({ value: '47', action_id: 'ticket' })
    expect(await sandbox.act({ type: 'choose', ...at, value: '4711' })).toEqual({ ok: true })
    expect(last('block_actions')).toMatchObject({ actions: [{ selected_option: { value: '4711' } }] })
  })

  it('carry no message when it is ephemeral, and a response_url for five answers in half an hour', async () => {
    await slack.chat.postEphemeral({
      channel: 'C0FRONT',
      user: 'U0AGENT',
      text: 'psst',
      blocks: [{ type: 'actions', elements: [{ type: 'button', action_id: 'a', text: plain('Go') }] }],
    })
    const whisper = await agent().seesOnly('#frontline')
    await agent().press(whisper, 'Go')
    const payload = last('block_actions')
    expect(payload).toMatchObject({ container: { is_ephemeral: true } })
    expect(payload).not.toHaveProperty('message')
    const respond = async (body: object) => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(payload['response_url'] as string, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
      return [response.status, await response.text()]
    }
    expect(await respond({ text: 'replaced', replace_original: true })).toEqual([200, 'ok'])
    expect((await agent().seesOnly('#frontline')).text).toBe('replaced')
    expect(await respond({ text: 'loud', response_type: 'in_channel' })).toEqual([200, 'ok'])
    expect(sandbox.messages('#frontline').at(-1)?.text).toBe('loud')
    expect(await respond({ blocks: [{ type: 'nope' }] })).toEqual([
      400,
      '{"ok":false,"error":"invalid_blocks"}',
    ])
    for (const text of ['3', '4', '5']) await respond({ text })
    expect(await respond({ text: '6' })).toEqual([404, '{"ok":false,"error":"used_url"}'])
    await agent()
      .press(whisper, 'Go')
      .catch(() => undefined)
    await trigger()
    sandbox.clock.advance(30 * 60_000 + 1)
    const late = await fetch(last('slash_commands')['response_url'] as string, {
      method: 'POST',
      body: '{"text":"late"}',
    })
    expect(late.status).toBe(404)
  })
})

describe('shortcuts and the App Home', () => {
  it('send the message with its shortcut, and app_home_opened with the view', async () => {
    const cry = await agent().says('#support', 'help <me>')
    await agent().shortcut('Escalate to a human', cry)
    expect(last('message_action')).toMatchObject({
      callback_id: 'escalate_message',
      channel: { id: 'C0SUPPORT', name: 'support' },
      message_ts: cry.ts,
      message: { text: 'help &lt;me&gt;', user: 'U0AGENT' },
    })
    await slack.views.publish({
      user_id: 'U0AGENT',
      view: { type: 'home', blocks: [{ type: 'header', text: plain('Yours') }] },
    })
    await agent().home('Yours')
    await sandbox.settled()
    const opened = socket.events().findLast((frame) => frame.payload?.event?.type === 'app_home_opened')
    expect(opened?.payload?.event).toMatchObject({ user: 'U0AGENT', tab: 'home', view: { type: 'home' } })
  })

  it('tells the person when no app is there', async () => {
    socket.socket.close()
    await sandbox.until(() => sandbox.state('U0AGENT').apps[0]!.sockets === 0, 'the socket to close')
    await expect(agent().command('/escalate', '#support')).rejects.toThrow(/dispatch_failed/)
    await expect(agent().command('/nonsense', '#support')).rejects.toThrow(/not a valid command/)
    expect(sandbox.state('U0AGENT').notices.map((notice) => notice.text)).toEqual([
      '/escalate failed with the error "dispatch_failed"',
      '/nonsense is not a valid command.',
    ])
  })
})
