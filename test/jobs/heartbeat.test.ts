import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { addMs, minuteMs } from '#domain/time.ts'
import { loggedLines } from '../slack/receivers/support.ts'
import { scrapedAnew } from '../support/metrics.ts'
import { becomesReady, readiness } from '../support/readiness.ts'
import { ticketEvent } from '../support/tickets.ts'
import { startWorld } from '../support/world.ts'

/** A dead man's switch: it counts what came, and answers with the status it is told to. */
async function receiver() {
  const heard: string[] = []
  const is = { status: 200 }
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`)
    response.writeHead(is.status).end('ok')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    heard,
    is,
    url: `http://127.0.0.1:${port}/ping/very-secret`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

it('tells of a healthy minute, and is silent while something is not well', async () => {
  await using there = await receiver()
  const { logger: log, text } = loggedLines()
  await using world = await startWorld({ config: { heartbeatUrl: there.url }, log })
  const { belay, sandbox } = world
  await becomesReady(world.url)
  await belay.ring('heartbeat')
  expect(there.heard).toContain('GET /ping/very-secret')

  const restored = sandbox.clock.now()
  await world.hook(ticketEvent('ticket.escalated'))
  await belay.store.db.$client.query('alter table timeline rename to gone')
  sandbox.clock.set(addMs(restored, 20 * minuteMs))
  const before = there.heard.length
  await belay.ring('heartbeat')
  expect(there.heard).toHaveLength(before)
  expect(text()).toMatch(/due: an escalation has been due for \d+ s.*the heartbeat is withheld/)

  await belay.store.db.$client.query('alter table gone rename to timeline')
  await world.quiet()
  await belay.ring('heartbeat')
  expect(there.heard.length, text()).toBeGreaterThan(before)
  expect((await scrapedAnew(world.url)).get('belay_heartbeat_total{outcome="withheld"}')).toBeGreaterThan(0)
})

it('is silent, and the replica not ready, while pages wait and none can leave', async () => {
  await using there = await receiver()
  const { logger: log, text } = loggedLines()
  await using world = await startWorld({ transport: 'http', config: { heartbeatUrl: there.url }, log })
  const { belay, sandbox, hook, quiet } = world
  await becomesReady(world.url)
  const mend = sandbox.fault({ on: '*', times: 0, effect: { kind: 'status', status: 500 } })
  await hook(ticketEvent('ticket.escalated'))
  await belay.sweepNow()
  await belay.pump.idle()
  expect((await readiness(world.url)).status).toBe(200)
  sandbox.clock.set(addMs(sandbox.clock.now(), 20 * minuteMs))
  const { status, checks } = await readiness(world.url)
  expect([status, checks['delivery']]).toEqual([503, 'no page has gone out for 1200 s, and one waits'])
  const before = there.heard.length
  await belay.ring('heartbeat')
  expect(there.heard).toHaveLength(before)
  expect(text()).toMatch(/delivery: no page has gone out .*the heartbeat is withheld/)

  mend()
  await quiet()
  await becomesReady(world.url)
  await belay.ring('heartbeat')
  expect(there.heard.length).toBeGreaterThan(before)
})

it('that does not arrive is counted and logged, and its address is kept secret', async () => {
  const { logger: log, text } = loggedLines()
  const there = await receiver()
  await using world = await startWorld({ config: { heartbeatUrl: there.url }, log })
  await becomesReady(world.url)
  there.is.status = 500
  await world.belay.ring('heartbeat')
  expect(text()).toMatch(/"why":"HTTP 500".*the heartbeat did not arrive/)
  await there[Symbol.asyncDispose]()
  await world.belay.ring('heartbeat')
  expect(text()).toMatch(/"why":"ECONNREFUSED".*the heartbeat did not arrive/)
  expect(text()).not.toContain('very-secret')
  expect(
    (await scrapedAnew(world.url)).get('belay_heartbeat_total{outcome="failed"}'),
  ).toBeGreaterThanOrEqual(2)
})
