import { connect } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startSandbox } from '../../sandbox/index.ts'
import type { Sandbox } from '../../sandbox/protocol.ts'
import { httpApp, RawSocket, ticket } from './app-stub.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await startSandbox({ now: new Date('2026-11-22T09:00:00Z'), frozen: true, limits: false })
})
afterEach(() => sandbox.close())

const HOUR = 3_600_000
/** One message event for the app each. */
const speak = async (count: number) => {
  for (let index = 0; index < count; index++) await sandbox.person('U0AGENT').says('#support', `${index}`)
}

it('stops at so many events an hour and says so once, until the next hour', async () => {
  sandbox.control({ type: 'limits', events: { an_hour: 60, busy: 50 } })
  const socket = await (await RawSocket.open(sandbox)).hello()
  await speak(62)
  await sandbox.settled()
  const types = () => socket.events().map((frame) => frame.payload?.['type'])
  expect(types().filter((type) => type === 'event_callback')).toHaveLength(60)
  expect(types().filter((type) => type === 'app_rate_limited')).toHaveLength(1)
  sandbox.clock.advance(HOUR + 1)
  await speak(1)
  await sandbox.settled()
  expect(types()).toHaveLength(62)
})

it('switches the events off when more than 95 % of many in an hour fail', async () => {
  sandbox.control({ type: 'limits', events: { an_hour: 30_000, busy: 50 } })
  const app = await httpApp(sandbox, () => ({ status: 500, headers: { 'x-slack-no-retry': '1' } }))
  await speak(50)
  await sandbox.settled()
  expect(app.deliveries).toHaveLength(50)
  await speak(3)
  sandbox.clock.advance(2 * HOUR)
  await speak(3)
  await sandbox.settled()
  expect(app.deliveries).toHaveLength(50)
  await app.close()
})

it('leaves an app alone that answers one in ten', async () => {
  sandbox.control({ type: 'limits', events: { an_hour: 30_000, busy: 50 } })
  const app = await httpApp(sandbox, (_, count) =>
    count % 10 ? { status: 500, headers: { 'x-slack-no-retry': '1' } } : { status: 200 },
  )
  await speak(51)
  await sandbox.settled()
  await speak(1)
  await sandbox.settled()
  expect(app.deliveries).toHaveLength(52)
  await app.close()
})

it('asks a URL for a sign of life, and tells an app of its workflow step', async () => {
  const app = await httpApp(sandbox, () => ({ status: 200 }))
  sandbox.control({ type: 'ssl_check' })
  await sandbox.settled()
  expect(app.deliveries[0]!.body).toContain('ssl_check=1')
  expect(sandbox.journal({ name: 'ssl_check' })).toMatchObject([{ ok: true }])
  sandbox.control({ type: 'function_executed', callback_id: 'escalate_step', inputs: { ticket: '4711' } })
  await sandbox.settled()
  expect(JSON.parse(app.deliveries[1]!.body)).toMatchObject({
    event: {
      type: 'function_executed',
      function: { callback_id: 'escalate_step' },
      inputs: { ticket: '4711' },
    },
  })
  await app.close()
})

it('can leave TCP open after the close handshake', async () => {
  sandbox.control({ type: 'linger', on: true })
  const url = new URL(await ticket(sandbox))
  const socket = connect(Number(url.port), '127.0.0.1')
  let heard = Buffer.alloc(0)
  let isEnded = false
  socket.on('data', (data) => (heard = Buffer.concat([heard, data])))
  socket.on('end', () => (isEnded = true))
  socket.write(
    `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n',
  )
  await sandbox.connected()
  // a masked close frame, which the other side answers with one of its own
  socket.write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]))
  await expect.poll(() => heard.includes(Buffer.from([0x88, 0x02, 0x03, 0xe8]))).toBe(true)
  expect(sandbox.state('U0AGENT').apps[0]!.sockets).toBe(0)
  expect(isEnded).toBe(false)
  socket.destroy()
})
