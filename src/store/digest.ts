import { and, like, min, ne, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { BreachCount, Count, DigestData, DigestRow } from '../domain/digest.ts'
import { endOfDay, keyDueAt, zoneOf } from '../domain/digest-period.ts'
import { addMs, dayMs } from '../domain/time.ts'
import type { Db, Tx } from './database.ts'
import { urgency } from './escalations.ts'
import type { Store } from './escalations.ts'
import { claims, policies } from './schema.ts'

/** How many rows a section shows; the rest is counted. */
const rowsShown = 8

/** What a digest looks back at. */
export type DigestAsk = { from: Date; to: Date }

/**
 * What a digest about this period knows at `now`. One query after the other: a digest is in no hurry, and the pool
 * belongs to those who are.
 */
export async function digestData({ db, book }: Store, ask: DigestAsk, now: Date): Promise<DigestData> {
  const severities = book.live.severities.map(({ name }) => name)
  const rank = urgency(severities)
  const zone = zoneOf(book.live)
  const oldestFirst = sql`opened_at, id`
  const urgentFirst = sql`${rank}, ${oldestFirst}`
  const list = async (found: SQL, order: SQL) => {
    const { total, rows } = await listed(db, found, order, now)
    return { total, rows }
  }
  return {
    from: ask.from,
    to: ask.to,
    now,
    severities,
    breached: await breached(db, breachesIn(ask, keyDueAt(zone, ask.from)), rank, now),
    trend: await trendBefore(db, ask.to),
    dueToday: await list(
      owed(sql`not broken and due_at < ${instant(endOfDay(zone, now))}`),
      sql`due_at, ${rank}, id`,
    ),
    unowned: await list(open(sql`owner is null`), urgentFirst),
    updatesOverdue: await list(owed(sql`broken and promise = 'update'`), sql`${rank}, due_at, id`),
    open: await openCounts(db),
    old: await list(open(sql`promises->'thirtyDays'->>'dueAt' <= ${now.toISOString()}`), oldestFirst),
    quarantined: await list(open(sql`quarantine is not null`), urgentFirst),
  }
}

function instant(at: Date): SQL {
  return sql`${at.toISOString()}::timestamptz`
}

/** How long after its due time a breach is still taken up by the digest that follows its noticing. */
const lateNoticeMs = 7 * dayMs

/** The entry that ended a breach which its promise no longer shows: it was renewed, or a recount took the breach back. */
const ending = sql`
  select l.at, l.kind from timeline l
  where not b.is_shown and l.escalation = b.id and (l.version, l.position) > (b.version, b.position) and (
    l.kind = 'resolved'
    or l.kind in ('acknowledged', 'handed_off') and b.promise = 'acknowledge'
    or l.kind = 'customer_told' and b.promise = 'update'
    or l.kind in ('severity_changed', 'resumed') and l.event->'promises'->b.promise->>'breachedAt' is null)
  order by l.version, l.position limit 1`

/**
 * The promises that broke in a period. A breach's time is its due time, so a sweep that was late (or a process that was
 * down) writes some down only after the digest they belong to has gone out: the next one takes them up. What a change
 * of severity or the end of a pause took back is no breach any more.
 */
function breachesIn({ from, to }: DigestAsk, before: string): SQL {
  const told = sql`coalesce((select n.attempted_at from notices n where n.key = ${before}), ${instant(from)})`
  return sql`
    select b.id, b.severity, b.policy_hash, b.policy, b.tier, b.promise, b.due_at, coalesce(b.kept_at, ended.at) as late_until
    from (
      select e.id, e.severity, e.policy_hash, e.policy, e.tier, t.version, t.position, t.event->>'promise' as promise,
        t.at as due_at, shown.is_shown, case when shown.is_shown then (p.state->>'keptAt')::timestamptz end as kept_at
      from timeline t
      join escalations e on e.id = t.escalation
      cross join lateral (select e.promises->(t.event->>'promise') as state) p
      cross join lateral (select coalesce((p.state->>'breachedAt')::timestamptz = t.at, false) as is_shown) shown
      where t.kind = 'promise_breached' and t.at >= ${instant(addMs(from, -lateNoticeMs))} and t.at < ${instant(to)}
        and (t.at >= ${instant(from)} or t.noted_at > ${told})
    ) b
    left join lateral (${ending}) ended on true
    where coalesce(ended.kind, '') not in ('severity_changed', 'resumed')`
}

/** Reading the breaches costs more than adding them up, so one statement does both. */
async function breached(db: Db, breaches: SQL, rank: SQL, now: Date): Promise<DigestData['breached']> {
  const late = sql`extract(epoch from coalesce(late_until, ${instant(now)}) - due_at)::float8 * 1000`
  const sums = sql`
    (select percentile_disc(0.95) within group (order by ${late}) from found) as p95,
    (select jsonb_agg(to_jsonb(g)) from (
      select promise, severity, ${tierName} as tier, sum(n)::int as count
      from (select promise, severity, policy_hash, policy, tier, count(*) as n from found group by 1, 2, 3, 4, 5) e
      left join policies p on p.hash = e.policy_hash group by 1, 2, 3 order by 1, 2, 3) g) as counts`
  return listed(db, breaches, sql`${rank}, ${late} desc, id`, now, sums)
}

async function trendBefore(db: Db, to: Date): Promise<DigestData['trend']> {
  const { rows } = await db.execute<{ week: number; month: number }>(sql`
    select count(*) filter (where at >= ${instant(addMs(to, -7 * dayMs))})::int as week, count(*)::int as month
    from timeline where kind = 'promise_breached' and at >= ${instant(addMs(to, -30 * dayMs))} and at < ${instant(to)}`)
  return { 7: rows[0]?.week ?? 0, 30: rows[0]?.month ?? 0 }
}

/** Promises of what is open that are still to be kept. */
function owed(condition: SQL): SQL {
  return sql`
    select * from (
      select e.id, e.severity, p.promise, (p.state->>'dueAt')::timestamptz as due_at, null::timestamptz as late_until,
        p.state->>'breachedAt' is not null as broken
      from escalations e cross join lateral jsonb_each(e.promises) as p(promise, state)
      where e.state <> 'resolved' and p.state->>'keptAt' is null
    ) owed where ${condition}`
}

/** What is open and fits. */
function open(condition: SQL): SQL {
  return sql`
    select id, severity, opened_at, null::text as promise, null::timestamptz as due_at, null::timestamptz as late_until
    from escalations where state <> 'resolved' and ${condition}`
}

/** The tier's name, from the policy version that the escalation started with. */
const tierName = sql`p.version->'policies'->e.policy->'tiers'->e.tier->>'tier'`

type PickedRow = Omit<DigestRow, 'openedAt' | 'dueAt' | 'lateUntil' | 'pausedMs'> & {
  total: number
  openedMs: number
  dueMs: number | null
  lateUntilMs: number | null
  waitingMs: number | null
  pauses: { from: string; to: string }[]
  counts: BreachCount[] | null
  p95: number | null
}

const noSums = sql`null::jsonb as counts, null::float8 as p95`

const ms = (column: SQL, name: string) =>
  sql`(extract(epoch from ${column}) * 1000)::float8 as "${sql.raw(name)}"`

/**
 * The first few of what was found, with what a reader needs of each. A ticket can be large: only these few are read.
 * `sums`: what is added up over everything that was found.
 */
async function listed(
  db: Db,
  found: SQL,
  order: SQL,
  now: Date,
  sums = noSums,
): Promise<DigestData['breached']> {
  const { rows } = await db.execute<PickedRow>(sql`
    with found as materialized (${found}),
      picked as (select *, row_number() over () as rank from (select * from found order by ${order} limit ${rowsShown}) first)
    select (select count(*) from found)::int as total, ${sums},
      e.id::float8 as escalation, e.ticket_id as ticket,
      left(e.ticket->>'subject', 300) as subject, e.ticket->>'url' as url, e.severity, ${tierName} as tier,
      left(e.ticket->'customer'->>'name', 300) as customer, left(e.ticket->'customer'->>'plan', 100) as plan,
      e.owner, e.pauses, picked.promise, ${ms(sql`picked.due_at`, 'dueMs')},
      ${ms(sql`picked.late_until`, 'lateUntilMs')}, ${ms(sql`e.opened_at`, 'openedMs')},
      ${ms(sql`${instant(now)} - e.waiting_since`, 'waitingMs')}
    from picked join escalations e on e.id = picked.id left join policies p on p.hash = e.policy_hash
    order by picked.rank`)
  const [first] = rows
  return {
    total: first?.total ?? 0,
    rows: rows.map(toRow),
    counts: first?.counts ?? [],
    p95LateMs: first?.p95 ?? null,
  }
}

function toRow(row: PickedRow): DigestRow {
  const { escalation, ticket, subject, url, severity, tier, customer, plan, owner, promise, pauses } = row
  const { openedMs, dueMs, lateUntilMs, waitingMs } = row
  const paused = pauses.map(({ from, to }) => Date.parse(to) - Date.parse(from))
  return {
    escalation,
    ticket,
    subject,
    url,
    severity,
    tier,
    customer,
    plan,
    owner,
    promise,
    openedAt: new Date(openedMs),
    dueAt: dueMs === null ? null : new Date(dueMs),
    lateUntil: lateUntilMs === null ? null : new Date(lateUntilMs),
    pausedMs: paused.reduce((sum, one) => sum + one, Math.max(0, waitingMs ?? 0)),
  }
}

async function openCounts(db: Db): Promise<DigestData['open']> {
  const { rows } = await db.execute<Count>(sql`
    select ${tierName} as tier, e.severity, sum(n)::int as count
    from (select policy_hash, policy, tier, severity, count(*) as n from escalations where state <> 'resolved' group by 1, 2, 3, 4) e
    left join policies p on p.hash = e.policy_hash group by 1, 2 order by 1, 2`)
  return { total: rows.reduce((sum, { count }) => sum + count, 0), counts: rows }
}

/** When Belay first ran with this database; null before it did. */
export async function firstRunAt(tx: Tx): Promise<Date | null> {
  const [row] = await tx.select({ at: min(policies.firstSeenAt) }).from(policies)
  return row?.at ?? null
}

/** True when no other digest was ever claimed. */
export async function isFirstDigest(tx: Tx, key: string): Promise<boolean> {
  const others = await tx
    .select({ key: claims.key })
    .from(claims)
    .where(and(like(claims.key, 'digest:%'), ne(claims.key, key)))
    .limit(1)
  return others.length === 0
}
