import { and, asc, eq } from 'drizzle-orm'
import type { EntryRef } from '../domain/notice.ts'
import type { Db, Tx } from './database.ts'
import { timeline } from './schema.ts'

export type Entry = typeof timeline.$inferSelect

/** What happened to an escalation, in the order it happened. */
export async function timelineOf(db: Db | Tx, escalation: number): Promise<Entry[]> {
  return db
    .select()
    .from(timeline)
    .where(eq(timeline.escalation, escalation))
    .orderBy(asc(timeline.at), asc(timeline.version), asc(timeline.position))
}

/** One entry, as a notice refers to it. */
export async function entryOf(db: Db, escalation: number, ref: EntryRef): Promise<Entry | null> {
  const [row] = await db
    .select()
    .from(timeline)
    .where(
      and(
        eq(timeline.escalation, escalation),
        eq(timeline.version, ref.version),
        eq(timeline.position, ref.position),
      ),
    )
  return row ?? null
}
