import { and, eq, inArray, lte, sql } from 'drizzle-orm'
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core'
import type { Escalation } from '../domain/escalation.ts'
import { addMs } from '../domain/time.ts'
import { alarmsOf } from './alarm.ts'
import { drawAnew } from './cards.ts'
import { perDatabase, planAnew } from './database.ts'
import type { Db, Tx } from './database.ts'
import { toEscalation } from './escalations.ts'
import type { Store } from './escalations.ts'
import { leaseMs } from './outbox.ts'
import type { NoticeRow } from './outbox.ts'
import { enqueue } from './save.ts'
import { escalations, notices } from './schema.ts'

/** The outbox's other lane: e-mails and webhook requests, which go out whatever becomes of Slack. */
const isBeyond = sql`kind in ('email', 'webhook')`

/** More e-mails than this wait for one address: they go out as one. */
const emailsAtOnce = 5
/** What one e-mail can list; the rest comes with the next one. */
const listedAtMost = 1000

/**
 * Claims what may go out now to targets that are not busy: of each address the best e-mail, or all of them when too many
 * wait; of the webhook the best `requests`. Each is `sending` with a lease when this returns, and committed as such.
 */
export async function claimBeyond(
  db: Db,
  now: Date,
  requests: number,
  busy: readonly string[],
): Promise<NoticeRow[]> {
  const at = { now: now.toISOString(), lease: addMs(now, leaseMs).toISOString() }
  const claimed = await claim(db).execute({ ...at, requests, busy })
  return claimed.sort((a, b) => a.priority - b.priority || a.createdAt.getTime() - b.createdAt.getTime())
}

const now = sql`${sql.placeholder('now')}::timestamptz`
const ready = sql`state = 'pending' and target = targets.target and not_before <= ${now}`

/** Goes from target to target, as the claim of what goes to Slack does: what else waits there costs nothing. */
const nextOfEach = sql`
  with recursive targets(target) as (
    (select target from notices where state = 'pending' and ${isBeyond} order by target limit 1)
    union all
    select (select target from notices where state = 'pending' and ${isBeyond} and target > last.target
      order by target limit 1)
    from targets last where last.target is not null
  )
  select id from notices where state = 'pending' and id in (
    select best.id from targets
    cross join lateral (
      select count(*) as waiting from (select 1 from notices where ${ready} limit ${sql.raw(String(emailsAtOnce + 1))}) few
    ) load
    cross join lateral (
      select id from notices where ${ready} order by priority, created_at, key
      limit case when targets.target = 'webhook' then ${sql.placeholder('requests')}::int
        when load.waiting > ${sql.raw(String(emailsAtOnce))} then ${sql.raw(String(listedAtMost))} else 1 end
    ) best
    where targets.target <> all(${sql.placeholder('busy')}::text[])
  ) for update skip locked`

const claim = perDatabase((db) =>
  db
    .update(notices)
    .set({
      state: 'sending',
      attempts: sql`${notices.attempts} + 1`,
      attemptedAt: now,
      leaseUntil: sql`${sql.placeholder('lease')}::timestamptz`,
    })
    .where(sql`${notices.state} = 'pending' and ${notices.id} in (${nextOfEach})`)
    .returning()
    .prepare(planAnew),
)

/** Whoever claimed these died with them: they are sent again, by the same id, so that whoever gets them twice can tell. */
export async function expireBeyond(db: Db, now: Date): Promise<void> {
  await db
    .update(notices)
    .set({
      state: 'pending',
      notBefore: now,
      leaseUntil: null,
      error: 'the sender stopped before it heard the answer',
    })
    .where(and(eq(notices.state, 'sending'), lte(notices.leaseUntil, now), isBeyond))
}

/** They were taken by whoever delivers them. */
export async function settleTaken(db: Db, rows: readonly NoticeRow[], now: Date): Promise<void> {
  await settle(db, rows, { state: 'sent', settledAt: now, error: null })
}

/** They are tried again at `notBefore`. */
export async function settleAgain(
  db: Db,
  rows: readonly NoticeRow[],
  notBefore: Date,
  error: string,
): Promise<void> {
  await settle(db, rows, { state: 'pending', notBefore, error })
}

/** They were not tried, so this was no attempt: another replica may try them from `notBefore` on. */
export async function handBack(
  db: Db,
  rows: readonly NoticeRow[],
  notBefore: Date,
  error: string,
): Promise<void> {
  await settle(db, rows, { state: 'pending', notBefore, error, attempts: sql`${notices.attempts} - 1` })
}

/** Nobody needs them any more. */
export async function settleNeedless(
  db: Db,
  rows: readonly NoticeRow[],
  now: Date,
  why: string,
): Promise<void> {
  await settle(db, rows, { state: 'dropped', settledAt: now, error: why })
}

/** They can never be delivered: the administrators hear of it in Slack. */
export async function settleRefused(
  store: Store,
  rows: readonly NoticeRow[],
  now: Date,
  error: string,
  problem: string,
): Promise<void> {
  await store.db.transaction(async (tx) => {
    await settle(tx, rows, { state: 'failed', settledAt: now, error })
    await drawAnew(
      tx,
      rows.flatMap(({ escalation }) => escalation ?? []),
      now,
    )
    await enqueue(tx, alarmsOf(store.book.live, problem, now), now)
  })
  store.committed()
}

async function settle(
  db: Db | Tx,
  rows: readonly NoticeRow[],
  values: PgUpdateSetSource<typeof notices>,
): Promise<void> {
  const ids = rows.map(({ id }) => id)
  // Whoever lost the lease meanwhile settles nothing: all of these were claimed at one instant.
  const claimedAt = rows[0]?.attemptedAt
  if (!claimedAt) return
  await db
    .update(notices)
    .set({ ...values, leaseUntil: null })
    .where(and(inArray(notices.id, ids), eq(notices.state, 'sending'), eq(notices.attemptedAt, claimedAt)))
}

/** The escalations that these notices are about, by id. */
export async function escalationsOf(
  db: Db,
  rows: readonly NoticeRow[],
): Promise<ReadonlyMap<number, Escalation>> {
  const ids = rows.flatMap(({ escalation }) => escalation ?? [])
  const found = await db.select().from(escalations).where(inArray(escalations.id, ids))
  return new Map(found.map((row) => [row.id, toEscalation(row)]))
}
