import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { addMs, secondMs } from '#domain/time.ts'
import { plain, startDesk, type Desk } from '../support/desk.ts'
import { scrapedAnew } from '../support/metrics.ts'
import { becomesReady, readiness } from '../support/readiness.ts'
import { ticketEvent } from '../support/tickets.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk({ transport: 'http' })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await desk.clear()
})
afterAll(() => desk[Symbol.asyncDispose]())

const broken = { times: 0, effect: { kind: 'status', status: 500 } } as const

async function spoil(statement: SQL, back: SQL): Promise<AsyncDisposable & { mend: () => Promise<void> }> {
  const { db } = desk.belay.store
  await db.execute(statement)
  const stack = new AsyncDisposableStack()
  stack.defer(async () => void (await db.execute(back)))
  return { mend: () => stack.disposeAsync(), [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** The process lives on for so long, and nothing else does. */
function later(ms: number): void {
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms)
}

/** What is still not well when everything had its turn again. */
async function staysUnwell(): Promise<() => Promise<string[] | undefined>> {
  await desk.belay.ring('sweep', 'late', 'inbox', 'digest', 'deliver')
  await desk.belay.pump.idle()
  return async () => (await readiness(desk.url)).reasons
}

/** So much later everything that is due has its turn. */
async function after(seconds: number): Promise<string | undefined> {
  const { sandbox, belay, url } = desk
  sandbox.clock.set(addMs(sandbox.clock.now(), seconds * secondMs))
  await belay.sweepNow()
  await belay.pump.idle()
  return (await readiness(url)).checks['delivery']
}

it('a page that waits for minutes is no reason as long as others go out', async () => {
  const { sandbox, hook, pass } = desk
  const escalated = (id: string) => hook(ticketEvent('ticket.escalated', { id, ...plain }))
  using mended = new DisposableStack()
  mended.defer(sandbox.fault({ on: 'chat.postMessage', channel: 'C0FRONT', ...broken }))
  await escalated('held up')
  expect(await after(0)).toBe('ok')
  await after(80)
  await escalated('held up, too')
  await after(0)
  expect(await after(80), 'a direct message has gone out').toBe('ok')
  expect(await after(20)).toBe('no page has gone out for 100 s, and one waits')
  mended.dispose()
  await pass(1)
  expect(await after(0)).toBe('ok')
  for (const id of ['held up', 'held up, too']) await hook(ticketEvent('ticket.solved', { id }))
})

it('a page that waits because Slack asked us to wait is no reason, unless that goes on for ten minutes', async () => {
  const { sandbox, hook, quiet } = desk
  const limited = { times: 0, effect: { kind: 'ratelimited', retry_after: 500 } } as const
  using mended = new DisposableStack()
  mended.defer(sandbox.fault({ on: 'chat.postMessage', ...limited }))
  await hook(ticketEvent('ticket.escalated', { id: 'paced', ...plain }))
  await after(0)
  await hook(ticketEvent('ticket.escalated', { id: 'behind it', ...plain }))
  expect(await after(490)).toBe('ok')
  expect(await after(11)).toBe('ok')
  expect(await after(100)).toBe('no page has gone out for 601 s, and one waits')
  mended.dispose()
  await after(500)
  await quiet()
  for (const id of ['paced', 'behind it']) await hook(ticketEvent('ticket.solved', { id }))
})

it('an outbox that can not be read is a reason after half a minute', async () => {
  await using spoiled = await spoil(
    sql`alter table notices rename column summary to gone`,
    sql`alter table notices rename column gone to summary`,
  )
  expect(await (await staysUnwell())()).toBeUndefined()
  later(31 * secondMs)
  await expect
    .poll(await staysUnwell())
    .toEqual([expect.stringMatching(/^delivery: the outbox could not be read for \d+ s$/)])
  await spoiled.mend()
  await expect.poll(await staysUnwell()).toBeUndefined()
})

it('a duty that fails each time is a reason after half a minute', async () => {
  await using spoiled = await spoil(
    sql`alter table inbox rename to gone`,
    sql`alter table gone rename to inbox`,
  )
  expect(await (await staysUnwell())()).toBeUndefined()
  later(31 * secondMs)
  await expect
    .poll(await staysUnwell())
    .toEqual([expect.stringMatching(/^duties: inbox has failed for \d+ s$/)])
  await spoiled.mend()
  await expect.poll(await staysUnwell()).toBeUndefined()
})

it('a token that is refused is known to every replica within a minute, also to one that sends nothing', async () => {
  const { sandbox, replica } = desk
  const idle = await replica()
  const url = `http://127.0.0.1:${idle.port}`
  await becomesReady(url)
  const mend = sandbox.fault({ on: '*', times: 0, effect: { kind: 'error', error: 'account_inactive' } })
  await idle.ring('slack')
  expect((await readiness(url)).reasons).toEqual(['slack: Slack refuses us: account_inactive'])
  expect((await scrapedAnew(url)).get('belay_slack_up')).toBe(0)
  mend()
  await becomesReady(url)
  expect((await scrapedAnew(url)).get('belay_slack_up')).toBe(1)
})

it('a Slack that has answered nobody for a minute is away, and one that hiccups is not', async () => {
  const { sandbox, belay, url } = desk
  sandbox.fault({ on: 'auth.test', ...broken, times: 1 })
  await belay.ring('slack')
  expect((await readiness(url)).reasons).toBeUndefined()
  await belay.ring('slack')
  const mend = sandbox.fault({ on: 'auth.test', ...broken })
  await belay.ring('slack')
  await belay.ring('slack')
  const { reasons } = await readiness(url)
  expect(reasons).toEqual([
    expect.stringMatching(/^slack: Slack has not answered \d times in a row: HTTP 500$/),
  ])
  expect((await scrapedAnew(url)).get('belay_slack_up')).toBe(0)
  mend()
  await becomesReady(url)
})
