import { and, eq, inArray, lte, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { informing } from '../domain/notice.ts'
import { addMs, secondMs } from '../domain/time.ts'
import type { Db, Tx } from './database.ts'
import { cards, notices } from './schema.ts'
import type { CardShape } from './schema.ts'

export type NoticeRow = typeof notices.$inferSelect
export type CardRow = typeof cards.$inferSelect

/** Addresses and the webhook have a lane of their own (see beyond.ts). */
const inSlack = sql`target not like '%@%' and target <> 'webhook'`

/** How long a claimed notice is ours before others may assume that we died with it. */
export const leaseMs = 30 * secondMs
/** When an unsure notice is looked for in the channel's history, counted from the attempt. */
export const lookAfterMs = [3 * secondMs, 15 * secondMs] as const

/** How much may be claimed. `busy` targets are left alone; `served` ones had something lately, and let others go first. */
export type Room = { limit: number; busy: string[]; served: string[] }

/**
 * Claims what may go out now: the best notice of each target that is not busy. Each is `sending` with a lease when this
 * returns, and committed as such: Slack is only called after that.
 */
export async function claimNotices(db: Db, now: Date, room: Room): Promise<NoticeRow[]> {
  const claimed = await db
    .update(notices)
    .set({
      state: 'sending',
      attempts: sql`${notices.attempts} + 1`,
      attemptedAt: now,
      leaseUntil: addMs(now, leaseMs),
    })
    .where(sql`${notices.state} = 'pending' and ${notices.id} in (${nextOfEach(now, room)})`)
    .returning()
  return claimed.sort((a, b) => a.priority - b.priority)
}

/**
 * Goes from target to target, and reads the best of each: what else waits there costs nothing, so a storm in one channel
 * does not slow the others. What asks goes before what informs, and a quiet channel before a busy one.
 */
function nextOfEach(now: Date, { limit, busy, served }: Room): SQL {
  const at = now.toISOString()
  return sql`
    with recursive targets(target) as (
      (select target from notices where state = 'pending' order by target limit 1)
      union all
      select (select target from notices where state = 'pending' and target > last.target order by target limit 1)
      from targets last where last.target is not null
    )
    select id from notices where state = 'pending' and id in (
      select best.id from targets cross join lateral (
        select id from notices
        where state = 'pending' and target = targets.target and not_before <= ${at}::timestamptz
        order by priority, created_at, key limit 1
      ) best where ${inSlack} and target <> all(${sql.param(busy)}::text[])
    )
    order by priority >= ${informing}, target = any(${sql.param(served)}::text[]), priority, created_at
    limit ${limit} for update skip locked`
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
    .where(and(eq(notices.state, 'sending'), lte(notices.leaseUntil, now), inSlack))
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
    .where(sql`${ours(notice)} and ${notices.state} in ('sending', 'unsure', 'pending')`)
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
export async function settleRetry(db: Db, notice: Claim, notBefore: Date, error: string): Promise<void> {
  await settle(db, notice, { state: 'pending', notBefore, leaseUntil: null, error })
}

/** Slack may have it: it is looked for before anything is sent again. */
export async function settleUnsure(
  db: Db,
  notice: Claim,
  lookAt: Date,
  looks: number,
  error: string,
): Promise<void> {
  await settle(db, notice, { state: 'unsure', notBefore: lookAt, looks, leaseUntil: null, error })
}

/** Nobody needs it any more. */
export async function settleDropped(db: Db, notice: Claim, now: Date, why: string): Promise<void> {
  await settle(db, notice, { state: 'dropped', settledAt: now, leaseUntil: null, error: why })
}

/** It can never arrive. Returns false if that was known, or somebody else is at it by now. */
export async function settleFailed(db: Db | Tx, notice: Claim, now: Date, error: string): Promise<boolean> {
  return settle(db, notice, { state: 'failed', settledAt: now, leaseUntil: null, error })
}

/** A notice as it was claimed. */
type Claim = Pick<NoticeRow, 'id' | 'attempts'>

async function settle(
  db: Db | Tx,
  notice: Claim,
  values: Partial<typeof notices.$inferInsert>,
): Promise<boolean> {
  const settled = await db
    .update(notices)
    .set(values)
    .where(sql`${ours(notice)} and ${notices.state} in ('sending', 'unsure')`)
    .returning({ id: notices.id })
  return settled.length > 0
}

/** A process that stood still for longer than its lease must not settle what another has claimed meanwhile. */
function ours({ id, attempts }: Claim): SQL {
  return sql`${notices.id} = ${id} and ${notices.attempts} = ${attempts}`
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
