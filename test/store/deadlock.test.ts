import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { expect, it } from 'vitest'
import { acknowledge } from '#domain/verbs.ts'
import { cardsOf, replaceLost, wantRefresh } from '#store/cards.ts'
import type { Tx } from '#store/database.ts'
import { changeIn } from '#store/escalations.ts'
import { claimNotices, settleSent } from '#store/outbox.ts'
import { escalations } from '#store/schema.ts'
import { waitingForLocks } from '../support/locks.ts'
import { start, testStore } from '../support/store.ts'

const lock = (tx: Tx, id: number) => tx.select().from(escalations).where(eq(escalations.id, id)).for('update')

it('two transactions that wait for each other both end well: the one that PostgreSQL gave up is done again', async () => {
  await using desk = await testStore()
  const [a, b] = [await desk.open('a'), await desk.open('b')]
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
  // Both may find out in the same moment that they wait for each other.
  expect([3, 4]).toContain(begun)
})

it.each(['is posted anew', 'is drawn again'])(
  'while an escalation changes its card %s: both wait their turn, and neither has to be done twice',
  async (how) => {
    await using desk = await testStore()
    const { store } = desk
    const { id } = await desk.open('a')
    const [page] = await claimNotices(store.db, start, { limit: 1, busy: [], served: [], turns: [] })
    const posted = { channel: 'C0FIRST', ts: '1.1', shape: 'card', versions: new Map(), shown: null } as const
    await store.db.transaction((tx) => settleSent(tx, [page!], posted, start))
    const [card] = await cardsOf(store.db, [id])
    const once = drizzle(store.db.$client, { casing: 'snake_case' })
    const locked = Promise.withResolvers<void>()
    const changing = once.transaction(async (tx) => {
      await lock(tx, id)
      locked.resolve()
      await expect.poll(() => waitingForLocks(store.db)).toBe(1)
      return changeIn(tx, store.book, id, start, (escalation, terms) =>
        acknowledge(escalation, terms, { by: 'U0SAM', seen: null }, start),
      )
    })
    await locked.promise
    const drawing = how.includes('anew')
      ? replaceLost(once, [card!], 'message_not_found', start)
      : wantRefresh(once, id, start)
    const [changed] = await Promise.all([changing, drawing])
    expect(changed.kind).toBe('changed')
  },
)
