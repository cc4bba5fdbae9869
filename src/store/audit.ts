import { sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { deliveryGraceMs, reopenForMs } from '../domain/escalation.ts'
import { addMs, hourMs, minuteMs } from '../domain/time.ts'
import { cardNotice } from './cards.ts'
import type { Db, Tx } from './database.ts'
import { enqueue } from './save.ts'
import { asleep } from './schema.ts'

/**
 * What must never be, and is looked for all the same. `asleep`: an open escalation that the clock would pass over.
 * `card_behind`: a message that has not shown the newest version for two minutes. `card_lost`: a channel without a card, where one may be posted.
 * `card_outdated`: a message that does not even know that it is behind. `sending`, `unsure`, `pending`: notices that are stuck.
 */
export const auditFindings = [
  'asleep',
  'card_behind',
  'card_lost',
  'card_outdated',
  'sending',
  'unsure',
  'pending',
] as const
export type AuditFinding = (typeof auditFindings)[number]

/** How many there are of each. */
export type Found = Record<AuditFinding, number>
/** What of it was put right. */
export type Repaired = Record<'asleep' | 'card_lost' | 'card_outdated', number>

const behindAfterMs = 2 * minuteMs
const leaseOverAfterMs = minuteMs
const stuckAfterMs = 5 * minuteMs
/** A channel that is archived refuses its card each time. */
const postAgainAfterMs = hourMs
/** Put right at once; the rest has its turn a minute later. */
const atOnce = 200

/** Counts what is not as it must be, and changes nothing. `slackIsWell`: else what is pending has a good reason. */
export async function inspect(db: Db | Tx, now: Date, slackIsWell: boolean): Promise<Found> {
  const part = await partOf(db, now)
  const { rows } = await db.execute<Found>(sql`
    select
      (select count(*)::int from (${asleepOnes(now, part)}) asleep) as asleep,
      (select count(*)::int from cards where applied < wanted and lost is null
        and coalesce(behind_since, posted_at) < ${before(now, behindAfterMs)}) as card_behind,
      (select count(*)::int from (${lostCards(now)}) lost) as card_lost,
      (select count(*)::int from (${outdatedCards(now, part)}) outdated) as card_outdated,
      (select count(*)::int from notices where state = 'sending'
        and lease_until < ${before(now, leaseOverAfterMs)}) as sending,
      (select count(*)::int from notices where state = 'unsure'
        and attempted_at < ${before(now, stuckAfterMs)}) as unsure,
      (select count(*)::int from notices where state = 'pending' and ${slackIsWell}
        and not_before < ${before(now, stuckAfterMs)}) as pending`)
  return rows[0]!
}

/** Puts right what can be: the clock is woken, cards are posted or edited anew. Any number of replicas may do it at once. */
export async function repair(db: Db, now: Date): Promise<Repaired> {
  return db.transaction(async (tx) => ({
    asleep: await wake(tx, now),
    card_outdated: await wantNewest(tx, now),
    card_lost: await postLost(tx, now),
  }))
}

/** From now on the sweep decides, and sets the time anew. */
async function wake(tx: Tx, now: Date): Promise<number> {
  const part = await partOf(tx, now)
  const { rowCount } = await tx.execute(sql`
    update escalations set wake_at = ${now} where id = any(array(
      select id from escalations where id in (${asleepOnes(now, part)}) limit ${atOnce} for update skip locked))`)
  return rowCount ?? 0
}

function before(now: Date, ms: number): SQL {
  return sql`${addMs(now, -ms).toISOString()}::timestamptz`
}

/** Open, or resolved so lately that it can be reopened: people still look at its cards. */
function alive(now: Date): SQL {
  return sql`(e.state <> 'resolved' or e.resolved_at > ${before(now, reopenForMs)})`
}

/** By the ladder an index knows them all. */
function asleepOnes(now: Date, part: Part): SQL {
  return sql`select id from escalations where ${asleep} union ${oversleeping(now, part)}`
}

/** As `Date.toJSON` writes it, so that nothing in jsonb need be read as an instant, which may fail. */
const wakesAt = sql`to_char(e.wake_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') collate "C"`

/**
 * What else `wakeAt` of the domain looks at comes before they wake: a promise's warning or its end, what is to be raised, a
 * page that never arrived, a lapse that waits no longer for the customer. No index knows these, so each minute has its part.
 */
function oversleeping(now: Date, { from, to }: Part): SQL {
  return sql`select e.id from escalations e
    where e.id >= ${from} and e.id < ${to} and e.state <> 'resolved' and e.quarantine is null and e.wake_at > ${now}
      and (jsonb_array_length(e.to_raise) > 0
        or (e.state = 'paging' and e.wait_until is null and e.paged_at < e.wake_at - ${`${deliveryGraceMs} ms`}::interval)
        or (e.state = 'acknowledged' and e.lapse_at < e.wake_at and e.promises #>> '{thirtyDays,breachedAt}' is not null)
        or exists (select from jsonb_each(e.promises) each(name, promise)
          where promise ->> 'keptAt' is null and promise ->> 'breachedAt' is null and promise ->> 'dueAt' is not null
            and least(promise ->> 'dueAt', case when promise ->> 'warnedAt' is null then promise ->> 'warnAt' end) < ${wakesAt}))`
}

/** No index knows these, so each minute has its part of all escalations. */
function outdatedCards(now: Date, { from, to }: Part): SQL {
  return sql`select c.id, e.version from cards c join escalations e on e.id = c.escalation
    where c.lost is null and c.wanted < e.version and ${alive(now)}
      and c.escalation >= ${from} and c.escalation < ${to} and e.id >= ${from} and e.id < ${to}`
}

/** Escalations by their numbers; `to` is not among them. */
type Part = { from: number; to: number }

/** All of them in ten minutes, and so many in any case. */
const parts = 10
const partAtLeast = 10_000

async function partOf(db: Db | Tx, now: Date): Promise<Part> {
  const { rows } = await db.execute<{ first: number; last: number }>(sql`
    select coalesce(min(id), 0)::float8 as first, coalesce(max(id), 0)::float8 as last from escalations`)
  const { first, last } = rows[0]!
  const size = Math.max(partAtLeast, Math.ceil((last - first + 1) / parts))
  const count = Math.ceil((last - first + 1) / size)
  const from = first + (Math.floor(now.getTime() / minuteMs) % count) * size
  return { from, to: from + size }
}

async function wantNewest(tx: Tx, now: Date): Promise<number> {
  const part = await partOf(tx, now)
  const { rowCount } = await tx.execute(sql`
    update cards set wanted = greatest(wanted, found.version), not_before = ${now}, behind_since = ${now}
    from (${outdatedCards(now, part)} limit ${atOnce} for update of c skip locked) found where cards.id = found.id`)
  return rowCount ?? 0
}

/**
 * The channels whose card is lost, with no other there and none on its way. Where a new one was refused lately everything
 * has been done that can be, and the administrators know.
 */
function lostCards(now: Date): SQL {
  return sql`
    with gone as materialized (
      select distinct on (c.escalation, c.channel) c.id, c.escalation, c.channel, c.priority
      from cards c join escalations e on e.id = c.escalation
      where c.lost is not null and c.shape = 'card' and ${alive(now)}
      order by c.escalation, c.channel, c.posted_at desc
    )
    select c.* from gone c
    where ${none(sql`cards o where o.escalation = c.escalation and o.channel = c.channel
        and o.shape = 'card' and o.lost is null`)}
      and ${none(postsOf(sql`o.state in ('pending', 'sending', 'unsure')`))}
      and ${none(postsOf(sql`o.kind = 'card' and o.created_at > ${before(now, postAgainAfterMs)}`))}`
}

/** Notices that make a card in the channel of `c`. */
function postsOf(which: SQL): SQL {
  return sql`notices o where o.escalation = c.escalation and o.target = c.channel
    and o.kind in ('page', 'card') and ${which}`
}

/** Looked for row by row, in an index: "not exists" may be planned as a join that reads the whole outbox. */
function none(from: SQL): SQL {
  return sql`(select true from ${from} limit 1) is null`
}

type Lost = { id: string; escalation: string; channel: string; priority: number }

/** A card is posted anew: it heals once the channel is there again, and we are in it. */
async function postLost(tx: Tx, now: Date): Promise<number> {
  const { rows } = await tx.execute<Lost>(sql`
    select * from (${lostCards(now)}) c limit ${atOnce}`)
  const hour = now.toISOString().slice(0, 13)
  const cards = rows.map(({ id, escalation, channel, priority }) =>
    cardNotice(`card:${id}:${hour}`, { escalation: Number(escalation), channel, priority }),
  )
  await enqueue(tx, cards, now)
  return cards.length
}
