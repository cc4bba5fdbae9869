import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import type { Tx } from '#store/database.ts'
import { escalations } from '#store/schema.ts'
import { testStore } from '../support/store.ts'

it('two transactions that wait for each other both end well: the one that PostgreSQL gave up is done again', async () => {
  await using desk = await testStore()
  const [a, b] = [await desk.open('a'), await desk.open('b')]
  const lock = (tx: Tx, id: number) =>
    tx.select().from(escalations).where(eq(escalations.id, id)).for('update')
  const both = Promise.withResolvers<void>()
  let holding = 0
  let begun = 0
  const crossing = (first: number, second: number) =>
    desk.store.db.transaction(async (tx) => {
      begun += 1
      await lock(tx, first)
      holding += 1
      if (holding === 2) both.resolve()
      await both.promise
      return (await lock(tx, second))[0]?.id
    })
  expect(await Promise.all([crossing(a.id, b.id), crossing(b.id, a.id)])).toEqual([b.id, a.id])
  expect(begun).toBe(3)
})
