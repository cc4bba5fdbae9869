import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBolt, type Bolt } from '#slack/bolt.ts'
import { createClients } from '#slack/clients.ts'
import { HttpReceiver } from '#slack/receivers/http.ts'
import { createIntake } from '#slack/receivers/intake.ts'
import { RedundantSocketReceiver } from '#slack/receivers/sockets.ts'
import { startSandbox } from '../../../sandbox/index.ts'
import type { Sandbox } from '../../../sandbox/protocol.ts'
import { eventually, loggedLines, memoryInbox, serve } from './support.ts'

let stack: AsyncDisposableStack
let sandbox: Sandbox
let inbox: ReturnType<typeof memoryInbox>
let log: ReturnType<typeof loggedLines>
let bolt: Bolt

beforeEach(async () => {
  stack = new AsyncDisposableStack()
  sandbox = stack.use(await startSandbox({ limits: false }))
  inbox = memoryInbox()
  log = loggedLines()
})
afterEach(() => stack.disposeAsync())

async function begin(over: 'socket' | 'http'): Promise<void> {
  const { logger } = log
  const { apiUrl, appToken, botToken: token, signingSecret } = sandbox
  const intake = createIntake({ keep: inbox.keep, logger })
  const shared = { intake, logger, now: () => new Date() }
  const timing = { apartMs: 20, steadyMs: 0, lingerMs: 50 }
  const receiver =
    over === 'socket'
      ? new RedundantSocketReceiver({ ...shared, appToken, apiUrl, timing })
      : new HttpReceiver({ ...shared, signingSecret })
  bolt = stack.use(await createBolt({ receiver, token, apiUrl, logger }))
  bolt.app.command('/escalate', async ({ ack, command }) => ack(`heard ${command.text}`))
  await bolt.start()
  if (receiver instanceof RedundantSocketReceiver) return await sandbox.connected(2)
  const server = stack.use(await serve((request, response) => void receiver.handle(request, response)))
  sandbox.control({ type: 'request_url', url: `${server.url}/slack/events` })
}

const post = (text: string) => sandbox.act({ type: 'post', as: 'U0AGENT', channel: 'C0SUPPORT', text })
const keptTexts = () => [...inbox.kept.values()].map(({ event }) => (event as { text?: string }).text)

describe.each(['socket', 'http'] as const)('over %s', (over) => {
  beforeEach(() => begin(over))

  it('a command is answered and a message kept', async () => {
    await sandbox.act({ type: 'command', as: 'U0AGENT', channel: 'C0SUPPORT', text: '/escalate list' })
    const seen = sandbox.state('U0AGENT').messages['C0SUPPORT'] ?? []
    expect(seen.map(({ text }) => text)).toContain('heard list')
    await post('all is well')
    await sandbox.settled()
    expect(keptTexts()).toContain('all is well')
  })

  it('our own post is kept with the metadata that settles its notice', async () => {
    const { apiUrl, botToken: token } = sandbox
    const { writes } = stack.use(createClients({ token, apiUrl, logger: log.logger }))
    const metadata = { event_type: 'belay_delivery', event_payload: { delivery_id: 'd1' } }
    await writes.apiCall('chat.postMessage', { channel: 'C0SUPPORT', text: 'a page', metadata })
    await sandbox.settled()
    const own = [...inbox.kept.values()].find(({ event }) => (event as { text?: string }).text === 'a page')
    expect(own).toMatchObject({ event: { bot_id: sandbox.botId, metadata } })
  })

  it('what comes while the database is away comes again', async () => {
    inbox.away = true
    await post('while away')
    await eventually(() => expect(log.text()).toMatch(/was not kept/))
    inbox.away = false
    await sandbox.settled()
    sandbox.clock.advance(10 * 60_000)
    await eventually(() => expect(keptTexts()).toContain('while away'))
  })

  it('the same event twice is one', async () => {
    sandbox.fault({ on: 'event:message', effect: { kind: 'duplicate' } })
    await post('twice')
    await eventually(() => expect(inbox.calls).toBe(2))
    expect(keptTexts()).toEqual(['twice'])
  })

  it('app_rate_limited does no harm', async () => {
    sandbox.control({ type: 'app_rate_limited' })
    await sandbox.settled()
    await post('still here')
    await sandbox.settled()
    expect(keptTexts()).toEqual(['still here'])
  })
})

it('a refresh of all sockets at once loses nothing', async () => {
  await begin('socket')
  const opened = () => sandbox.journal({ kind: 'socket' }).map(({ body }) => (body as { open: number }).open)
  const haveSaidHello = (count: number) =>
    eventually(() => expect(log.text().match(/"what":"live"/g)).toHaveLength(count))
  await haveSaidHello(2)
  const rounds = [1, 2, 3, 4]
  for (const round of rounds) {
    sandbox.control({ type: 'disconnect', reason: 'refresh_requested' })
    await post(`during ${round}`)
    await haveSaidHello(2 + 2 * round)
  }
  await eventually(() => expect(opened().at(-1)).toBe(2))
  await sandbox.settled()
  expect(keptTexts()).toEqual(rounds.map((round) => `during ${round}`))
  expect(Math.min(...opened().slice(1))).toBeGreaterThan(0)
})

it('a revoked token shows in the status', async () => {
  sandbox.control({ type: 'revoke_tokens' })
  await begin('http')
  await eventually(() =>
    expect(bolt.status()).toMatchObject({
      ok: false,
      reason: expect.stringContaining('Slack refuses the bot token'),
    }),
  )
})
