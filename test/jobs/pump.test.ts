import { expect, it, vi } from 'vitest'
import { Pump } from '#jobs/pump.ts'
import { everywhere, Pace } from '#slack/pace.ts'
import type { Sending } from '#slack/sending.ts'
import { later, start, testStore } from '../support/store.ts'

it('looks again within a minute, however long Slack asked it to wait: no timer can wait for a month', async () => {
  await using desk = await testStore()
  const pace = new Pace()
  pace.block(everywhere, later(60 * 24 * 30))
  const sending = { store: desk.store, clock: { now: () => start }, pace } as Sending
  const pump = new Pump(sending, async () => [])
  const timers = vi.spyOn(globalThis, 'setTimeout')
  pump.tick()
  await pump.idle()
  await pump.stop()
  const waits = timers.mock.calls.map(([, ms]) => ms ?? 0)
  timers.mockRestore()
  expect(Math.max(...waits)).toBe(60_000)
})
