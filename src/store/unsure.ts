import { and, eq, sql } from 'drizzle-orm'
import { addMs } from '../domain/time.ts'
import type { Db } from './database.ts'
import { byMessage, leaseMs } from './outbox.ts'
import type { Claim } from './outbox.ts'
import { notices } from './schema.ts'

/** The messages of one target that are to be looked for. */
export type Unsure = readonly [Claim, ...Claim[]]

/**
 * Claims what may or may not have arrived and is due to be looked for: all of it in the targets, so many at most, that wait
 * the longest and are not `busy`. Some may not be due, but in a summary with one that is: it is one message.
 */
export async function claimUnsure(db: Db, now: Date, limit: number, busy: string[]): Promise<Unsure[]> {
  const due = sql`state = 'unsure' and not_before <= ${now.toISOString()}::timestamptz`
  const claimed = await db
    .update(notices)
    .set({ notBefore: addMs(now, leaseMs) })
    .where(
      sql`${notices.state} = 'unsure' and ${notices.id} in (
        with places as (
          select target from notices where ${due} and target <> all(${sql.param(busy)}::text[])
          group by target order by min(not_before) limit ${limit}
        ),
        first as (
          select id, summary from notices
          where ${due} and target in (select target from places) and (summary is null or not exists (
            select from notices other
            where other.summary = notices.summary and other.state = 'unsure' and other.id < notices.id))
          for update skip locked
        )
        select id from first
        union select other.id from first join notices other on other.summary = first.summary)`,
    )
    .returning()
  const targets = Map.groupBy(byMessage(claimed), ([{ target }]) => target)
  return [...targets.values()].map((due) => due as [Claim, ...Claim[]])
}

/** All messages to a target that may or may not have arrived, due or not, whoever looks for them. */
export async function unsureOf(db: Db, target: string): Promise<Claim[]> {
  return byMessage(
    await db
      .select()
      .from(notices)
      .where(and(eq(notices.state, 'unsure'), eq(notices.target, target))),
  )
}
