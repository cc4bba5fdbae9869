import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import type { DigestRow } from '#domain/digest.ts'
import { PolicyDocument } from '#domain/policy.ts'
import { acknowledge, changeSeverity, resolve, tellCustomer, waitForCustomer } from '#domain/verbs.ts'
import type { Verb } from '#domain/verbs.ts'
import { connect } from '#store/database.ts'
import { digestData } from '#store/digest.ts'
import { change } from '#store/escalations.ts'
import { openIn } from '#store/openings.ts'
import type { Store } from '#store/escalations.ts'
import { PolicyBook, savePolicy } from '#store/policies.ts'
import { enqueue } from '#store/save.ts'
import { escalations, notices } from '#store/schema.ts'
import { sweepBatch } from '#store/sweep.ts'
import { at } from '../domain/wall.ts'
import { testDatabase } from '../support/database.ts'

const always = { hours: 'always', lapse: '8d' }
const written = {
  timezone: 'Europe/Brussels',
  severities: {
    critical: { acknowledge: '15m', update: '1h', resolve: '12h', ...always },
    normal: { acknowledge: '2h', update: '1d', resolve: '5d', ...always },
  },
  tiers: { first: { channel: 'C0FIRST' }, boss: { channel: 'C0BOSS' } },
  policies: {
    default: {
      tiers: [
        { tier: 'first', wait: '4h' },
        { tier: 'boss', wait: '9d' },
      ],
    },
  },
  rules: [{ policy: 'default' }],
  fallback: { channel: 'C0ADMINS' },
}

const monday = { from: at('2026-11-20 09:00'), to: at('2026-11-23 09:00') }

async function belay() {
  const database = await testDatabase()
  const live = PolicyDocument.parse(written)
  const store: Store = {
    db: connect(database.url, () => {}),
    book: new PolicyBook(live),
    committed: () => {},
  }
  await savePolicy(store.db, live, at('2026-11-02 09:00'))
  return {
    store,
    async open(now: string, severity = 'normal', ticket: object = {}) {
      const id = `T-${now}`
      const opening = {
        source: 'generic',
        by: 'generic',
        policy: 'default',
        severity,
        ticket: { id, subject: 'Broken', ...ticket },
      }
      const { escalation } = await store.db.transaction((tx) => openIn(tx, store.book, opening, at(now)))
      return escalation.id
    },
    async act(id: number, now: string, verb: Verb) {
      const result = await change(store, id, at(now), (e, terms) =>
        verb(e, terms, { by: 'U0OWNER', seen: null }, at(now)),
      )
      expect(result.kind).toBe('changed')
    },
    async sweep(now: string) {
      while ((await sweepBatch(store, at(now), 100)).due > 0);
    },
    digest: (now = '2026-11-23 09:00', period = monday) => digestData(store, period, at(now)),
    async [Symbol.asyncDispose]() {
      await store.db.$client.end()
      await database[Symbol.asyncDispose]()
    },
  }
}

const brief = (rows: DigestRow[]) => rows.map(({ escalation, promise }) => `E-${escalation} ${promise}`)

describe('what broke its promise', () => {
  it('is told with its due time, and until when it was late', async () => {
    await using desk = await belay()
    const ticket = { url: 'https://desk.example/1', customer: { name: 'Acme GmbH', plan: 'enterprise' } }
    const id = await desk.open('2026-11-22 10:00', 'critical', ticket)
    await desk.sweep('2026-11-22 10:20')
    await desk.act(id, '2026-11-22 10:25', acknowledge)
    await desk.sweep('2026-11-22 11:30')
    const { breached, trend } = await desk.digest('2026-11-22 12:00', {
      ...monday,
      to: at('2026-11-22 12:00'),
    })
    expect(breached).toMatchObject({
      total: 2,
      p95LateMs: 60 * 60_000,
      counts: [
        { promise: 'acknowledge', severity: 'critical', tier: 'first', count: 1 },
        { promise: 'update', severity: 'critical', tier: 'first', count: 1 },
      ],
    })
    const shared = {
      escalation: id,
      ticket: 'T-2026-11-22 10:00',
      subject: 'Broken',
      owner: 'U0OWNER',
      severity: 'critical',
      tier: 'first',
    }
    const late = { promise: 'acknowledge', dueAt: at('2026-11-22 10:15'), lateUntil: at('2026-11-22 10:25') }
    expect(breached.rows).toEqual([
      {
        ...shared,
        url: 'https://desk.example/1',
        customer: 'Acme GmbH',
        plan: 'enterprise',
        pausedMs: 0,
        openedAt: at('2026-11-22 10:00'),
        promise: 'update',
        dueAt: at('2026-11-22 11:00'),
        lateUntil: null,
      },
      expect.objectContaining(late),
    ])
    expect(trend).toEqual({ 7: 2, 30: 2 })
  })

  it('stays told when the promise was renewed or the escalation resolved', async () => {
    await using desk = await belay()
    const id = await desk.open('2026-11-22 10:00', 'critical')
    await desk.act(id, '2026-11-22 10:01', acknowledge)
    await desk.sweep('2026-11-22 11:30')
    await desk.act(id, '2026-11-22 11:40', tellCustomer('Soon.', null))
    await desk.act(id, '2026-11-22 11:50', resolve('Fixed.'))
    const { breached, open } = await desk.digest()
    expect(breached.rows).toEqual([
      expect.objectContaining({ promise: 'update', lateUntil: at('2026-11-22 11:40') }),
    ])
    expect(open).toEqual({ total: 0, counts: [] })
  })

  it('is not told when a change of severity took the breach back', async () => {
    await using desk = await belay()
    const id = await desk.open('2026-11-22 10:00', 'critical')
    await desk.sweep('2026-11-22 10:20')
    await desk.act(id, '2026-11-22 10:30', changeSeverity('normal'))
    expect((await desk.digest('2026-11-22 11:00')).breached.total).toBe(0)
  })

  it('belongs to one period: from its first instant until just before its last', async () => {
    await using desk = await belay()
    await desk.open('2026-11-23 08:45', 'critical')
    await desk.sweep('2026-11-23 09:01')
    const tuesday = { from: monday.to, to: at('2026-11-24 09:00') }
    expect((await desk.digest('2026-11-23 09:01')).breached.total).toBe(0)
    expect((await desk.digest('2026-11-23 09:01', tuesday)).breached.total).toBe(1)
  })

  it('before the last digest but noticed only after it is in the next one, and not in both', async () => {
    await using desk = await belay()
    await desk.open('2026-11-19 15:00', 'critical')
    const friday = { kind: 'digest', channel: 'C0M', period: '2026-11-20', from: '', to: '' } as const
    const queued = { key: 'digest:2026-11-20', escalation: null, target: 'C0M', priority: 1, notice: friday }
    await desk.store.db.transaction((tx) => enqueue(tx, [queued], at('2026-11-20 09:00')))
    await desk.store.db
      .update(notices)
      .set({ attemptedAt: at('2026-11-20 09:30') })
      .where(sql`kind = 'digest'`)
    await desk.sweep('2026-11-20 09:20')
    const noticedBefore = await desk.digest()
    expect(brief(noticedBefore.breached.rows).filter((row) => !row.endsWith('resolve'))).toEqual([])
    await desk.store.db
      .update(notices)
      .set({ attemptedAt: at('2026-11-20 09:10') })
      .where(sql`kind = 'digest'`)
    const noticedAfter = await desk.digest()
    expect(brief(noticedAfter.breached.rows)).toEqual(['E-1 acknowledge', 'E-1 update', 'E-1 resolve'])
  })
})

describe('what is open', () => {
  it('is due today until midnight where the manager is', async () => {
    await using desk = await belay()
    await desk.open('2026-11-23 08:00', 'normal')
    await desk.open('2026-11-23 21:59', 'normal')
    await desk.open('2026-11-23 22:00', 'normal')
    const { dueToday } = await desk.digest('2026-11-23 09:00')
    expect(brief(dueToday.rows)).toEqual(['E-1 acknowledge', 'E-2 acknowledge'])
    expect(dueToday.rows[0]).toMatchObject({ dueAt: at('2026-11-23 10:00'), lateUntil: null })
  })

  it('and was due a moment ago, but not yet noticed, is not lost between two sections', async () => {
    await using desk = await belay()
    await desk.open('2026-11-23 08:44', 'critical')
    const { breached, dueToday } = await desk.digest()
    expect(breached.total).toBe(0)
    expect(brief(dueToday.rows)[0]).toBe('E-1 acknowledge')
  })

  it('is unowned while nobody has it, the most urgent first', async () => {
    await using desk = await belay()
    await desk.open('2026-11-23 08:00')
    await desk.open('2026-11-23 08:30', 'critical')
    const owned = await desk.open('2026-11-23 08:40')
    await desk.act(owned, '2026-11-23 08:41', acknowledge)
    const { unowned, open } = await desk.digest()
    expect(unowned.rows.map(({ escalation }) => escalation)).toEqual([2, 1])
    expect(open).toEqual({
      total: 3,
      counts: [
        { tier: 'first', severity: 'critical', count: 1 },
        { tier: 'first', severity: 'normal', count: 2 },
      ],
    })
  })

  it('has its update overdue until the customer was told', async () => {
    await using desk = await belay()
    const id = await desk.open('2026-11-22 10:00', 'critical')
    await desk.act(id, '2026-11-22 10:01', acknowledge)
    await desk.sweep('2026-11-22 12:00')
    expect(brief((await desk.digest('2026-11-22 12:00')).updatesOverdue.rows)).toEqual(['E-1 update'])
    await desk.act(id, '2026-11-22 12:10', tellCustomer('Soon.', null))
    expect((await desk.digest('2026-11-22 12:11')).updatesOverdue.total).toBe(0)
  })

  it('is old after 30 days, with the time it waited on the customer', async () => {
    await using desk = await belay()
    const id = await desk.open('2026-10-20 12:00')
    await desk.act(id, '2026-10-20 12:01', acknowledge)
    await desk.act(id, '2026-11-22 09:00', waitForCustomer)
    await desk.open('2026-10-25 12:00')
    const { old } = await desk.digest()
    expect(old.rows).toEqual([expect.objectContaining({ escalation: 1, pausedMs: 86_400_000 })])
  })

  it('and left alone by the clock is stuck', async () => {
    await using desk = await belay()
    await desk.open('2026-11-23 08:00')
    await desk.store.db
      .update(escalations)
      .set({ quarantine: 'a bad row', quarantinedAt: at('2026-11-23 08:01') })
    expect((await desk.digest()).quarantined.total).toBe(1)
  })

  it('counts what it does not show', async () => {
    await using desk = await belay()
    for (let minute = 10; minute < 30; minute++) await desk.open(`2026-11-23 08:${minute}`)
    const { unowned } = await desk.digest()
    expect([unowned.total, unowned.rows.length]).toEqual([20, 8])
  })
})
