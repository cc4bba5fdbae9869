import { randomUUID } from 'node:crypto'
import { getTableColumns, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { asks, informing } from '../domain/notice.ts'
import { addMs } from '../domain/time.ts'
import { recordset } from './bulk.ts'
import type { Db } from './database.ts'
import { byMessage, claimNotices, leaseMs } from './outbox.ts'
import type { Claim, NoticeRow, Room } from './outbox.ts'
import { notices } from './schema.ts'

/** More than five pages that wait for one channel, or one person, go out as one message. */
const summaryFrom = 6
/** Slack allows 50 blocks in a message, and its text must still say something of each. */
const summaryMost = 40

/** The error of notices that no summary could say: each goes out by itself. */
export const notTogether = 'it could not go out in a summary'
/** The error of pages that Slack refused for what they look like: they go out once more, in plain words. */
export const refusedLooks = 'Slack refused what it looks like'
const alone = [notTogether, refusedLooks]

/**
 * Claims what may go out now, as the messages that it goes out in. Pages of one channel that would have to wait for each
 * other go out together; what does not fit into one summary goes in the next.
 */
export async function claimMessages(db: Db, now: Date, room: Room): Promise<Claim[]> {
  const claimed = await claimNotices(db, now, room)
  const leaders = claimed.filter(({ notice, error }) => asks(notice) && !alone.includes(error ?? ''))
  const together = leaders.length > 0 ? await claimFollowers(db, leaders, now) : []
  const grouped = new Set(together.map(({ id }) => id))
  return byMessage([...claimed.filter(({ id }) => !grouped.has(id)), ...together])
}

const leaderColumns = [
  { key: 'id', name: 'id', type: 'uuid' },
  { key: 'target', name: 'target', type: 'text' },
  { key: 'attempts', name: 'attempts', type: 'integer' },
  { key: 'summary', name: 'summary', type: 'uuid' },
] as const

/**
 * Those that go out with one of these, and these themselves; nothing for a target where too few wait. Whoever stood still
 * since it claimed the leaders gets none that somebody else has taken over meanwhile.
 */
async function claimFollowers(db: Db, leaders: NoticeRow[], now: Date): Promise<NoticeRow[]> {
  const named = leaders.map(({ id, target, attempts }) => ({ id, target, attempts, summary: randomUUID() }))
  return db
    .update(notices)
    .set({
      state: 'sending',
      attempts: sql`together.attempts`,
      attemptedAt: now,
      leaseUntil: addMs(now, leaseMs),
      summary: sql`together.summary`,
    })
    .from(sql`(${enough(named, now)}) together`)
    .where(
      sql`${notices.id} = together.id and ${notices.state} in ('pending', 'sending')
        and ${notices.attempts} + (${notices.state} = 'pending')::int = together.attempts`,
    )
    .returning(getTableColumns(notices))
}

type Leader = Pick<NoticeRow, 'id' | 'target' | 'attempts'> & { summary: string }

function enough(leaders: Leader[], now: Date): SQL {
  return sql`
    with leaders as (select * from ${recordset(leaders, leaderColumns, 'r')}),
    found as (
      select follower.id, leaders.summary, follower.attempts + 1 as attempts from leaders cross join lateral (
        select id, attempts from notices
        where state = 'pending' and target = leaders.target and not_before <= ${now.toISOString()}::timestamptz
          and priority < ${informing} and coalesce(error, '') <> all(${sql.param(alone)}::text[])
          and (kind = 'page' or kind = 'direct' and notice->>'about' in ('asked', 'raised'))
        order by priority, created_at, key limit ${summaryMost - 1} for update skip locked
      ) follower
    ),
    enough as (select summary from found group by summary having count(*) >= ${summaryFrom - 1})
    select found.id, summary, found.attempts from found join enough using (summary)
    union all select leaders.id, summary, leaders.attempts from leaders join enough using (summary)`
}
