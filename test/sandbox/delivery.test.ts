import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startSandbox } from '../../sandbox/index.ts'
import type { Sandbox } from '../../sandbox/protocol.ts'
import { httpApp, RawSocket, ticket } from './app-stub.ts'

let sandbox: Sandbox

beforeEach(async () => {
  sandbox = await startSandbox({ now: new Date('2026-11-22T09:00:00Z'), frozen: true, pingMs: 50 })
})

afterEach(() => sandbox.close())

const speak = (text: string) => sandbox.person('U0AGENT').says('#support', text)
const attempts = () => sandbox.journal({ kind: 'event', name: 'message' }).map((entry) => entry.attempt)

describe('Socket Mode', () => {
  it('greets, pings, and takes a ticket only once', async () => {
    const url = await ticket(sandbox)
    const socket = await new RawSocket(url).hello()
    expect(socket.frames[0]).toMatchObject({
      type: 'hello',
      num_connections: 1,
      connection_info: { app_id: sandbox.appId },
    })
    await new Promise((resolve) => socket.socket.once('ping', resolve))
    const again = new RawSocket(url)
    await again.until(() => again.closed)
    expect(again.frames).toEqual([])
  })

  it('delivers again what is not acknowledged: at once, after a minute, after five more', async () => {
    const socket = await (await RawSocket.open(sandbox)).hello()
    socket.acks = false
    sandbox.control({ type: 'ack_ms', ms: 40 })
    await speak('anyone?')
    await socket.until(() => socket.events().length === 1)
    await socket.until(() => socket.events().length === 2)
    await sandbox.settled()
    sandbox.clock.advance(59_000)
    expect(socket.events()).toHaveLength(2)
    sandbox.clock.advance(1_000)
    await socket.until(() => socket.events().length === 3)
    await sandbox.settled()
    sandbox.clock.advance(300_000)
    await socket.until(() => socket.events().length === 4)
    await sandbox.settled()
    sandbox.clock.advance(3_600_000)
    expect(socket.events().map((frame) => [frame.retry_attempt, frame.retry_reason])).toEqual([
      [0, ''],
      [1, 'timeout'],
      [2, 'timeout'],
      [3, 'timeout'],
    ])
    expect(new Set(socket.events().map((frame) => frame.payload?.event_id)).size).toBe(1)
  })

  it('keeps what happens while nobody listens, for two hours', async () => {
    await speak('too early')
    sandbox.clock.advance(3 * 3_600_000)
    await speak('just before')
    const socket = await (await RawSocket.open(sandbox)).hello()
    await socket.until(() => socket.events().length === 1)
    expect(socket.events()[0]).toMatchObject({
      retry_attempt: 1,
      payload: { event: { text: 'just before' } },
    })
  })

  it('lets ten in, and spreads over them', async () => {
    const sockets = []
    for (let index = 0; index < 10; index++) sockets.push(await (await RawSocket.open(sandbox)).hello())
    const eleventh = await RawSocket.open(sandbox)
    await eleventh.until(() => eleventh.frames.some((frame) => frame.reason === 'too_many_websockets'))
    for (let index = 0; index < 30; index++) await speak(`${index}`)
    await sandbox.settled()
    expect(sockets.map((socket) => socket.events().length).reduce((a, b) => a + b)).toBe(30)
    expect(sockets.filter((socket) => socket.events().length > 0).length).toBeGreaterThan(3)
  })

  it('warns, refreshes, and disables the link', async () => {
    const socket = await (await RawSocket.open(sandbox)).hello()
    for (const reason of ['warning', 'refresh_requested'] as const)
      sandbox.control({ type: 'disconnect', reason })
    await socket.until(() => socket.closed)
    expect(socket.frames.map((frame) => frame.reason)).toEqual([undefined, 'warning', 'refresh_requested'])
    sandbox.control({ type: 'socket_mode', enabled: false })
    const late = await RawSocket.open(sandbox)
    await late.until(() => late.frames.some((frame) => frame.reason === 'link_disabled'))
  })

  it('duplicates, delays and loses events on demand', async () => {
    const socket = await (await RawSocket.open(sandbox)).hello()
    sandbox.fault({ on: 'event:message', effect: { kind: 'duplicate' } })
    await speak('twice')
    sandbox.fault({ on: 'event:message', effect: { kind: 'drop' } })
    await speak('lost')
    sandbox.fault({ on: 'event:message', effect: { kind: 'delay', ms: 30 } })
    await speak('late')
    await speak('prompt')
    await socket.until(() => socket.events().length === 4)
    expect(socket.events().map((frame) => frame.payload?.event?.text)).toEqual([
      'twice',
      'twice',
      'prompt',
      'late',
    ])
    expect(socket.events()[0]?.payload?.event_id).toBe(socket.events()[1]?.payload?.event_id)
  })
})

describe('delivery over HTTP', () => {
  it('signs, and retries on the moved clock with the reason', async () => {
    const app = await httpApp(sandbox, () => ({ status: 500 }))
    await speak('hello')
    for (const ms of [0, 60_000, 300_000, 3_600_000]) {
      await sandbox.settled()
      sandbox.clock.advance(ms)
    }
    await sandbox.settled()
    expect(
      app.deliveries.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']]),
    ).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
      ['3', 'http_error'],
    ])
    const { headers, body } = app.deliveries[0]!
    const stamp = headers['x-slack-request-timestamp'] as string
    const expected = createHmac('sha256', sandbox.signingSecret).update(`v0:${stamp}:${body}`).digest('hex')
    expect(headers['x-slack-signature']).toBe(`v0=${expected}`)
    expect(JSON.parse(body)).toMatchObject({
      type: 'event_callback',
      team_id: sandbox.teamId,
      api_app_id: sandbox.appId,
      authorizations: [{ user_id: sandbox.botUserId, is_bot: true }],
      event: { type: 'message', text: 'hello', channel: 'C0SUPPORT', channel_type: 'channel' },
    })
    await app.close()
  })

  it('stops at x-slack-no-retry, follows two redirects and no third', async () => {
    const app = await httpApp(sandbox, () => ({ status: 500, headers: { 'x-slack-no-retry': '1' } }))
    await speak('hello')
    await sandbox.settled()
    sandbox.clock.advance(3_600_000)
    expect(attempts()).toEqual([0])
    await app.close()
    const turning = await httpApp(sandbox, (_, count) =>
      count > 2 ? { status: 200 } : { status: 307, headers: { location: '/again' } },
    )
    await speak('follow me')
    await sandbox.settled()
    expect(turning.deliveries).toHaveLength(3)
    expect(sandbox.journal({ kind: 'event' }).at(-1)?.ok).toBe(true)
    await turning.close()
    const endless = await httpApp(sandbox, () => ({ status: 307, headers: { location: '/again' } }))
    await speak('forever')
    await sandbox.settled()
    expect(sandbox.journal({ kind: 'event' }).at(-1)?.error).toBe('too_many_redirects')
    await endless.close()
  })
})

describe('which events come', () => {
  it("sends the app's own messages back with bot_id, app_id and metadata, edits as message_changed", async () => {
    const socket = await (await RawSocket.open(sandbox)).hello()
    const call = async (method: string, args: object) => {
      const headers = { authorization: `Bearer ${sandbox.botToken}`, 'content-type': 'application/json' }
      const response = await fetch(sandbox.apiUrl + method, {
        method: 'POST',
        headers,
        body: JSON.stringify(args),
      })
      return (await response.json()) as { ts: string }
    }
    const metadata = { event_type: 'belay_delivery', event_payload: { delivery_id: 'd1' } }
    const { ts } = await call('chat.postMessage', { channel: 'C0FRONT', text: 'page', metadata })
    await call('chat.update', { channel: 'C0FRONT', ts, text: 'acknowledged' })
    await call('chat.delete', { channel: 'C0FRONT', ts })
    await sandbox.person('U0ENG2').act({ type: 'join', channel: 'C0SUPPORT' })
    await sandbox.person('U0AGENT').act({ type: 'archive', channel: 'C0ENG' })
    await sandbox.settled()
    const seen = socket.events().map((frame) => frame.payload!.event as Record<string, unknown>)
    expect(seen[0]).toMatchObject({
      type: 'message',
      text: 'page',
      ts,
      bot_id: sandbox.botId,
      app_id: sandbox.appId,
      metadata,
    })
    expect(seen[1]).toMatchObject({
      subtype: 'message_changed',
      message: { text: 'acknowledged', metadata },
      previous_message: { text: 'page' },
    })
    expect(seen[2]).toMatchObject({ subtype: 'message_deleted', deleted_ts: ts })
    expect(seen.slice(3).map((event) => event['type'])).toEqual(['channel_archive'])
  })

  it('keeps to the subscriptions, the scopes and the channels of the app', async () => {
    await sandbox.close()
    const [app] = (await import('../../sandbox/default-seed.ts')).defaultSeed.apps!
    sandbox = await startSandbox({
      seed: { apps: [{ ...app!, events: ['message.channels', 'app_mention'] }] },
    })
    const socket = await (await RawSocket.open(sandbox)).hello()
    sandbox.seed({ channels: [{ id: 'C0OUT', name: 'out', bots: false, members: ['U0AGENT'] }] })
    await sandbox.person('U0AGENT').says('#out', 'unheard')
    const { channel } = (await sandbox.act({
      type: 'open_dm',
      as: 'U0AGENT',
      users: [sandbox.botUserId],
    })) as { channel: string }
    await sandbox.person('U0AGENT').says(channel, 'message.im is not subscribed')
    await speak('@belay heard twice')
    sandbox.control({ type: 'scopes', scopes: ['app_mentions:read'] })
    await speak('@belay heard once')
    await sandbox.settled()
    expect(socket.events().map((frame) => frame.payload?.event?.type)).toEqual([
      'message',
      'app_mention',
      'app_mention',
    ])
  })

  it('sends app_rate_limited without an inner event', async () => {
    const socket = await (await RawSocket.open(sandbox)).hello()
    sandbox.control({ type: 'app_rate_limited' })
    await socket.until(() => socket.events().length === 1)
    expect(socket.events()[0]?.payload).toMatchObject({ type: 'app_rate_limited', team_id: sandbox.teamId })
    expect(socket.events()[0]?.payload).not.toHaveProperty('event')
  })
})
