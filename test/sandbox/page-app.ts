/** A small app with a bit of everything that the page shows, and a browser that looks at it. */
import { App, type BlockAction, LogLevel, type MessageShortcut } from '@slack/bolt'
import type { KnownBlock, View } from '@slack/types'
import type { Page } from 'playwright-core'
import { startSandbox } from '../../sandbox/index.ts'
import type { Sandbox, SandboxOptions } from '../../sandbox/protocol.ts'

export const HOSTILE = '<script>window.pwned = 1</script> <img src=x onerror="window.pwned = 2">'

export const card = (state: string): KnownBlock[] => [
  { type: 'header', text: { type: 'plain_text', text: 'E-12 Checkout fails :fire:' } },
  {
    type: 'section',
    text: { type: 'mrkdwn', text: `*Acme GmbH* cannot pay. State: *${state}* <@U0FRONT1>` },
    fields: [
      { type: 'mrkdwn', text: '*Severity*\n:red_circle: critical' },
      { type: 'mrkdwn', text: '*Plan*\nenterprise' },
      { type: 'mrkdwn', text: '*Acknowledge by*\n<!date^1795000000^{date_short_pretty} {time}|soon>' },
      { type: 'mrkdwn', text: '*Ticket*\n<https://desk.example/t/4711|4711>' },
    ],
    accessory: {
      type: 'overflow',
      action_id: 'more',
      options: [
        { text: { type: 'plain_text', text: 'Explain' }, value: 'explain' },
        { text: { type: 'plain_text', text: 'Mute' }, value: 'mute' },
      ],
    },
  },
  { type: 'divider' },
  { type: 'context', elements: [{ type: 'mrkdwn', text: 'Asked by support chat · tried: `restart`' }] },
  {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: 'acknowledge',
        style: 'primary',
        text: { type: 'plain_text', text: 'Acknowledge' },
        value: 'E-12',
      },
      { type: 'button', action_id: 'details', text: { type: 'plain_text', text: 'Details' }, value: 'E-12' },
      {
        type: 'button',
        action_id: 'resolve',
        style: 'danger',
        text: { type: 'plain_text', text: 'Resolve' },
        confirm: {
          title: { type: 'plain_text', text: 'Resolve E-12?' },
          text: { type: 'mrkdwn', text: 'The customer will be *told*.' },
          confirm: { type: 'plain_text', text: 'Resolve' },
          deny: { type: 'plain_text', text: 'Keep it' },
          style: 'danger',
        },
      },
    ],
  },
]

const option = (value: string) => ({ text: { type: 'plain_text' as const, text: value }, value })

const form = (customer = ''): View => ({
  type: 'modal',
  callback_id: 'escalate',
  title: { type: 'plain_text', text: 'Escalate a ticket' },
  submit: { type: 'plain_text', text: 'Escalate' },
  blocks: [
    {
      type: 'input',
      block_id: 'customer',
      label: { type: 'plain_text', text: 'Customer' },
      element: { type: 'plain_text_input', action_id: 'v', ...(customer ? { initial_value: customer } : {}) },
    },
    {
      type: 'input',
      block_id: 'severity',
      label: { type: 'plain_text', text: 'Severity' },
      hint: { type: 'plain_text', text: 'Critical means that production is down.' },
      element: {
        type: 'static_select',
        action_id: 'v',
        options: ['critical', 'high', 'normal', 'low'].map(option),
      },
    },
    {
      type: 'input',
      block_id: 'summary',
      label: { type: 'plain_text', text: 'Summary' },
      element: { type: 'plain_text_input', action_id: 'v', multiline: true },
    },
    {
      type: 'input',
      block_id: 'who',
      optional: true,
      label: { type: 'plain_text', text: 'Owner' },
      element: { type: 'users_select', action_id: 'v' },
    },
    {
      type: 'input',
      block_id: 'runbook',
      optional: true,
      label: { type: 'plain_text', text: 'Runbook' },
      element: { type: 'external_select', action_id: 'runbook', min_query_length: 1 },
    },
    {
      type: 'input',
      block_id: 'channels',
      optional: true,
      label: { type: 'plain_text', text: 'Tell' },
      element: { type: 'checkboxes', action_id: 'v', options: ['the customer', 'the manager'].map(option) },
    },
  ],
})

const home: View = {
  type: 'home',
  blocks: [
    { type: 'header', text: { type: 'plain_text', text: 'Your day' } },
    { type: 'section', text: { type: 'mrkdwn', text: 'Nothing is waiting for you.' } },
    {
      type: 'actions',
      elements: [{ type: 'button', action_id: 'refresh', text: { type: 'plain_text', text: 'Refresh' } }],
    },
  ],
}

export interface Stage extends AsyncDisposable {
  sandbox: Sandbox
  app: App
  visit(page: Page, person: string, place?: string): Promise<void>
}

export async function setStage(options: SandboxOptions = {}): Promise<Stage> {
  const sandbox = await startSandbox(options)
  const app = new App({
    token: sandbox.botToken,
    appToken: sandbox.appToken,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: sandbox.apiUrl },
  })
  listen(app)
  await app.start()
  await sandbox.connected()
  return {
    sandbox,
    app,
    visit: async (page, person, place = '') => {
      await page.goto(`${sandbox.url}#/${person}/${place}`)
      await page.locator(`body[data-me="${person}"]`).waitFor()
      // What the test before left open goes away a moment after it was closed.
      await page.locator('dialog').waitFor({ state: 'detached' })
    },
    [Symbol.asyncDispose]: async () => {
      await app.stop()
      await sandbox.until(
        () => sandbox.state('U0AGENT').apps.every((app) => app.sockets === 0),
        'closed sockets',
      )
      await sandbox.close()
    },
  }
}

function listen(app: App): void {
  app.command('/escalate', async ({ ack, command, client }) => {
    if (command.text === 'help') return await ack('Usage: `/escalate [ticket]`')
    await ack()
    await client.views.open({ trigger_id: command.trigger_id, view: form(command.text) })
  })
  app.view('escalate', async ({ ack, view, client }) => {
    const values = view.state.values
    const summary = values['summary']?.['v']?.value ?? ''
    if (summary.trim().length < 10)
      return await ack({ response_action: 'errors', errors: { summary: 'Say a little more.' } })
    await ack()
    const customer = values['customer']?.['v']?.value ?? ''
    await client.chat.postMessage({
      channel: 'C0FRONT',
      text: `E-12 ${customer}: ${summary} <@U0FRONT1>`,
      blocks: card(summary),
    })
  })
  app.options('runbook', async ({ ack, payload }) => {
    await ack({ options: ['gateway', 'database'].filter((name) => name.includes(payload.value)).map(option) })
  })
  app.action('acknowledge', async ({ ack, body, client, respond }) => {
    await ack()
    await respond({ replace_original: true, text: 'E-12 is yours', blocks: card('acknowledged') })
    const { channel, message } = body as BlockAction
    if (channel && message)
      await client.chat.postMessage({
        channel: channel.id,
        thread_ts: message.ts,
        text: `Taken by ${body.user.id}`,
        reply_broadcast: true,
      })
  })
  app.action('resolve', async ({ ack, respond }) => {
    await ack()
    await respond({ replace_original: true, text: 'E-12 is resolved', blocks: card('resolved') })
  })
  app.action('details', async ({ ack, body, client }) => {
    await ack()
    await client.views.open({ trigger_id: (body as BlockAction).trigger_id, view: stacked(1) })
  })
  app.action('deeper', async ({ ack, body, client }) => {
    await ack()
    await client.views.push({ trigger_id: (body as BlockAction).trigger_id, view: stacked(2) })
  })
  app.action(/^(more|refresh)$/, async ({ ack, client, body }) => {
    await ack()
    await client.chat.postEphemeral({
      channel: 'C0FRONT',
      user: body.user.id,
      text: `You chose ${JSON.stringify((body as BlockAction).actions[0]).includes('mute') ? 'mute' : 'something'}`,
    })
  })
  app.shortcut('escalate_message', async ({ ack, shortcut, client }) => {
    await ack()
    const said = (shortcut as MessageShortcut).message.text ?? ''
    await client.views.open({ trigger_id: shortcut.trigger_id, view: form(said) })
  })
  app.event('app_home_opened', async ({ event, client }) => {
    if (event.tab === 'home') await client.views.publish({ user_id: event.user, view: home })
  })
}

const stacked = (level: number): View => ({
  type: 'modal',
  title: { type: 'plain_text', text: `Details ${level}` },
  blocks: [
    { type: 'section', text: { type: 'mrkdwn', text: `Level ${level}` } },
    {
      type: 'actions',
      elements: [{ type: 'button', action_id: 'deeper', text: { type: 'plain_text', text: 'Deeper' } }],
    },
  ],
})
