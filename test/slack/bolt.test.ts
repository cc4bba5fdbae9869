import type { Receiver, ReceiverEvent } from '@slack/bolt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBolt } from '#slack/bolt.ts'
import { json } from './receivers/socket-slack.ts'
import { closedPort, commandBody, eventually, loggedLines, serve } from './receivers/support.ts'

const token = 'xoxb-1-secretsecret'
let stack: AsyncDisposableStack
let log: ReturnType<typeof loggedLines>
beforeEach(() => {
  stack = new AsyncDisposableStack()
  log = loggedLines()
})
afterEach(() => stack.disposeAsync())

/** A receiver that does nothing by itself. */
function silentReceiver(): Receiver {
  return { init: () => undefined, start: async () => undefined, stop: async () => undefined }
}

async function begin(apiUrl: string) {
  return stack.use(await createBolt({ receiver: silentReceiver(), token, apiUrl, logger: log.logger }))
}

async function slack(answers: unknown[]) {
  const calls: string[] = []
  const server = stack.use(
    await serve((request, response) => {
      calls.push(`${request.url} ${request.headers.authorization}`)
      json(response, answers.length > 1 ? answers.shift() : answers[0])
    }),
  )
  return { calls, apiUrl: `${server.url}/api/` }
}

const us = { ok: true, user_id: 'U0BOT', bot_id: 'B0BOT', team_id: 'T0BELAY' }
const command = (acks: unknown[]): ReceiverEvent => ({
  body: commandBody('list'),
  ack: async (answer) => void acks.push(answer),
})

describe('who we are', () => {
  it('is asked once, however many want to know', async () => {
    const { apiUrl, calls } = await slack([us])
    const bolt = await begin(apiUrl)
    expect(bolt.status()).toMatchObject({ ok: false })
    const seen: unknown[] = []
    bolt.app.command('/escalate', async ({ ack, context: { botId, botUserId, teamId } }) => {
      seen.push({ botId, botUserId, teamId })
      await ack()
    })
    await Promise.all([bolt.start(), bolt.app.processEvent(command([])), bolt.app.processEvent(command([]))])
    const identity = { botId: 'B0BOT', botUserId: 'U0BOT', teamId: 'T0BELAY' }
    expect(seen).toEqual([identity, identity])
    expect(calls).toEqual([`/api/auth.test Bearer ${token}`])
    expect(bolt.status()).toEqual({ ok: true })
    expect(bolt.self.known).toMatchObject(identity)
  })

  it('does not matter to a person who waits', async () => {
    const bolt = await begin(`http://127.0.0.1:${await closedPort()}/api/`)
    bolt.app.command('/escalate', async ({ ack }) => ack('here'))
    await bolt.start()
    const acks: unknown[] = []
    await bolt.app.processEvent(command(acks))
    expect(acks).toEqual(['here'])
    expect(bolt.status()).toEqual({ ok: false, reason: 'auth.test: ECONNREFUSED' })
  })

  it('keeps a person waiting for half a second at most', async () => {
    const server = stack.use(await serve(() => undefined))
    const bolt = await begin(`${server.url}/api/`)
    bolt.app.command('/escalate', async ({ ack }) => ack('here'))
    const acks: unknown[] = []
    await bolt.app.processEvent(command(acks))
    expect(acks).toEqual(['here'])
  })

  it('is asked again until Slack says', async () => {
    const { apiUrl } = await slack([{ ok: false, error: 'invalid_auth' }, us])
    const bolt = await begin(apiUrl)
    await bolt.start()
    const refused = { ok: false, reason: 'Slack refuses the bot token: invalid_auth' }
    await eventually(() => expect(bolt.status()).toEqual(refused))
    await eventually(() => expect(bolt.status()).toEqual({ ok: true }))
  })
})

describe('a listener', () => {
  it('does not repeat a write that may have been done, and its failure is logged, not thrown', async () => {
    const { apiUrl, calls } = await slack([us, { ok: false, error: 'internal_error' }])
    const bolt = await begin(apiUrl)
    bolt.app.command('/escalate', async ({ client }) => {
      await client.apiCall('chat.postMessage', { channel: 'C0', text: 'x' })
    })
    await bolt.app.processEvent(command([]))
    expect(calls).toEqual(['auth.test', 'chat.postMessage'].map((method) => `/api/${method} Bearer ${token}`))
    expect(log.text()).toMatch(/internal_error.*a listener failed/)
    expect(log.text()).not.toContain('secretsecret')
  })
})
