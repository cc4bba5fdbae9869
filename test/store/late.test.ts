import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { fallBackLate } from '#store/late.ts'
import { PolicyBook, savePolicy } from '#store/policies.ts'
import { quarantinedCount } from '#store/quarantine.ts'
import { notices } from '#store/schema.ts'
import { spoil, unsound } from '../support/spoiled.ts'
import { withStall } from '../support/stalled.ts'
import { later, start, testStore, type TestStore } from '../support/store.ts'

/** With an address beyond Slack. */
async function reachable({ store }: TestStore) {
  const { live } = store.book
  const policy = { ...live, fallback: { ...live.fallback, email: ['oncall@example.com'] } }
  await savePolicy(store.db, policy, start)
  store.book = new PolicyBook(policy)
  return store
}

describe('a late page', () => {
  it.each(unsound)(
    'that can not be %s holds no other up, and is told as soon as it can be',
    async (_, spoiled) => {
      await using desk = await testStore()
      const store = await reachable(desk)
      const ids: number[] = []
      for (const ticket of ['good', 'bad', 'other']) ids.push((await desk.open(ticket)).id)
      const [, bad] = ids
      const mend = await spoil(store.db, bad!, spoiled)
      expect(await fallBackLate(store, later(2))).toEqual({ late: 2, failed: [bad], quarantined: 1 })
      const untold = () => store.db.$count(notices, sql`kind = 'page' and fell_back_at is null`)
      expect(await untold()).toBe(1)
      expect(await fallBackLate(store, later(3))).toEqual({ late: 0, failed: [bad], quarantined: 0 })
      await mend()
      expect(await fallBackLate(store, later(4))).toEqual({ late: 1, failed: [], quarantined: 0 })
      expect(
        await store.db.$count(notices, sql`kind = 'email' and notice->'cause'->>'isLate' = 'true'`),
      ).toBe(3)
    },
  )

  it('is told beyond Slack, and its escalation not left alone, when the database was slow', async () => {
    await using desk = await testStore()
    const store = await reachable(desk)
    await desk.open('one')
    await withStall(desk, (started) => fallBackLate(started, later(2)))
    expect(await fallBackLate(store, later(2))).toEqual({ late: 1, failed: [], quarantined: 0 })
    expect(await quarantinedCount(store.db)).toBe(0)
  })
})
