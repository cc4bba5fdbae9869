import { App, HTTPReceiver, SocketModeReceiver, type BlockAction, type ButtonAction } from '@slack/bolt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startSandbox } from '../../sandbox/index.ts'
import type { Sandbox } from '../../sandbox/protocol.ts'

const retryConfig = { retries: 0 }
const logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => 'error' as never,
  setName() {},
}

let sandbox: Sandbox
let app: App

async function startBolt(over: 'socket' | 'http'): Promise<App> {
  const clientOptions = { slackApiUrl: sandbox.apiUrl, retryConfig }
  const receiver =
    over === 'socket'
      ? new SocketModeReceiver({ appToken: sandbox.appToken, logger, installerOptions: { clientOptions } })
      : new HTTPReceiver({ signingSecret: sandbox.signingSecret, logger })
  const bolt = new App({
    token: sandbox.botToken,
    receiver,
    clientOptions,
    deferInitialization: true,
    logger,
    convoStore: false,
  })
  await bolt.init()
  teach(bolt)
  if (over === 'socket') {
    await bolt.start()
    await sandbox.connected()
  } else {
    const server = (await bolt.start(0)) as { address(): { port: number } }
    sandbox.control({ type: 'request_url', url: `http://127.0.0.1:${server.address().port}/slack/events` })
  }
  return bolt
}

function teach(bolt: App): void {
  bolt.command('/escalate', async ({ ack, body, client, command }) => {
    if (command.text === 'list') return ack('Nothing is escalated.')
    if (command.text === 'silent') return
    await ack()
    await client.views.open({
      trigger_id: body.trigger_id,
      view: {
        type: 'modal',
        callback_id: 'escalate',
        private_metadata: body.channel_id,
        title: { type: 'plain_text', text: 'Escalate a ticket' },
        submit: { type: 'plain_text', text: 'Escalate' },
        blocks: [
          input('customer', 'Customer', { type: 'plain_text_input', action_id: 'value' }),
          input('severity', 'Severity', {
            type: 'static_select',
            action_id: 'value',
            options: ['critical', 'high'].map((value) => ({
              text: { type: 'plain_text', text: value },
              value,
            })),
          }),
        ] as never,
      },
    })
  })
  bolt.view('escalate', async ({ ack, view, client, body }) => {
    const customer = view.state.values['customer']!['value']!.value!
    if (!customer.trim()) return await ack({ response_action: 'errors', errors: { customer: 'Who is it?' } })
    await ack()
    const severity = view.state.values['severity']!['value']!.selected_option!.value
    await client.chat.postMessage({
      channel: view.private_metadata,
      text: `<@U0FRONT1> ${severity}: ${customer}, says <@${body.user.id}>`,
      metadata: { event_type: 'belay_delivery', event_payload: { delivery_id: 'd1' } },
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: `<@U0FRONT1> *${severity}*: ${customer}` } },
        {
          type: 'actions',
          elements: [
            {
              type: 'button',
              action_id: 'acknowledge',
              value: 'E-1',
              text: { type: 'plain_text', text: 'Acknowledge' },
            },
          ],
        },
      ],
    })
  })
  bolt.action<BlockAction<ButtonAction>>('acknowledge', async ({ ack, body, client, respond }) => {
    await ack()
    await client.chat.update({
      channel: body.channel!.id,
      ts: body.message!.ts,
      text: `Acknowledged by ${body.user.username}`,
      blocks: [],
    })
    await respond({ text: 'It is yours.', response_type: 'ephemeral', replace_original: false })
  })
  bolt.shortcut('escalate_message', async ({ ack, shortcut, client }) => {
    await ack()
    const text = 'message' in shortcut ? (shortcut.message.text ?? '') : ''
    await client.views.open({
      trigger_id: shortcut.trigger_id,
      view: {
        type: 'modal',
        title: { type: 'plain_text', text: 'About this' },
        blocks: [{ type: 'section', text: { type: 'plain_text', text } }],
      },
    })
  })
  bolt.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({
      user_id: event.user,
      view: { type: 'home', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'On call now' } }] },
    })
  })
  bolt.event('app_mention', async ({ event, client }) => {
    await client.chat.postEphemeral({ channel: event.channel, user: event.user!, text: 'At your service.' })
  })
}

function input(block_id: string, label: string, element: object) {
  return { type: 'input', block_id, label: { type: 'plain_text', text: label }, element }
}

beforeEach(async () => {
  sandbox = await startSandbox({ now: new Date('2026-11-22T09:00:00Z') })
})

afterEach(async () => {
  await app.stop()
  await sandbox.close()
})

describe.each(['socket', 'http'] as const)('an unmodified Bolt app over %s', (over) => {
  it('takes a command, a modal, a button, a shortcut, a mention and the App Home', async () => {
    app = await startBolt(over)
    const agent = sandbox.person('U0AGENT')
    const engineer = sandbox.person('U0FRONT1')

    await agent.command('/escalate', '#frontline')
    const modal = await agent.modal('Escalate a ticket')
    await modal.fill({ Customer: ' ', Severity: 'critical' })
    expect(await modal.submit({ expectErrors: true })).toEqual({ customer: 'Who is it?' })
    await modal.fill({ Customer: 'Acme' })
    await modal.submit()

    const card = await engineer.sees('#frontline', /critical.*Acme/)
    expect(card).toMatchObject({ bot_id: sandbox.botId, app_id: sandbox.appId })
    expect(engineer.notified().map((entry) => entry.reason)).toEqual(['mention'])
    await engineer.press(card, 'Acknowledge')
    await agent.sees('#frontline', 'Acknowledged by first-line')
    await engineer.seesOnly('#frontline', 'It is yours.')
    expect(agent.looks()).not.toContain('It is yours.')
    expect(engineer.notified()).toHaveLength(1)

    const cry = await agent.says('#support', '@belay checkout is down & <out>')
    await agent.seesOnly('#support', 'At your service.')
    await agent.shortcut('Escalate to a human', cry)
    expect((await agent.modal('About this')).text()).toContain('checkout is down')
    await agent.home('On call now')
  })

  it('answers a command with the acknowledgement, and tells the person when there is none', async () => {
    app = await startBolt(over)
    const agent = sandbox.person('U0AGENT')
    await agent.command('/escalate', '#support', 'list')
    await agent.seesOnly('#support', 'Nothing is escalated.')
    sandbox.control({ type: 'ack_ms', ms: 300 })
    await expect(agent.command('/escalate', '#support', 'silent')).rejects.toThrow(/operation_timeout/)
    expect(sandbox.state('U0AGENT').notices.at(-1)?.text).toContain('/escalate failed')
  })
})
