import { expect, it } from 'vitest'
import { sweep, untilDue } from '#jobs/sweep.ts'
import { later, start, testStore } from '../support/store.ts'

it('knows when the next escalation falls due, and leaves what is far away to the bell', async () => {
  await using desk = await testStore()
  const { store } = desk
  expect(await untilDue(store, start), 'nothing is open').toBeNull()
  const { wakeAt } = await desk.open('T-1')
  const before = (ms: number) => new Date(wakeAt!.getTime() - ms)
  expect(await untilDue(store, before(20_000))).toBe(20_000)
  expect(await untilDue(store, before(3)), 'what falls due at about the same time goes together').toBe(50)
  expect(await untilDue(store, before(61_000))).toBeNull()
  await sweep(store, wakeAt!)
  expect(await untilDue(store, wakeAt!), 'its tier has a quarter of an hour now').toBeNull()
  expect(await untilDue(store, later(60)), 'it is due, which the sweep finds by itself').toBeNull()
})
