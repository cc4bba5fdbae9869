import { expect, it } from 'vitest'
import { addMs, minuteMs } from '#domain/time.ts'
import { plain, startDesk } from '../support/desk.ts'
import { databaseLine, type Line } from '../support/database-line.ts'
import { scraped, scrapedAnew } from '../support/metrics.ts'

it('tells what went out, how long it took, and what Slack did not do', async () => {
  await using desk = await startDesk()
  const { first, sandbox, url, quiet, pass, hook } = desk
  const told = await desk.escalate('Counted', plain)
  sandbox.fault({ on: 'chat.postMessage', times: 1, effect: { kind: 'error', error: 'internal_error' } })
  sandbox.fault({ on: 'chat.update', times: 1, effect: { kind: 'error', error: 'a_code_of_tomorrow' } })
  await pass(1)
  await first.press(told.card, 'Acknowledge')
  await quiet()
  await hook({ type: 'ticket.solved', data: { ticket: { id: 'desk-1', subject: 'Counted' } } })
  await quiet()
  const metrics = await scraped(url)
  expect(Object.fromEntries(metrics)).toMatchObject({
    'belay_deliveries_total{kind="page",outcome="sent"}': 1,
    'belay_deliveries_total{kind="direct",outcome="permanent"}': 0,
    belay_page_seconds_count: 1,
    belay_acknowledge_seconds_count: 1,
    'belay_slack_errors_total{method="chat.postMessage",code="internal_error"}': 1,
    'belay_slack_errors_total{method="chat.update",code="other"}': 1,
    belay_slack_up: 1,
    'belay_slack_sockets{state="live"}': expect.any(Number),
    belay_database_up: 1,
    'belay_database_pool_connections{state="waiting"}': 0,
    'belay_outbox_depth{kind="page"}': 0,
    belay_inbox_depth: 0,
    belay_cards_behind: 0,
    belay_quarantine_depth: 0,
    belay_sweep_lag_seconds: 0,
  })
  expect(metrics.get('belay_acknowledge_seconds_sum')).toBeGreaterThan(30)
  expect(sum(metrics, /^belay_deliveries_total\{.*"unsure"/)).toBe(1)
  expect([...metrics.keys()].join()).toMatch(/belay_build_info\{version="\d/)
  expect(metrics.get('belay_nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
})

it('tells what waits: notices by kind, cards that are behind, and what came in', async () => {
  await using desk = await startDesk()
  const { sandbox, belay, url, first, hook } = desk
  const told = await desk.escalate('Stands still', plain)
  sandbox.fault({ on: 'chat.*', times: 0, effect: { kind: 'ratelimited', retry_after: 600 } })
  await first.press(told.card, 'Acknowledge')
  await hook({ type: 'ticket.escalated', data: { ticket: { id: 'waits', subject: 'Waits' } } })
  await belay.sweepNow()
  await belay.pump.idle()
  sandbox.clock.set(addMs(sandbox.clock.now(), 2 * minuteMs))
  const metrics = await scraped(url)
  expect(metrics.get('belay_outbox_depth{kind="page"}')).toBe(1)
  expect(metrics.get('belay_outbox_oldest_seconds{kind="page"}')).toBeGreaterThanOrEqual(120)
  expect(metrics.get('belay_cards_behind')).toBeGreaterThan(0)
})

it('answers while the database is silent, and does not pretend to know', async () => {
  let line: Line | undefined
  await using desk = await startDesk({ through: async (url) => (line = await databaseLine(url)) })
  expect((await scraped(desk.url)).get('belay_database_up')).toBe(1)
  line!.silence()
  const askedAt = performance.now()
  const away = await scrapedAnew(desk.url)
  expect(performance.now() - askedAt).toBeLessThan(6000)
  expect(away.get('belay_database_up')).toBe(0)
  for (const unknown of ['belay_sweep_lag_seconds', 'belay_outbox_depth{kind="page"}', 'belay_inbox_depth'])
    expect(away.has(unknown)).toBe(false)
  expect(away.get('belay_process_resident_memory_bytes')).toBeGreaterThan(0)
  line!.mend()
  await expect.poll(async () => (await scrapedAnew(desk.url)).get('belay_database_up')).toBe(1)
  expect((await scraped(desk.url)).get('belay_sweep_lag_seconds')).toBe(0)
})

function sum(metrics: Map<string, number>, names: RegExp): number {
  return [...metrics].reduce((total, [name, value]) => (names.test(name) ? total + value : total), 0)
}
