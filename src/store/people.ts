import { eq, inArray, lt, sql } from 'drizzle-orm'
import type { Actor } from '../domain/escalation.ts'
import type { Db } from './database.ts'
import { people } from './schema.ts'

export type PersonRow = typeof people.$inferSelect

/** What Slack says about people now. */
export async function savePeople(db: Db, rows: Omit<PersonRow, 'direct'>[]): Promise<void> {
  if (rows.length === 0) return
  await db
    .insert(people)
    .values(rows)
    .onConflictDoUpdate({
      target: people.id,
      set: {
        name: sql`excluded.name`,
        timezone: sql`excluded.timezone`,
        team: sql`excluded.team`,
        isBot: sql`excluded.is_bot`,
        isGone: sql`excluded.is_gone`,
        seenAt: sql`excluded.seen_at`,
      },
    })
}

/** People of whom Slack was asked the longest ago, and before `since`. */
export async function longNotAsked(db: Db, since: Date, limit: number): Promise<Actor[]> {
  const rows = await db
    .select({ id: people.id })
    .from(people)
    .where(lt(people.seenAt, since))
    .orderBy(people.seenAt)
    .limit(limit)
  return rows.map(({ id }) => id)
}

/** Display names by user id; an id we know nothing of is missing. */
export async function namesOf(db: Db, ids: Actor[]): Promise<Map<Actor, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .select({ id: people.id, name: people.name })
    .from(people)
    .where(inArray(people.id, [...new Set(ids)]))
  return new Map(rows.map(({ id, name }) => [id, name]))
}

export async function personById(db: Db, id: Actor): Promise<PersonRow | null> {
  const [row] = await db.select().from(people).where(eq(people.id, id))
  return row ?? null
}

/** People whom nobody should ask any more. */
export async function goneFromWorkspace(db: Db): Promise<Set<Actor>> {
  const rows = await db.select({ id: people.id }).from(people).where(eq(people.isGone, true))
  return new Set(rows.map(({ id }) => id))
}

/** Slack knows no such channel with a person: it is opened anew for the next message. */
export async function forgetDirectChannel(db: Db, id: Actor): Promise<void> {
  await db.update(people).set({ direct: null }).where(eq(people.id, id))
}

/** Keeps the direct message channel with a person, so that it can be searched when an answer got lost. */
export async function keepDirectChannel(db: Db, id: Actor, direct: string, now: Date): Promise<void> {
  await db
    .insert(people)
    .values({ id, name: '', direct, seenAt: new Date(Math.min(now.getTime(), 0)) })
    .onConflictDoUpdate({ target: people.id, set: { direct } })
}
