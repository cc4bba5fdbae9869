import { and, eq, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { advance } from '../domain/advance.ts'
import { after, wakeAt } from '../domain/escalation.ts'
import type { Escalation } from '../domain/escalation.ts'
import { noticesOf } from '../domain/notice.ts'
import { reasonOf } from './database.ts'
import type { Db, Tx } from './database.ts'
import type { Store } from './escalations.ts'
import { decidedFrom, toEscalation } from './escalations.ts'
import { orOneByOne } from './one-by-one.ts'
import { quarantine } from './quarantine.ts'
import { save } from './save.ts'
import type { Decided } from './save.ts'
import { escalations } from './schema.ts'

/** How a batch went: `due` rows were claimed, `quarantined` of them could not be decided. */
export type Swept = { due: number; pages: number; quarantined: number }

/**
 * Decides for one batch of due escalations, in one transaction. Any number of replicas can do this at once: a row that
 * another one holds is passed over. What can't be decided, or can't be written, is quarantined.
 */
export async function sweepBatch(store: Store, now: Date, limit: number): Promise<Swept> {
  const parts = await orOneByOne(() => sweepDue(store, now, limit), {
    each: () => dueBy(store.db, now, limit),
    alone: (id) => sweepDue(store, now, 1, id),
    leave: (id, reason) => leave(store, now, id, reason),
  })
  const swept: Swept = { due: 0, pages: 0, quarantined: 0 }
  for (const { due, pages, quarantined } of parts) {
    swept.due += due
    swept.pages += pages
    swept.quarantined += quarantined
  }
  if (swept.due > 0) store.committed()
  return swept
}

/** `only`: this one and no other. */
async function sweepDue(store: Store, now: Date, limit: number, only?: number): Promise<Swept> {
  return store.db.transaction(async (tx) => {
    const due = await claimDue(tx, now, limit, only)
    // A database that is slow or away fails the batch here: what follows can only fail because of what is in a row.
    await store.book.read(
      tx,
      due.map(({ policyHash }) => policyHash),
    )
    const decisions = due.map((escalation) => decideOne(store, escalation, now))
    const decided = decisions.filter((decision) => 'happened' in decision)
    const failed = decisions.filter((decision) => 'reason' in decision)
    if (decided.length > 0) await save(tx, now, decided)
    for (const { escalation, reason } of failed) await quarantine(tx, store, escalation.id, reason, now)
    return { due: due.length, pages: pagesIn(decided), quarantined: failed.length }
  })
}

async function dueBy(db: Db, now: Date, limit: number): Promise<number[]> {
  const rows = await db
    .select({ id: escalations.id })
    .from(escalations)
    .where(isDueBy(now))
    .orderBy(escalations.wakeAt)
    .limit(limit)
  return rows.map(({ id }) => id)
}

async function leave(store: Store, now: Date, id: number, reason: string): Promise<Swept> {
  return store.db.transaction(async (tx) => {
    const { length } = await claimDue(tx, now, 1, id)
    if (length > 0) await quarantine(tx, store, id, reason, now)
    return { due: length, pages: 0, quarantined: length }
  })
}

function isDueBy(now: Date): SQL {
  return sql`${escalations.wakeAt} <= ${now} and ${escalations.wakeAt} is not null and ${escalations.quarantine} is null`
}

async function claimDue(tx: Tx, now: Date, limit: number, only?: number): Promise<Escalation[]> {
  const rows = await tx
    .select(decidedFrom)
    .from(escalations)
    .where(and(isDueBy(now), only === undefined ? undefined : eq(escalations.id, only)))
    .orderBy(escalations.wakeAt)
    .limit(limit)
    .for('update', { skipLocked: true })
  return rows.map(toEscalation)
}

type Failed = { escalation: Escalation; reason: string }

function decideOne({ book }: Store, escalation: Escalation, now: Date): Decided | Failed {
  try {
    const terms = book.knownTerms(escalation.policyHash, escalation.policy)
    const happened = advance(escalation, terms, now)
    if (happened.length === 0) return laidDown(escalation, now)
    const next = after(escalation, happened)
    return { before: escalation, escalation: next, happened, notices: noticesOf(next, happened, terms) }
  } catch (error) {
    return { escalation, reason: reasonOf(error) }
  }
}

/** It was woken too early, by an audit or by hand: it sleeps until something is due. Nothing else has changed. */
function laidDown(escalation: Escalation, now: Date): Decided | Failed {
  const next = wakeAt(escalation)
  if (next && next > now)
    return { before: escalation, escalation: { ...escalation, wakeAt: next }, happened: [], notices: [] }
  return { escalation, reason: 'It was due, and there was nothing to do: it would be due for ever.' }
}

function pagesIn(decided: Decided[]): number {
  return decided.flatMap(({ notices }) => notices).filter(({ notice }) => notice.kind === 'page').length
}

/** When the longest-due escalation was due; null when none is. */
export async function oldestDue(db: Db, now: Date): Promise<Date | null> {
  const [row] = await db
    .select({ wakeAt: escalations.wakeAt })
    .from(escalations)
    .where(isDueBy(now))
    .orderBy(escalations.wakeAt)
    .limit(1)
  return row?.wakeAt ?? null
}

/** When the first escalation that is not due yet will be; null when none will. */
export async function nextDue(db: Db, now: Date): Promise<Date | null> {
  const [row] = await db
    .select({ wakeAt: escalations.wakeAt })
    .from(escalations)
    .where(sql`${escalations.wakeAt} > ${now} and ${escalations.quarantine} is null`)
    .orderBy(escalations.wakeAt)
    .limit(1)
  return row?.wakeAt ?? null
}
