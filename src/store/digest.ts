import { and, like, min, ne, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Count, DigestData, DigestRow, Listed } from '../domain/digest.ts'
import { endOfDay, keyDueAt, zoneOf } from '../domain/digest-period.ts'
import { promiseNames } from '../domain/promises.ts'
import type { PromiseName } from '../domain/promises.ts'
import { addMs, dayMs } from '../domain/time.ts'
import type { Db, Tx } from './database.ts'
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
  const urgency = sql`coalesce(array_position(${sql.param(severities)}::text[], severity), 1000)`
  const urgentFirst = sql`${urgency}, opened_at, id`
  const zone = zoneOf(book.live)
  const today = endOfDay(zone, now)
  const list = (picked: SQL) => listed(db, picked, now)
  return {
    from: ask.from,
    to: ask.to,
    now,
    severities,
    breached: await breached(db, breachesIn(ask, keyDueAt(zone, ask.from)), urgency, now),
    trend: await trendBefore(db, ask.to),
    dueToday: await list(owed(sql`not broken and due_at < ${instant(today)}`, sql`due_at, ${urgency}, id`)),
    unowned: await list(open(sql`owner is null`, urgentFirst)),
    updatesOverdue: await list(owed(sql`broken and promise = 'update'`, sql`${urgency}, due_at, id`)),
    open: await openCounts(db),
    old: await list(open(sql`promises->'thirtyDays'->>'dueAt' <= ${now.toISOString()}`, sql`opened_at, id`)),
    quarantined: await list(open(sql`quarantine is not null`, urgentFirst)),
  }
}

function instant(at: Date): SQL {
  return sql`${at.toISOString()}::timestamptz`
}

/** How long after its due time a breach is still taken up by the digest that follows its noticing. */
const lateNoticeMs = 7 * dayMs

/** The entry that ended a breach: it was made good, or a recount took it back. `t` is the breach's own entry. */
const ending = sql`
  select l.at, l.kind from timeline l
  where l.escalation = t.escalation and (l.version, l.position) > (t.version, t.position) and (
    l.kind = 'resolved'
    or l.kind in ('acknowledged', 'handed_off') and t.event->>'promise' = 'acknowledge'
    or l.kind = 'customer_told' and t.event->>'promise' = 'update'
    or l.kind in ('severity_changed', 'resumed') and l.event->'promises'->(t.event->>'promise')->>'breachedAt' is null)
  order by l.version, l.position limit 1`

/**
 * The promises that broke in a period. A breach's time is its due time, so a sweep that was late (or a process that was
 * down) writes some down only after the digest they belong to has gone out: the next one takes them up. What a change
 * of severity or the end of a pause took back is no breach any more.
 */
function breachesIn({ from, to }: DigestAsk, before: string): SQL {
  const told = sql`coalesce((select n.attempted_at from notices n where n.key = ${before}), ${instant(from)})`
  return sql`
    select e.id, e.severity, e.policy_hash, e.policy, e.tier, e.opened_at,
      t.event->>'promise' as promise, t.at as due_at, ended.at as late_until
    from timeline t
    join escalations e on e.id = t.escalation
    left join lateral (${ending}) ended on true
    where t.kind = 'promise_breached' and t.at >= ${instant(addMs(from, -lateNoticeMs))} and t.at < ${instant(to)}
      and (t.at >= ${instant(from)} or t.noted_at > ${told})
      and coalesce(ended.kind, '') not in ('severity_changed', 'resumed')`
}

type BreachGroup = { promise: PromiseName; severity: string; tier: string | null; count: number }

async function breached(db: Db, breaches: SQL, urgency: SQL, now: Date): Promise<DigestData['breached']> {
  const late = sql`extract(epoch from coalesce(late_until, ${instant(now)}) - due_at) * 1000`
  const picked = sql`
    select id, promise, due_at, late_until,
      row_number() over (order by ${urgency}, ${late} desc, id) as rank, count(*) over () as total
    from (${breaches}) found`
  const rows = await listed(db, picked, now)
  if (rows.total === 0) return { ...rows, counts: [], p95LateMs: null }
  const counts = await db.execute<BreachGroup>(sql`
    select promise, severity, ${tierName} as tier, sum(n)::int as count
    from (select promise, severity, policy_hash, policy, tier, count(*) as n from (${breaches}) found group by 1, 2, 3, 4, 5) e
    left join policies p on p.hash = e.policy_hash group by 1, 2, 3 order by 1, 2, 3`)
  const p95 = await db.execute<{ ms: number }>(sql`
    select percentile_disc(0.95) within group (order by ${late})::float8 as ms from (${breaches}) found`)
  return { ...rows, counts: counts.rows, p95LateMs: p95.rows[0]?.ms ?? null }
}

async function trendBefore(db: Db, to: Date): Promise<DigestData['trend']> {
  const { rows } = await db.execute<{ week: number; month: number }>(sql`
    select count(*) filter (where at >= ${instant(addMs(to, -7 * dayMs))})::int as week, count(*)::int as month
    from timeline where kind = 'promise_breached' and at >= ${instant(addMs(to, -30 * dayMs))} and at < ${instant(to)}`)
  return { 7: rows[0]?.week ?? 0, 30: rows[0]?.month ?? 0 }
}

/** Promises of what is open that are still to be kept. */
function owed(condition: SQL, order: SQL): SQL {
  const each = promiseNames.map((name) => sql`(${name}::text, promises->${name}::text)`)
  return sql`
    select id, promise, due_at, null::timestamptz as late_until,
      row_number() over (order by ${order}) as rank, count(*) over () as total
    from (
      select id, severity, promise, (state->>'dueAt')::timestamptz as due_at, state->>'breachedAt' is not null as broken
      from (select id, severity, promises from escalations where state <> 'resolved') e
      cross join lateral (values ${sql.join(each, sql`, `)}) as promised(promise, state)
      where state->>'keptAt' is null
    ) found where ${condition}`
}

/** What is open and fits. */
function open(condition: SQL, order: SQL): SQL {
  return sql`
    select id, null::text as promise, null::timestamptz as due_at, null::timestamptz as late_until,
      row_number() over (order by ${order}) as rank, count(*) over () as total
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
}

const ms = (column: SQL, name: string) =>
  sql`(extract(epoch from ${column}) * 1000)::float8 as "${sql.raw(name)}"`

/** The first few of what was picked, with what a reader needs of each. A ticket can be large: only these few are read. */
async function listed(db: Db, picked: SQL, now: Date): Promise<Listed> {
  const { rows } = await db.execute<PickedRow>(sql`
    select picked.total::int as total, e.id::float8 as escalation, e.ticket_id as ticket,
      left(e.ticket->>'subject', 300) as subject, e.ticket->>'url' as url, e.severity, ${tierName} as tier,
      left(e.ticket->'customer'->>'name', 300) as customer, left(e.ticket->'customer'->>'plan', 100) as plan,
      e.owner, e.pauses, picked.promise, ${ms(sql`picked.due_at`, 'dueMs')},
      ${ms(sql`picked.late_until`, 'lateUntilMs')}, ${ms(sql`e.opened_at`, 'openedMs')},
      ${ms(sql`${instant(now)} - e.waiting_since`, 'waitingMs')}
    from (select * from (${picked}) ranked where rank <= ${rowsShown}) picked
    join escalations e on e.id = picked.id
    left join policies p on p.hash = e.policy_hash
    order by picked.rank`)
  return { total: rows[0]?.total ?? 0, rows: rows.map(toRow) }
}

function toRow({
  total: _total,
  openedMs,
  dueMs,
  lateUntilMs,
  waitingMs,
  pauses,
  ...row
}: PickedRow): DigestRow {
  const paused = pauses.map(({ from, to }) => Date.parse(to) - Date.parse(from))
  return {
    ...row,
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
