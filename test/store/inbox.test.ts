import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { claimOnce } from '#store/claims.ts'
import {
  claimReceived,
  failed,
  forgetOld,
  handled,
  keep,
  receiveOnce,
  rememberAnswers,
} from '#store/inbox.ts'
import { inbox } from '#store/schema.ts'
import { later, start, testStore } from '../support/store.ts'

const days = (count: number) => later(count * 24 * 60)

describe('what comes in', () => {
  it('is handled once, however often and by however many it is handed over', async () => {
    await using desk = await testStore()
    const { db } = desk.store
    await Promise.all(Array.from({ length: 5 }, () => keep(db, 'event:1', { a: 1 }, start)))
    const claimed = await Promise.all(Array.from({ length: 5 }, () => claimReceived(db, start, 10)))
    expect(claimed.flat()).toEqual([{ key: 'event:1', body: { a: 1 }, attempts: 1 }])
    await handled(db, 'event:1', start)
    await keep(db, 'event:1', { a: 1 }, later(1))
    expect(await claimReceived(db, later(60), 10)).toEqual([])
  })

  it('comes up again when whoever had it died, and is left alone after eight failures', async () => {
    await using desk = await testStore()
    const { db } = desk.store
    await keep(db, 'event:1', {}, start)
    await claimReceived(db, start, 10)
    expect(await claimReceived(db, later(0.9), 10)).toEqual([])
    expect(await claimReceived(db, later(1), 10)).toHaveLength(1)
    let tries = 2
    for (let minutes = 60; tries < 20; minutes += 60, tries += 1) {
      const [again] = await claimReceived(db, later(minutes), 10)
      if (!again) break
      await failed(desk.store, again, 'it broke', later(minutes))
    }
    expect(tries).toBe(8)
    expect(await db.select().from(inbox)).toMatchObject([{ error: 'it broke' }])
  })

  it('keeps the first answer for those who ask again, also when they ask at once', async () => {
    await using desk = await testStore()
    const { db } = desk.store
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        db.transaction(async (tx) => {
          const before = await receiveOnce(tx, 'hook:1', start)
          if (before) return before.answer
          await rememberAnswers(tx, new Map([['hook:1', { index }]]))
          return { index }
        }),
      ),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  })

  it('is received anew when the transaction that handled it failed', async () => {
    await using desk = await testStore()
    const { db } = desk.store
    const attempt = db.transaction(async (tx) => {
      await receiveOnce(tx, 'hook:1', start)
      throw new Error('power cut')
    })
    await expect(attempt).rejects.toThrow('power cut')
    expect(await db.transaction((tx) => receiveOnce(tx, 'hook:1', start))).toBeNull()
  })

  it('is forgotten after a week, unless it was never handled', async () => {
    await using desk = await testStore()
    const { db } = desk.store
    await keep(db, 'done', {}, start)
    await handled(db, 'done', start)
    await keep(db, 'open', {}, start)
    await forgetOld(db, days(6.9))
    expect(await db.select().from(inbox)).toHaveLength(2)
    await db.execute(sql`insert into inbox (key, received_at, not_before, handled_at)
      select 'busy ' || n, ${start}, ${start}, ${start} from generate_series(1, 10001) n`)
    await forgetOld(db, days(7.1), () => true)
    expect(await db.$count(inbox), 'whoever has to stop forgets nothing').toBe(10_003)
    await forgetOld(db, days(7.1))
    expect(await db.select().from(inbox), 'more than one statement forgets').toMatchObject([{ key: 'open' }])
  })
})

it('what happens once per period is claimed by one of many', async () => {
  await using desk = await testStore()
  const { db } = desk.store
  const claims = await Promise.all(
    Array.from({ length: 10 }, () => db.transaction((tx) => claimOnce(tx, 'digest:1', start))),
  )
  expect(claims.filter(Boolean)).toHaveLength(1)
})
