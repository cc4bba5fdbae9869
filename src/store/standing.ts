import { sql } from 'drizzle-orm'
import { addMs } from '../domain/time.ts'
import type { Db } from './database.ts'

/**
 * What Slack has told to wait says so in its `error`. For it, and for what waits behind it, that is a good reason until `forMs`
 * after it was decided.
 */
type Paced = { error: string; forMs: number }

/**
 * Since when no page (or direct message to whoever is asked) has gone out to Slack although one waits; null while none
 * waits without a good reason. Whoever sent the last one, and however many wait: a storm stands still for nobody.
 */
export async function standsSince(db: Db, now: Date, { error, forMs }: Paced): Promise<Date | null> {
  const pacedSince = addMs(now, -forMs)
  const { rows } = await db.execute<{ since: number | null }>(sql`
    with paced as (
      select target from notices where state = 'pending' and error = ${error}
        and not_before > ${now} and created_at > ${pacedSince}
    ), waiting as (
      select kind, created_at from notices where state = 'pending' and target not in (select target from paced)
      union all select kind, created_at from notices where state = 'sending'
      union all select kind, created_at from notices where state = 'unsure'
    ), oldest as (
      select min(created_at) as at from waiting where kind in ('page', 'direct')
    )
    select (extract(epoch from greatest(at,
      (select max(settled_at) from notices where state = 'sent' and kind in ('page', 'direct')))) * 1000)::float8 as since
    from oldest where at is not null`)
  const since = rows[0]?.since ?? null
  return since === null ? null : new Date(since)
}
