import { and, eq, inArray, lte, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { informing } from '../domain/notice.ts'
import { addMs, secondMs } from '../domain/time.ts'
import { perDatabase, planAnew } from './database.ts'
import type { Db, Tx } from './database.ts'
import { cards, notices } from './schema.ts'
import type { CardShape } from './schema.ts'

export type NoticeRow = typeof notices.$inferSelect
export type CardRow = typeof cards.$inferSelect

/** What one message says: one notice, or all those of a summary, the most urgent first. Claimed and settled together. */
export type Claim = readonly [NoticeRow, ...NoticeRow[]]

/** Addresses and the webhook have a lane of their own (see beyond.ts). */
const inSlack = sql`target not like '%@%' and target <> 'webhook'`

/** How long a claimed notice is ours before others may assume that we died with it. */
export const leaseMs = 30 * secondMs
/** When an unsure notice is looked for in the channel's history, counted from the attempt, and so again for every sending. */
export const lookAfterMs = [3 * secondMs, 15 * secondMs] as const

/** Where no more than this waits there is no storm: what goes out there goes before what is one of hundreds. */
const calm = 5

/**
 * How much may be claimed. `busy` targets are left alone; `served` ones had something a moment ago, and let others go first.
 * Of what is as urgent, the target goes first that stands earliest in `turns`, or not at all.
 */
export type Room = { limit: number; busy: string[]; served: string[]; turns: string[] }

/**
 * Claims what may go out now: the best notice of each target that is not busy. Each is `sending` with a lease when this
 * returns, and committed as such: Slack is only called after that.
 */
export async function claimNotices(db: Db, now: Date, room: Room): Promise<NoticeRow[]> {
  const at = { now: now.toISOString(), lease: addMs(now, leaseMs).toISOString() }
  const claimed = await claim(db).execute({ ...at, ...room })
  return claimed.sort((a, b) => a.priority - b.priority)
}

const given = {
  now: sql`${sql.placeholder('now')}::timestamptz`,
  lease: sql`${sql.placeholder('lease')}::timestamptz`,
  busy: sql`${sql.placeholder('busy')}::text[]`,
  served: sql`${sql.placeholder('served')}::text[]`,
  turns: sql`${sql.placeholder('turns')}::text[]`,
}

/**
 * Goes from target to target, and reads the best of each: what else waits there costs nothing, so a storm in one channel
 * does not slow the others. What asks goes before what informs, and a quiet channel before a busy one or one in a storm.
 */
const nextOfEach = sql`
  with recursive targets(target) as (
    (select target from notices where state = 'pending' order by target limit 1)
    union all
    select (select target from notices where state = 'pending' and target > last.target order by target limit 1)
    from targets last where last.target is not null
  )
  select notices.id from notices join (
    select best.id, load.waiting > ${sql.raw(String(calm))} as is_storm from targets
    cross join lateral (
      select id from notices
      where state = 'pending' and target = targets.target and not_before <= ${given.now}
      order by priority, created_at, key limit 1
    ) best
    cross join lateral (
      select count(*) as waiting from (
        select from notices where state = 'pending' and target = targets.target
        order by priority, created_at, key limit ${sql.raw(String(calm + 1))}
      ) few
    ) load
    where ${inSlack} and target <> all(${given.busy})
  ) best using (id)
  where state = 'pending'
  order by priority >= ${sql.raw(String(informing))}, target = any(${given.served}), is_storm, priority / 1000,
    array_position(${given.turns}, target) nulls first, priority, created_at
  limit ${sql.placeholder('limit')} for update of notices skip locked`

const claim = perDatabase((db) =>
  db
    .update(notices)
    .set({
      state: 'sending',
      attempts: sql`${notices.attempts} + 1`,
      attemptedAt: given.now,
      leaseUntil: given.lease,
      summary: null,
    })
    // An array, because it is made once: a subquery may be asked again, and would then lock more than the limit.
    .where(sql`${notices.state} = 'pending' and ${notices.id} = any(array(${nextOfEach}))`)
    .returning()
    .prepare(planAnew),
)

/** Notices by the message that they are in. */
export function byMessage(rows: readonly NoticeRow[]): Claim[] {
  const messages = Map.groupBy(rows, ({ id, summary }) => summary ?? id)
  return [...messages.values()]
    .map((message) => message.sort(byUrgency) as [NoticeRow, ...NoticeRow[]])
    .sort(([a], [b]) => byUrgency(a, b))
}

function byUrgency(a: NoticeRow, b: NoticeRow): number {
  return a.priority - b.priority || Number(a.createdAt) - Number(b.createdAt)
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

/** The live message that delivered notices became. */
export type Posted = {
  channel: string
  ts: string
  shape: CardShape | null
  /** The versions of the escalations that it shows; one that is missing is drawn again in any case. */
  versions: ReadonlyMap<number, number>
  /** Fingerprint of what was posted; null when we did not hear it from Slack ourselves. */
  shown: string | null
}

/** It arrived. Its message is kept as a card when it is one that will be refreshed. Returns those of whom that is news. */
export async function settleSent(tx: Tx, claim: Claim, posted: Posted, now: Date): Promise<NoticeRow[]> {
  const { channel, ts } = posted
  const [{ summary }] = claim
  const settled = await tx
    .update(notices)
    .set({ state: 'sent', settledAt: now, leaseUntil: null, channel, ts, error: null, summary })
    .where(sql`${ours(claim)} and ${notices.state} in ('sending', 'unsure', 'pending')`)
    .returning()
  if (settled.length > 0) await keepCards(tx, settled, posted, now)
  return settled
}

async function keepCards(tx: Tx, settled: NoticeRow[], posted: Posted, now: Date): Promise<void> {
  const { shape, channel, ts, versions, shown } = posted
  if (!shape) return
  const kept = settled.flatMap(({ id, escalation, notice, priority }) =>
    escalation === null ? [] : [{ id, escalation, notice, priority }],
  )
  // Everybody locks escalations in this order.
  kept.sort((a, b) => a.escalation - b.escalation)
  const rows = kept.map((row) => ({
    ...row,
    shape,
    channel,
    ts,
    shown,
    notBefore: now,
    postedAt: now,
    applied: versions.get(row.escalation) ?? 0,
    // Locked: a change that is being committed can't see this card, and would leave it behind for good.
    wanted: sql`(select version from escalations where id = ${row.escalation} for update)`,
  }))
  if (rows.length > 0) await tx.insert(cards).values(rows).onConflictDoNothing()
}

/** It surely did not arrive: it is tried again at `notBefore`. `looks`: so often it was looked for in all, in vain. */
export async function settleRetry(
  db: Db,
  claim: Claim,
  notBefore: Date,
  error: string,
  looks?: number,
): Promise<void> {
  await settle(db, claim, { state: 'pending', notBefore, leaseUntil: null, error, looks })
}

/** Slack may have it: it is looked for before anything is sent again. */
export async function settleUnsure(
  db: Db,
  claim: Claim,
  lookAt: Date,
  looks: number,
  error: string,
): Promise<void> {
  await settle(db, claim, { state: 'unsure', notBefore: lookAt, looks, leaseUntil: null, error })
}

/** Nobody needs it any more. Returns those of whom that is news. */
export async function settleDropped(db: Db | Tx, claim: Claim, now: Date, why: string): Promise<NoticeRow[]> {
  return settle(db, claim, { state: 'dropped', settledAt: now, leaseUntil: null, error: why })
}

/** It can never arrive. Returns those of whom that is news: for what somebody else has claimed by now, it is not. */
export async function settleFailed(
  db: Db | Tx,
  claim: Claim,
  now: Date,
  error: string,
): Promise<NoticeRow[]> {
  return settle(db, claim, { state: 'failed', settledAt: now, leaseUntil: null, error })
}

/** The others of its summary were dropped: it goes out as the page that it is. */
export async function leaveSummary(db: Db, notice: NoticeRow): Promise<void> {
  await settle(db, [notice], { summary: null })
}

async function settle(
  db: Db | Tx,
  claim: Claim,
  values: Partial<typeof notices.$inferInsert>,
): Promise<NoticeRow[]> {
  return db
    .update(notices)
    .set(values)
    .where(sql`${ours(claim)} and ${notices.state} in ('sending', 'unsure')`)
    .returning()
}

/** A process that stood still for longer than its lease must not settle what another has claimed meanwhile. */
function ours(claim: Claim): SQL {
  const each = claim.map(({ id, attempts }) => sql`(${id}::uuid, ${attempts}::int)`)
  return sql`(${notices.id}, ${notices.attempts}) in (${sql.join(each, sql`, `)})`
}

/** What a message says, by the opaque id in its metadata: a summary's, or a notice's own. */
export async function messageById(db: Db | Tx, id: string): Promise<NoticeRow[]> {
  const together = await db.select().from(notices).where(eq(notices.summary, id))
  if (together.length > 0) return together
  const alone = await db.select().from(notices).where(eq(notices.id, id))
  return alone.map((row) => ({ ...row, summary: null }))
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
