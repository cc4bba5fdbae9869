import { expect, it } from 'vitest'
import { claimStale } from '#store/cards.ts'
import { claimReceived, keep } from '#store/inbox.ts'
import { redate } from '#store/misdated.ts'
import { claimNotices, expireLeases, settleRetry, settleSent } from '#store/outbox.ts'
import { cards, notices } from '#store/schema.ts'
import { later, start, testStore, type TestStore } from '../support/store.ts'

/** The clock is ten minutes ahead, and put right after that. */
const wrong = later(10)
const room = { limit: 10, busy: [], served: [], turns: [] }
const claim = ({ store }: TestStore, at: Date) => claimNotices(store.db, at, room)
const shown = { channel: 'C0FIRST', ts: '1.2', shape: 'card', versions: new Map(), shown: null } as const

it('a page that was decided under a clock that was ahead goes out as soon as it is put right', async () => {
  await using desk = await testStore()
  await desk.open('T-1', wrong)
  expect(await claim(desk, start)).toEqual([])
  expect(await redate(desk.store.db, start)).toBe(1)
  const [page] = await claim(desk, start)
  expect(page).toMatchObject({ target: 'C0FIRST', createdAt: start })
  await settleRetry(desk.store.db, [page!], later(5), 'ratelimited')
  expect(await redate(desk.store.db, start), 'what Slack said to wait for is no mistake').toBe(0)
})

it('and whoever died with one under that clock has it for no longer than a lease', async () => {
  await using desk = await testStore()
  const { db } = desk.store
  await desk.open('T-1', wrong)
  await claim(desk, wrong)
  await redate(db, start)
  expect(await expireLeases(db, start)).toBe(0)
  expect(await expireLeases(db, later(1))).toBe(1)
  expect(await db.select().from(notices)).toMatchObject([{ state: 'unsure', attemptedAt: start }])
})

it('so it is with a card that is behind, and with what came in', async () => {
  await using desk = await testStore()
  const { db } = desk.store
  await desk.open('T-1', wrong)
  const [page] = await claim(desk, wrong)
  await db.transaction((tx) => settleSent(tx, [page!], shown, wrong))
  await keep(db, 'event:1', {}, wrong)
  await redate(db, start)
  expect(await claimStale(db, start, 4)).toHaveLength(1)
  expect(await claimReceived(db, start, 4)).toHaveLength(1)
  expect(await db.select().from(cards)).toMatchObject([{ postedAt: start }])
})
