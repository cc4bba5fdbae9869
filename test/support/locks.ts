import { sql } from 'drizzle-orm'
import type { Db } from '#store/database.ts'

/** How many statements that begin like this wait for somebody else's lock. */
export async function waitingForLocks(db: Db, beginning = ''): Promise<number> {
  const { rows } = await db.execute<{ waiting: number }>(
    sql`select count(*)::int as waiting from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and starts_with(query, ${beginning})`,
  )
  return rows[0]?.waiting ?? 0
}
