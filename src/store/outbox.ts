import { and, eq, inArray, lte, sql } from 'drizzle-orm'
import { addMs, secondMs } from '../domain/time.ts'
import type { Db, Tx } from './database.ts'
import { cards, notices } from './schema.ts'
import type { CardShape } from './schema.ts'

export type NoticeRow = typeof notices.$inferSelect
export type CardRow = typeof cards.$inferSelect

/** How long a claimed notice is ours before others may assume that we died with it. */
export const leaseMs = 30 * secondMs
/** When an unsure notice is looked for in the channel's history, counted from the attempt. */
export const lookAfterMs = [3 * secondMs, 15 * secondMs] as const

/**
 * Claims what may go out now: the best notice of each target that is not busy, `limit` at most. Each is `sending` with
 * a lease when this returns, and committed as such: Slack is only called after that.
 */
export async function claimNotices(db: Db, now: Date, limit: number, busy: string[]): Promise<NoticeRow[]> {
  const at = now.toISOString()
  const claimed = await db
    .update(notices)
    .set({
      state: 'sending',
      attempts: sql`${notices.attempts} + 1`,
      attemptedAt: now,
      leaseUntil: addMs(now, leaseMs),
    })
    .where(
      sql`${notices.state} = 'pending' and ${notices.id} in (
        select id from notices where state = 'pending' and id in (
          select distinct on (target) id from notices
          where state = 'pending' and not_before <= ${at}::timestamptz and target <> all(${sql.param(busy)}::text[])
          order by target, priority, created_at, key
        ) order by priority, created_at limit ${limit} for update skip locked)`,
    )
    .returning()
  return claimed.sort((a, b) => a.priority - b.priority)
}

/** Claims what may or may not have arrived and is due to be looked for. */
export async function claimUnsure(db: Db, now: Date, limit: number): Promise<NoticeRow[]> {
  return db
    .update(notices)
    .set({ notBefore: addMs(now, leaseMs) })
    .where(
      inArray(
        notices.id,
        db
          .select({ id: notices.id })
          .from(notices)
          .where(and(eq(notices.state, 'unsure'), lte(notices.notBefore, now)))
          .orderBy(notices.notBefore)
          .limit(limit)
          .for('update', { skipLocked: true }),
      ),
    )
    .returning()
}

/** Whoever claimed these and let the lease run out died with them: nobody knows whether Slack has them. */
export async function expireLeases(db: Db, now: Date): Promise<number> {
  const expired = await db
    .update(notices)
    .set({
      state: 'unsure',
      notBefore: now,
      leaseUntil: null,
      error: 'the sender stopped before it heard the answer',
    })
    .where(and(eq(notices.state, 'sending'), lte(notices.leaseUntil, now)))
    .returning({ id: notices.id })
  return expired.length
}

/** The live message that a delivered notice became. */
export type Posted = {
  channel: string
  ts: string
  shape: CardShape | null
  version: number
  /** Fingerprint of what was posted; null when we did not hear it from Slack ourselves. */
  shown: string | null
}

/** It arrived. Its message is kept as a card when it is one that will be refreshed. Returns false if that was known. */
export async function settleSent(tx: Tx, notice: NoticeRow, posted: Posted, now: Date): Promise<boolean> {
  const settled = await tx
    .update(notices)
    .set({
      state: 'sent',
      settledAt: now,
      leaseUntil: null,
      channel: posted.channel,
      ts: posted.ts,
      error: null,
    })
    .where(and(eq(notices.id, notice.id), inArray(notices.state, ['sending', 'unsure', 'pending'])))
    .returning({ id: notices.id })
  if (settled.length === 0) return false
  if (posted.shape && notice.escalation !== null)
    await keepCard(tx, notice, notice.escalation, posted, posted.shape, now)
  return true
}

async function keepCard(
  tx: Tx,
  notice: NoticeRow,
  escalation: number,
  { channel, ts, version, shown }: Posted,
  shape: CardShape,
  now: Date,
): Promise<void> {
  await tx
    .insert(cards)
    .values({
      id: notice.id,
      escalation,
      shape,
      channel,
      ts,
      notice: notice.notice,
      priority: notice.priority,
      applied: version,
      shown,
      // Locked: a change that is being committed can't see this card, and would leave it behind for good.
      wanted: sql`(select version from escalations where id = ${escalation} for update)`,
      notBefore: now,
      postedAt: now,
    })
    .onConflictDoNothing()
}

/** It surely did not arrive: it is tried again at `notBefore`. */
export async function settleRetry(db: Db, id: string, notBefore: Date, error: string): Promise<void> {
  await settle(db, id, { state: 'pending', notBefore, leaseUntil: null, error })
}

/** Slack may have it: it is looked for before anything is sent again. */
export async function settleUnsure(
  db: Db,
  id: string,
  lookAt: Date,
  looks: number,
  error: string,
): Promise<void> {
  await settle(db, id, { state: 'unsure', notBefore: lookAt, looks, leaseUntil: null, error })
}

/** Nobody needs it any more. */
export async function settleDropped(db: Db, id: string, now: Date, why: string): Promise<void> {
  await settle(db, id, { state: 'dropped', settledAt: now, leaseUntil: null, error: why })
}

/** It can never arrive. */
export async function settleFailed(db: Db | Tx, id: string, now: Date, error: string): Promise<void> {
  await settle(db, id, { state: 'failed', settledAt: now, leaseUntil: null, error })
}

async function settle(db: Db | Tx, id: string, values: Partial<typeof notices.$inferInsert>): Promise<void> {
  await db
    .update(notices)
    .set(values)
    .where(and(eq(notices.id, id), inArray(notices.state, ['sending', 'unsure'])))
}

/** A notice by its opaque id, as the message's metadata carries it. */
export async function noticeById(db: Db | Tx, id: string): Promise<NoticeRow | null> {
  const [row] = await db.select().from(notices).where(eq(notices.id, id))
  return row ?? null
}

/** True while a page or a card of this escalation has still to go out to this channel: its thread lines wait for it. */
export async function pageIsPending(db: Db, escalation: number, channel: string): Promise<boolean> {
  const [row] = await db
    .select({ id: notices.id })
    .from(notices)
    .where(
      and(
        eq(notices.escalation, escalation),
        inArray(notices.kind, ['page', 'card']),
        eq(notices.target, channel),
        inArray(notices.state, ['pending', 'sending', 'unsure']),
      ),
    )
    .limit(1)
  return row !== undefined
}
