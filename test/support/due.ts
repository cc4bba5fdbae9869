import { sql } from 'drizzle-orm'
import type { Db } from '#store/database.ts'

type Reading = Pick<Db, 'execute'>

/** When the sweep has something to do next. */
export async function nextDueAt(db: Reading): Promise<Date | null> {
  return earliest(db, sql`select wake_at from escalations where wake_at is not null and quarantine is null`)
}

/** When something may go out next (a message, a look for one, an edit), or something that came in is handled again. */
export async function nextWorkAt(db: Reading): Promise<Date | null> {
  return earliest(
    db,
    sql`select not_before from notices where state in ('pending', 'unsure')
      union all select lease_until from notices where state = 'sending'
      union all select not_before from cards where applied < wanted and lost is null
      union all select not_before from inbox where handled_at is null`,
  )
}

/** When the next page that is still on its way has been so for a minute. */
export async function nextLateAt(db: Db, now: Date): Promise<Date | null> {
  return earliest(
    db,
    sql`select created_at + interval '1 minute' from notices where kind = 'page' and fell_back_at is null
      and state in ('pending', 'sending', 'unsure') and created_at + interval '1 minute' > ${now.toISOString()}::timestamptz`,
  )
}

async function earliest(db: Reading, instants: ReturnType<typeof sql>): Promise<Date | null> {
  const { rows } = await db.execute<{ ms: number | null }>(
    sql`select (extract(epoch from min(at)) * 1000)::float8 as ms from (${instants}) found(at)`,
  )
  return rows[0]?.ms ? new Date(rows[0].ms) : null
}
