import { asc, count, inArray, isNotNull, sql } from 'drizzle-orm'
import { beyondOf } from '../domain/beyond.ts'
import type { Actor, Event } from '../domain/escalation.ts'
import { targetOf } from '../domain/notice.ts'
import type { Enqueued } from '../domain/notice.ts'
import { fallbackOf } from '../domain/policy-terms.ts'
import type { Terms } from '../domain/terms.ts'
import type { Db, Tx } from './database.ts'
import type { Store } from './escalations.ts'
import { enqueue } from './save.ts'
import { escalations, timeline } from './schema.ts'

/** An escalation that the clock leaves alone, since when, and why. */
export type Quarantined = { id: number; reason: string; since: Date | null }

/**
 * The row is left alone from now on. The fallback channel and the administrators are told why, with a button that releases
 * it, and so is whoever the policy names beyond Slack: nobody else is asked about it any more.
 */
export async function quarantine(tx: Tx, store: Store, id: number, reason: string, now: Date): Promise<void> {
  await tx
    .update(escalations)
    .set({ quarantine: reason, quarantinedAt: now })
    .where(inArray(escalations.id, [id]))
  const event = { kind: 'quarantined', reason } as const
  await note(tx, [id], event, now)
  const fallback = fallbackOf(store.book)
  await enqueue(
    tx,
    [...alarms(fallback, id, reason), ...beyond(fallback, id, event)].map(keyed(id, now)),
    now,
  )
}

type Unkeyed = Pick<Enqueued, 'escalation' | 'notice'>

function alarms({ channel, mention }: Terms['fallback'], quarantined: number, reason: string): Unkeyed[] {
  const problem = `E-${quarantined} can't be decided and is left alone until somebody looks: ${reason}`
  return [channel, ...mention].map((to) => ({
    escalation: null,
    notice: { kind: 'alarm', to, problem, quarantined },
  }))
}

function beyond(fallback: Terms['fallback'], escalation: number, event: Event): Unkeyed[] {
  return beyondOf(event, { fallback }).map((notice) => ({ escalation, notice }))
}

/** Each time that it is quarantined is told again. */
function keyed(id: number, now: Date): (unkeyed: Unkeyed) => Enqueued {
  return (unkeyed) => {
    const target = targetOf(unkeyed.notice)
    return { ...unkeyed, target, key: `quarantine:${id}:${now.toISOString()}:${target}`, priority: 50 }
  }
}

/** Puts quarantined escalations back under the clock. Returns those that were; the others are as they were. */
export async function releaseQuarantined(tx: Tx, ids: number[], by: Actor, now: Date): Promise<number[]> {
  const rows = await tx
    .select({ id: escalations.id })
    .from(escalations)
    .where(sql`${inArray(escalations.id, ids)} and ${isNotNull(escalations.quarantine)}`)
    .orderBy(asc(escalations.id))
    .for('update')
  const found = rows.map(({ id }) => id)
  if (found.length === 0) return []
  await tx
    .update(escalations)
    .set({ quarantine: null, quarantinedAt: null })
    .where(inArray(escalations.id, found))
  await note(tx, found, { kind: 'quarantine_released', by }, now)
  return found
}

/**
 * Into the timeline of rows that the caller has locked, behind what is there of their version. A decision, with a version
 * of its own, may be just what is not possible.
 */
async function note(tx: Tx, ids: number[], event: Event, now: Date): Promise<void> {
  const rows = await tx
    .select({
      escalation: escalations.id,
      version: escalations.version,
      position: sql<number>`(select coalesce(max(t.position), -1) + 1 from ${timeline} t
        where t.escalation = ${escalations.id} and t.version = ${escalations.version})`,
    })
    .from(escalations)
    .where(inArray(escalations.id, ids))
  await tx
    .insert(timeline)
    .values(rows.map((row) => ({ ...row, at: now, notedAt: now, kind: event.kind, event })))
}

/** The first few that are left alone, the longest first, and how many there are in all. */
export async function quarantined(db: Db, limit: number): Promise<{ total: number; rows: Quarantined[] }> {
  const { id, quarantine: reason, quarantinedAt: since } = escalations
  const found = await db
    .select({ id, reason: sql<string>`${reason}`, since, total: sql<number>`(${count()} over ())::int` })
    .from(escalations)
    .where(isNotNull(reason))
    .orderBy(asc(since))
    .limit(limit)
  return { total: found[0]?.total ?? 0, rows: found.map(({ total: _total, ...row }) => row) }
}

/** How many escalations could not be decided and are left alone. */
export async function quarantinedCount(db: Db): Promise<number> {
  return db.$count(escalations, isNotNull(escalations.quarantine))
}
