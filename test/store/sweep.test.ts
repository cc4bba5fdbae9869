import type { Socket } from 'node:net'
import { eq, sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { advance } from '#domain/advance.ts'
import { acknowledge } from '#domain/verbs.ts'
import { sweep } from '../../src/jobs/sweep.ts'
import { connect } from '#store/database.ts'
import { change, find } from '#store/escalations.ts'
import { fallBackLate } from '#store/late.ts'
import { PolicyBook } from '#store/policies.ts'
import { escalations, notices, timeline } from '#store/schema.ts'
import { quarantinedCount, releaseQuarantined } from '#store/quarantine.ts'
import { oldestDue, sweepBatch } from '#store/sweep.ts'
import { withStall } from '../support/stalled.ts'
import { later, start, testStore, type TestStore } from '../support/store.ts'

const dump = async ({ store: { db } }: TestStore) => ({
  escalations: await db.select().from(escalations).orderBy(escalations.id),
  timeline: await db
    .select()
    .from(timeline)
    .orderBy(timeline.escalation, timeline.version, timeline.position),
  notices: (await db.select().from(notices).orderBy(notices.key)).map((row) => ({ ...row, id: 'any' })),
})

describe('many at once', () => {
  it('are saved as if each had been saved alone', async () => {
    await using together = await testStore()
    await using alone = await testStore()
    const ids: number[] = []
    for (let ticket = 0; ticket < 20; ticket += 1) {
      await together.open(`T-${ticket}`)
      ids.push((await alone.open(`T-${ticket}`)).id)
    }
    for (const minutes of [2, 20, 40, 75]) {
      const now = later(minutes)
      while ((await sweepBatch(together.store, now, 100)).due > 0);
      for (const id of ids) {
        const decide = () =>
          change(alone.store, id, now, (escalation, terms) => ({
            kind: 'changed',
            happened: advance(escalation, terms, now),
          }))
        while (((await find(alone.store.db, id))?.wakeAt ?? later(1e6)) <= now) await decide()
      }
    }
    expect(await dump(together)).toEqual(await dump(alone))
  })

  it('a thousand are swept in batches, by two replicas, each once', async () => {
    await using desk = await testStore()
    const first = await desk.open('T-0')
    await desk.store.db.execute(sql`insert into escalations select copy.*
      from escalations e, generate_series(1, 999) n, lateral jsonb_populate_record(null::escalations,
        to_jsonb(e) || jsonb_build_object('id', ${first.id}::bigint + n, 'ticket_id', 'T-' || n)) copy`)
    const [one, two] = await Promise.all([sweep(desk.store, later(2)), sweep(desk.store, later(2))])
    expect(one.due + two.due).toBe(1000)
    expect(await oldestDue(desk.store.db, later(2))).toBeNull()
    const [counted] = await desk.store.db
      .select({ n: sql<number>`count(*)::int`, each: sql<number>`count(distinct escalation)::int` })
      .from(timeline)
      .where(eq(timeline.kind, 'wait_started'))
    expect(counted).toEqual({ n: 1000, each: 1000 })
  })

  it('a row that somebody holds is passed over, not waited for', async () => {
    await using desk = await testStore()
    const { id } = await desk.open('held')
    await desk.open('free')
    await desk.store.db.transaction(async (tx) => {
      await tx.select().from(escalations).where(eq(escalations.id, id)).for('update')
      expect((await sweepBatch(desk.store, later(2), 100)).due).toBe(1)
    })
    expect((await sweepBatch(desk.store, later(2), 100)).due).toBe(1)
  })
})

describe('a ticket with much text', () => {
  it('stays in the database while the clock decides, as it is', async () => {
    await using desk = await testStore()
    const { db, book } = desk.store
    for (const ticket of ['one', 'two', 'three', 'four']) await desk.open(ticket)
    await db.execute(
      sql`update escalations set ticket = ticket || jsonb_build_object('description', repeat('x', 1000000))`,
    )
    const tickets = () => db.select({ ticket: escalations.ticket }).from(escalations).orderBy(escalations.id)
    const before = await tickets()
    const { live } = book
    const told = new PolicyBook({ ...live, fallback: { ...live.fallback, email: ['oncall@example.com'] } })
    const other = connect(desk.url, () => {}, { poolSize: 1 })
    const store = { ...desk.store, db: other, book: told }
    expect(await sweepBatch(store, later(2), 100)).toMatchObject({ due: 4 })
    expect(await fallBackLate(store, later(2))).toMatchObject({ late: 4 })
    const client = await other.$client.connect()
    const { bytesRead } = (client as unknown as { connection: { stream: Socket } }).connection.stream
    client.release()
    await other.$client.end()
    expect(bytesRead).toBeLessThan(100_000)
    expect(await tickets()).toEqual(before)
  })
})

describe('a row that can not be decided', () => {
  it('is left alone, the fallback is told, and the others go on', async () => {
    await using desk = await testStore()
    const { db } = desk.store
    const bad = await desk.open('bad')
    const good = await desk.open('good')
    const [kept] = await db
      .select({ promises: sql<string>`promises::text` })
      .from(escalations)
      .where(eq(escalations.id, bad.id))
    await db.execute(sql`update escalations set promises = '{"update": 7}' where id = ${bad.id}`)
    expect(await sweepBatch(desk.store, later(2), 100)).toMatchObject({ due: 2, quarantined: 1 })
    expect(await sweepBatch(desk.store, later(3), 100)).toMatchObject({ due: 0 })
    const [row] = await db.select().from(escalations).where(eq(escalations.id, bad.id))
    expect(row).toMatchObject({ quarantine: expect.any(String), quarantinedAt: later(2) })
    expect(await quarantinedCount(db)).toBe(1)
    expect((await find(db, good.id))?.waitUntil).toEqual(later(17))
    const alarms = await db.select().from(notices).where(eq(notices.kind, 'alarm'))
    expect(alarms).toMatchObject([
      { target: 'C0ADMINS', notice: { problem: expect.stringContaining(`E-${bad.id} `) } },
    ])

    await db.execute(sql`update escalations set promises = ${kept!.promises}::jsonb where id = ${bad.id}`)
    expect(await db.transaction((tx) => releaseQuarantined(tx, [bad.id, 999], 'U0BOSS', later(4)))).toEqual([
      bad.id,
    ])
    expect(await sweepBatch(desk.store, later(4), 100)).toMatchObject({ due: 1, quarantined: 0 })
  })

  it('or whose next state can not be written, holds no other up', async () => {
    await using desk = await testStore()
    const { db } = desk.store
    const bad = await desk.open('bad')
    const good = await desk.open('good')
    await db.execute(sql`update escalations set version = 2147483647 where id = ${bad.id}`)
    const [one, two] = await Promise.all([
      sweepBatch(desk.store, later(2), 100),
      sweepBatch(desk.store, later(2), 100),
    ])
    expect(one.quarantined + two.quarantined).toBe(1)
    expect(await sweepBatch(desk.store, later(2), 100)).toMatchObject({ due: 0 })
    expect((await find(db, good.id))?.waitUntil).toEqual(later(17))
    const [row] = await db.select().from(escalations).where(eq(escalations.id, bad.id))
    expect(row?.quarantine).toMatch(/^What became of it can't be written: .*out of range for type integer$/)
  })
})

describe('a change', () => {
  it('that comes too late for the person who waits is not saved', async () => {
    await using desk = await testStore()
    const { id } = await desk.open('late')
    const late = change(
      desk.store,
      id,
      start,
      (e, terms) => acknowledge(e, terms, { by: 'U0LATE', seen: null }, start),
      () => {
        throw new Error('too late')
      },
    )
    await expect(late).rejects.toThrow('too late')
    expect((await find(desk.store.db, id))?.state).toBe('paging')
  })
})

describe('a slow database', () => {
  it('is no reason to leave an escalation alone', async () => {
    await using desk = await testStore()
    for (const ticket of ['one', 'two', 'three']) await desk.open(ticket)
    await withStall(desk, (store) => sweepBatch(store, later(2), 100))
    expect(await quarantinedCount(desk.store.db)).toBe(0)
    expect(await sweepBatch(desk.store, later(2), 100)).toMatchObject({ due: 3, quarantined: 0 })
  })
})
