import { sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { addMs, minuteMs } from '../domain/time.ts'
import type { Db } from './database.ts'
import { leaseMs } from './outbox.ts'

/** Replicas that are well agree far better than this. */
const agreeWithinMs = minuteMs

/**
 * What was written under a clock that was ahead would wait until the right one gets there: it is dated now, and waits for
 * nothing. Returns how many rows that concerned. Only for who knows that `now` is right.
 */
export async function redate(db: Db, now: Date): Promise<number> {
  const at = instant(now)
  const lease = instant(addMs(now, leaseMs))
  const future = instant(addMs(now, agreeWithinMs))
  // One for each state, as the indexes are.
  const waiting = (state: 'pending' | 'unsure') =>
    sql`update notices set ${capped({ not_before: at, created_at: at, attempted_at: at })}
      where state = ${sql.raw(`'${state}'`)} and not_before > ${future} and greatest(created_at, attempted_at) > ${future}`
  const statements = [
    waiting('pending'),
    waiting('unsure'),
    // What goes out beyond Slack is settled by the instant of its attempt.
    sql`update notices set ${capped({ lease_until: lease, created_at: at })},
        attempted_at = case when kind in ('email', 'webhook') then attempted_at else ${at} end
      where state = 'sending' and lease_until > ${future} and attempted_at > ${future}`,
    sql`update cards set ${capped({ not_before: at, lease_until: lease, behind_since: at, posted_at: at })}
      where applied < wanted and lost is null and greatest(behind_since, posted_at) > ${future}`,
    sql`update inbox set ${capped({ not_before: at, received_at: at })}
      where handled_at is null and not_before > ${future} and received_at > ${future}`,
  ]
  let rows = 0
  for (const statement of statements) rows += (await db.execute(statement)).rowCount ?? 0
  return rows
}

function instant(at: Date): SQL {
  return sql`${at.toISOString()}::timestamptz`
}

/** Columns that are no later than this from now on. `least` alone would put an instant where there is none. */
function capped(columns: Record<string, SQL>): SQL {
  const each = Object.entries(columns).map(([name, most]) => {
    const column = sql.identifier(name)
    return sql`${column} = case when ${column} is not null then least(${column}, ${most}) end`
  })
  return sql.join(each, sql`, `)
}
