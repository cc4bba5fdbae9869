import { expect, it, vi } from 'vitest'
import { minuteMs, secondMs } from '#domain/time.ts'
import { skewOf } from '#store/skew.ts'
import { loggedLines } from '../slack/receivers/support.ts'
import { scrapedAnew } from '../support/metrics.ts'
import { becomesReady, readiness } from '../support/readiness.ts'
import { testStore } from '../support/store.ts'
import { startWorld } from '../support/world.ts'

it('is told from 2 seconds on, and above 30 this replica is not well', async () => {
  let behindMs = 0
  const { logger: log, text } = loggedLines()
  await using world = await startWorld({ aheadMs: () => -behindMs, log })
  const ready = async () => {
    await world.belay.ring('skew')
    return readiness(world.url)
  }
  await becomesReady(world.url)
  expect(await ready()).toMatchObject({ status: 200, checks: { clock: 'ok', skew: 'ok' } })
  behindMs = 10 * secondMs
  expect(await ready()).toMatchObject({
    status: 200,
    checks: {
      clock: 'ok',
      skew: expect.stringMatching(/^the database's clock is (9|10) s ahead of this machine's/),
    },
  })
  expect(text()).toContain('set their clocks by NTP')
  behindMs = -45 * secondMs
  expect(await ready()).toMatchObject({
    status: 503,
    reasons: [expect.stringMatching(/^clock: the database's clock is 4\d s behind this machine's/)],
  })
  const gauge = (await scrapedAnew(world.url)).get('belay_clock_skew_seconds')
  expect(gauge).toBeGreaterThan(-46)
  expect(gauge).toBeLessThan(-44)
  behindMs = 0
  expect(await ready()).toMatchObject({ status: 200 })
})

it('is measured anew at once when somebody sets the clock', async () => {
  let behindMs = 0
  const { logger: log, text } = loggedLines()
  await using world = await startWorld({ aheadMs: () => -behindMs, log })
  await becomesReady(world.url)
  const now = Date.now
  const wall = vi.spyOn(Date, 'now')
  try {
    behindMs = 10 * minuteMs
    wall.mockImplementation(() => now() - behindMs)
    await expect.poll(text).toMatch(/the database's clock is (10 min|9 min 59 s) ahead of/)
    expect(text()).toContain('the clock was set back by 10 min')
  } finally {
    wall.mockRestore()
  }
})

it('takes a slow answer neither for a wrong clock nor for one that was put right', async () => {
  await using here = await testStore()
  const real = Date.now()
  const slowly = (believed?: number) => {
    const times = [new Date(real - 10 * secondMs), new Date(real + 10 * secondMs)]
    return skewOf(here.store.db, () => times.shift()!, believed)
  }
  expect(await slowly()).toBe(0)
  expect(await slowly(5 * secondMs)).toBe(5 * secondMs)
  expect(await slowly(40 * secondMs)).toBeGreaterThan(9 * secondMs)
  expect(await slowly(40 * secondMs)).toBeLessThan(20 * secondMs)
})
