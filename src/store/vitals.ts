import { sql } from 'drizzle-orm'
import type { Db } from './database.ts'

/** How many there are, and since when the oldest; null when there are none. */
type Waiting = { count: number; since: Date | null }

/** How the engine does, as the database has it. */
export type Vitals = {
  /** When the longest-due escalation was due. */
  dueSince: Date | null
  quarantined: number
  /** Notices that have not arrived yet, by kind. */
  outbox: ({ kind: string } & Waiting)[]
  /** Slack's events that nobody has handled yet. */
  inbox: Waiting
  /** Live messages that do not show their escalation's newest version. */
  cardsBehind: Waiting
}

type Row = {
  due_since: number | null
  quarantined: number
  outbox: { kind: string; count: number; since: number }[] | null
  inbox_count: number
  inbox_since: number | null
  cards_behind: number
  cards_since: number | null
}

/**
 * One statement that reads nothing but partial indexes of what is not done yet, so that it costs the same however much
 * history there is. Each state of a notice has an index of its own, which `state in (…)` would not use.
 */
export async function vitals(db: Db, now: Date): Promise<Vitals> {
  const { rows } = await db.execute<Row>(sql`
    with waiting as (
      select kind, created_at from notices where state = 'pending'
      union all select kind, created_at from notices where state = 'sending'
      union all select kind, created_at from notices where state = 'unsure'
    ), outbox as (
      select kind, count(*)::int as count, ${epochMs(sql`min(created_at)`)} as since from waiting group by kind
    ), unhandled as (
      select count(*)::int as count, ${epochMs(sql`min(received_at)`)} as since from inbox where handled_at is null
    ), behind as (
      select count(*)::int as count, ${epochMs(sql`min(coalesce(behind_since, posted_at))`)} as since
      from cards where applied < wanted and lost is null
    )
    select
      (select ${epochMs(sql`min(wake_at)`)} from escalations
        where wake_at is not null and quarantine is null and wake_at <= ${now}) as due_since,
      (select count(*)::int from escalations where quarantine is not null) as quarantined,
      (select json_agg(outbox) from outbox) as outbox,
      (select count from unhandled) as inbox_count,
      (select since from unhandled) as inbox_since,
      (select count from behind) as cards_behind,
      (select since from behind) as cards_since`)
  const row = rows[0]!
  return {
    dueSince: instant(row.due_since),
    quarantined: row.quarantined,
    outbox: (row.outbox ?? []).map(({ kind, count, since }) => ({ kind, count, since: instant(since) })),
    inbox: { count: row.inbox_count, since: instant(row.inbox_since) },
    cardsBehind: { count: row.cards_behind, since: instant(row.cards_since) },
  }
}

function epochMs(at: ReturnType<typeof sql>) {
  return sql`(extract(epoch from ${at}) * 1000)::float8`
}

function instant(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms)
}
