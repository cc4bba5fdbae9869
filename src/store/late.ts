import { inArray, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { after, deliveryGraceMs } from '../domain/escalation.ts'
import type { Escalation } from '../domain/escalation.ts'
import { noticesOf } from '../domain/notice.ts'
import type { Page } from '../domain/notice.ts'
import { addMs } from '../domain/time.ts'
import { pageLate } from '../domain/verbs.ts'
import { reasonOf } from './database.ts'
import type { Db, Tx } from './database.ts'
import { decidedFrom, toEscalation } from './escalations.ts'
import type { Store } from './escalations.ts'
import { orOneByOne } from './one-by-one.ts'
import { quarantine } from './quarantine.ts'
import { save } from './save.ts'
import type { Decided } from './save.ts'
import { escalations, notices } from './schema.ts'

/** Pages decided on in one transaction. */
const atOnce = 250

/**
 * How it went: `late` pages were not in Slack after a minute and are told beyond it. Those of the escalations in `failed`
 * are not; so many of these were quarantined for it, the others were before.
 */
export type Late = { late: number; failed: number[]; quarantined: number }

/**
 * Tells beyond Slack of every page that Slack has not taken for a minute: each once, whoever comes first. Does nothing
 * while the policy of today has no way beyond Slack. What can't be decided, or can't be written, is quarantined, and tried
 * again the next time.
 */
export async function fallBackLate(store: Store, now: Date): Promise<Late> {
  const { email, webhook } = store.book.live.fallback
  const total: Late = { late: 0, failed: [], quarantined: 0 }
  if (!email && !webhook) return total
  for (let more = true; more;) {
    const parts = await fallBackBatch(store, now, total.failed)
    for (const { late, failed, quarantined } of parts) {
      total.late += late
      total.failed.push(...failed)
      total.quarantined += quarantined
    }
    more = parts.some(({ late, failed }) => late > 0 || failed.length > 0)
  }
  if (total.late + total.quarantined > 0) store.committed()
  return total
}

/** `but`: those that have failed already. */
async function fallBackBatch(store: Store, now: Date, but: readonly number[]): Promise<Late[]> {
  return orOneByOne(() => fallBackSome(store, now, isLate(now, but)), {
    each: () => lateOnes(store.db, isLate(now, but)),
    alone: (id) => fallBackSome(store, now, sql`${isLate(now, but)} and ${notices.escalation} = ${id}`),
    leave: (id, reason) =>
      store.db.transaction(async (tx) => leave(tx, store, now, await hold(tx, [id]), () => reason)),
  })
}

function isLate(now: Date, but: readonly number[]): SQL {
  const decidedBefore = addMs(now, -deliveryGraceMs).toISOString()
  return sql`${notices.kind} = 'page' and ${notices.state} in ('pending', 'sending', 'unsure')
    and ${notices.fellBackAt} is null and ${notices.createdAt} <= ${decidedBefore}::timestamptz
    and ${notices.escalation} <> all(${sql.param(but)}::bigint[])`
}

async function lateOnes(db: Db, which: SQL): Promise<number[]> {
  const rows = await db
    .select({ escalation: notices.escalation })
    .from(notices)
    .where(which)
    .orderBy(notices.createdAt)
    .limit(atOnce)
  return [...new Set(rows.flatMap(({ escalation }) => escalation ?? []))]
}

/** Marks them as told, so that nobody tells of them again, unless they could not be. */
async function fallBackSome(store: Store, now: Date, which: SQL): Promise<Late> {
  return store.db.transaction(async (tx) => {
    const pages = await claimLate(tx, which)
    if (pages.length === 0) return { late: 0, failed: [], quarantined: 0 }
    const rows = await hold(
      tx,
      pages.map(({ escalation }) => escalation),
    )
    // What follows can only fail because of what is in a row: a database that is slow or away fails here.
    await store.book.read(
      tx,
      rows.map(({ policyHash }) => policyHash),
    )
    const failed = new Map<EscalationRow, string>()
    const decided: Decided[] = []
    for (const row of rows) {
      const own = pages.filter(({ escalation }) => escalation === row.id)
      try {
        decided.push(...decide(store, toEscalation(row), own, now))
      } catch (error) {
        failed.set(row, reasonOf(error))
      }
    }
    if (decided.length > 0) await save(tx, now, decided)
    const left = await leave(tx, store, now, [...failed.keys()], (row) => failed.get(row) ?? '')
    const told = pages.filter(({ escalation }) => !left.failed.includes(escalation)).map(({ id }) => id)
    await tx.update(notices).set({ fellBackAt: now }).where(inArray(notices.id, told))
    return { ...left, late: told.length }
  })
}

type EscalationRow = typeof escalations.$inferSelect

async function hold(tx: Tx, ids: number[]): Promise<EscalationRow[]> {
  return tx
    .select(decidedFrom)
    .from(escalations)
    .where(inArray(escalations.id, [...new Set(ids)]))
    .orderBy(escalations.id)
    .for('update')
}

async function leave(
  tx: Tx,
  store: Store,
  now: Date,
  rows: readonly EscalationRow[],
  why: (row: EscalationRow) => string,
): Promise<Late> {
  const fresh = rows.filter((row) => row.quarantine === null)
  for (const row of fresh) await quarantine(tx, store, row.id, why(row), now)
  return { late: 0, failed: rows.map(({ id }) => id), quarantined: fresh.length }
}

type LatePage = { id: string; escalation: number; page: Page }

async function claimLate(tx: Tx, which: SQL): Promise<LatePage[]> {
  const found = await tx
    .select()
    .from(notices)
    .where(which)
    .orderBy(notices.createdAt)
    .limit(atOnce)
    .for('update', { skipLocked: true })
  return found.flatMap(({ id, escalation, notice }) =>
    escalation !== null && notice.kind === 'page' ? [{ id, escalation, page: notice }] : [],
  )
}

/** One change of the escalation for all of its pages that are late; none when nobody needs them any more. */
function decide({ book }: Store, escalation: Escalation, late: LatePage[], now: Date): Decided[] {
  const terms = book.knownTerms(escalation.policyHash, escalation.policy)
  const happened = late.flatMap(({ page }) => {
    const outcome = pageLate(page)(escalation, terms, { by: 'belay', seen: null }, now)
    return outcome.kind === 'changed' ? outcome.happened : []
  })
  if (happened.length === 0) return []
  const next = after(escalation, happened)
  return [{ before: escalation, escalation: next, happened, notices: noticesOf(next, happened, terms) }]
}
