import type { Room } from '#store/outbox.ts'
import { eq, sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import type { Enqueued } from '#domain/notice.ts'
import { acknowledge } from '#domain/verbs.ts'
import { cardsOf } from '#store/cards.ts'
import { changeIn } from '#store/escalations.ts'
import {
  claimNotices,
  expireLeases,
  leaseMs,
  settleDropped,
  settleFailed,
  settleRetry,
  settleSent,
  settleUnsure,
} from '#store/outbox.ts'
import { enqueue } from '#store/save.ts'
import { notices } from '#store/schema.ts'
import { claimUnsure } from '#store/unsure.ts'
import { later, start, testStore, type TestStore } from '../support/store.ts'

const afterLease = new Date(start.getTime() + leaseMs)

/** Alarms, one to each of so many targets. */
async function fill(
  { store }: TestStore,
  count: number,
  { target = (i: number) => `C${i}`, priority = (i: number) => i } = {},
) {
  const enqueued = Array.from({ length: count }, (_, i): Enqueued => {
    const to = target(i)
    return {
      key: `n${i}`,
      escalation: null,
      target: to,
      priority: priority(i),
      notice: { kind: 'alarm', to, problem: 'x' },
    }
  })
  await store.db.transaction((tx) => enqueue(tx, enqueued, start))
}

const claim = (
  { store }: TestStore,
  at = start,
  limit = 100,
  busy: string[] = [],
  { served = [], turns = [] }: Partial<Room> = {},
) => claimNotices(store.db, at, { limit, busy, served, turns })

describe('claiming', () => {
  it('gives two workers different notices, and every notice to somebody', async () => {
    await using desk = await testStore()
    await fill(desk, 100)
    const batches = await Promise.all(Array.from({ length: 8 }, () => claim(desk, start, 20)))
    for (let more = await claim(desk); more.length > 0; more = await claim(desk)) batches.push(more)
    const claimed = batches.flat().map(({ key }) => key)
    expect(claimed).toHaveLength(100)
    expect(new Set(claimed).size).toBe(100)
  })

  it('takes one per target, the most urgent first, and leaves busy targets alone', async () => {
    await using desk = await testStore()
    await fill(desk, 6, { target: (i) => `C${i % 3}`, priority: (i) => 10 - i })
    expect((await claim(desk, start, 100, ['C1'])).map(({ key }) => key)).toEqual(['n5', 'n3'])
    expect((await claim(desk)).map(({ key }) => key)).toEqual(['n4', 'n2', 'n0'])
  })

  it('waits for a notice’s time', async () => {
    await using desk = await testStore()
    await fill(desk, 1)
    const [row] = await claim(desk)
    await settleRetry(desk.store.db, [row!], later(1), 'ratelimited')
    expect(await claim(desk, later(0.99))).toEqual([])
    expect(await claim(desk, later(1))).toMatchObject([{ attempts: 2 }])
  })
})

describe('a storm in some channels', () => {
  const stormy = Array.from({ length: 20 }, (_, i) => `C${i}`)

  it('does not delay the first page of a quiet channel', async () => {
    await using desk = await testStore()
    await fill(desk, 10_000, { target: (i) => stormy[i % 20]!, priority: () => 1 })
    await desk.open('T-1', later(1))
    const first = await claim(desk, later(1), 16, [], { served: stormy })
    expect(first).toHaveLength(16)
    expect(first.map(({ kind, target }) => `${kind} ${target}`)).toContain('page C0FIRST')
    expect(await claim(desk, later(1), 16, stormy, { served: stormy })).toEqual([])
  })

  it('goes round when all share a limit: whoever had nothing, or nothing for longest, comes first', async () => {
    await using desk = await testStore()
    await fill(desk, 100, { target: (i) => stormy[i % 20]!, priority: () => 1 })
    await desk.open('T-1', later(1))
    const first = await claim(desk, later(1), 3, [], { turns: stormy.toReversed() })
    expect(first.map(({ target }) => target).sort()).toEqual(['C0FIRST', ...stormy.slice(-2)].sort())
  })

  it('is read one step for each channel, however much waits there', async () => {
    await using desk = await testStore()
    await fill(desk, 10_000, { target: (i) => stormy[i % 20]!, priority: (i) => i % 4 })
    await desk.store.db.execute(sql`vacuum analyze notices`)
    const before = await rowsRead(desk)
    expect(await claim(desk, start, 16)).toHaveLength(16)
    const read = (await rowsRead(desk)) - before
    expect(read).toBeGreaterThan(16)
    expect(read).toBeLessThan(1000)
  })
})

/** How many rows and index entries of the outbox PostgreSQL has read so far. */
async function rowsRead({ store: { db } }: TestStore): Promise<number> {
  await db.execute(sql`select pg_stat_force_next_flush()`)
  const { rows } = await db.execute<{ read: number }>(sql`
    select (seq_tup_read + (select sum(idx_tup_read) from pg_stat_user_indexes where relname = 'notices'))::int as read
    from pg_stat_user_tables where relname = 'notices'`)
  return rows[0]!.read
}

describe('a lease that runs out', () => {
  it('makes the notice unsure: it is looked for before it is sent again', async () => {
    await using desk = await testStore()
    await fill(desk, 2)
    await claim(desk)
    expect(await expireLeases(desk.store.db, new Date(afterLease.getTime() - 1))).toBe(0)
    expect(await expireLeases(desk.store.db, afterLease)).toBe(2)
    expect(await claim(desk, afterLease)).toEqual([])
    expect(await claimUnsure(desk.store.db, afterLease, 10, [])).toHaveLength(2)
    expect(await claimUnsure(desk.store.db, afterLease, 10, [])).toEqual([])
  })

  it('is looked for with all that waits for the same channel, one look at a channel at a time', async () => {
    await using desk = await testStore()
    await fill(desk, 9, { target: (i) => `C${i % 3}` })
    for (let round = 0; round < 3; round += 1) await claim(desk)
    await expireLeases(desk.store.db, afterLease)
    const looks = await claimUnsure(desk.store.db, afterLease, 1, ['C0', 'C2'])
    expect(looks.map((claims) => claims.map(([{ key }]) => key))).toEqual([['n1', 'n4', 'n7']])
    expect(await claimUnsure(desk.store.db, afterLease, 1, ['C0', 'C2'])).toEqual([])
    expect(await claimUnsure(desk.store.db, afterLease, 10, ['C0'])).toHaveLength(1)
  })
})

describe('settling', () => {
  it('says once that it was sent, whoever finds out first', async () => {
    await using desk = await testStore()
    const { db } = desk.store
    await fill(desk, 1)
    const [row] = await claim(desk)
    await settleUnsure(db, [row!], start, 1, 'timeout')
    const posted = { channel: 'C0', ts: '1.2', shape: null, versions: new Map<number, number>(), shown: null }
    const told = await Promise.all(
      Array.from({ length: 5 }, () => db.transaction((tx) => settleSent(tx, [row!], posted, start))),
    )
    expect(told.flat()).toHaveLength(1)
    await settleRetry(db, [row!], start, 'too late')
    expect(await db.select().from(notices)).toMatchObject([{ state: 'sent', ts: '1.2', error: null }])
  })

  it('keeps a message as a card that is behind a change which is being committed at the same time', async () => {
    await using desk = await testStore()
    const { store, open } = desk
    const { id, version } = await open('T-1')
    const [row] = await claim(desk)
    const posted = {
      channel: 'C0FIRST',
      ts: '1.2',
      shape: 'card',
      versions: new Map([[id, version]]),
      shown: null,
    } as const
    const { promise: changed, resolve: commit } = Promise.withResolvers<void>()
    const acknowledging = store.db.transaction(async (tx) => {
      await changeIn(tx, store.book, id, start, (is, terms) =>
        acknowledge(is, terms, { by: 'U0SAM', seen: null }, start),
      )
      await changed
    })
    await new Promise((soon) => setTimeout(soon, 100))
    const settling = store.db.transaction((tx) => settleSent(tx, [row!], posted, start))
    await new Promise((soon) => setTimeout(soon, 100))
    commit()
    await Promise.all([acknowledging, settling])
    expect(await cardsOf(store.db, [id])).toMatchObject([{ applied: version, wanted: version + 1 }])
  })

  it('is left to whoever has claimed it since', async () => {
    await using desk = await testStore()
    const { db } = desk.store
    await fill(desk, 1)
    const [slow] = await claim(desk)
    await expireLeases(db, afterLease)
    await settleRetry(db, [slow!], afterLease, 'it was not in the history')
    const [quick] = await claim(desk, afterLease)
    const posted = { channel: 'C0', ts: '1.2', shape: null, versions: new Map<number, number>(), shown: null }
    await settleRetry(db, [slow!], afterLease, 'late')
    await settleUnsure(db, [slow!], afterLease, 1, 'late')
    await settleDropped(db, [slow!], afterLease, 'late')
    expect(await settleFailed(db, [slow!], afterLease, 'late')).toEqual([])
    expect(await db.transaction((tx) => settleSent(tx, [slow!], posted, afterLease))).toEqual([])
    expect(await db.select().from(notices)).toMatchObject([
      { state: 'sending', attempts: 2, error: 'it was not in the history' },
    ])
    expect(await db.transaction((tx) => settleSent(tx, [quick!], posted, afterLease))).toHaveLength(1)
  })

  it('keeps one notice for one key', async () => {
    await using desk = await testStore()
    await fill(desk, 3)
    await fill(desk, 5)
    const rows = await desk.store.db
      .select({ key: notices.key })
      .from(notices)
      .where(eq(notices.state, 'pending'))
      .orderBy(sql`key`)
    expect(rows.map(({ key }) => key)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4'])
  })
})
