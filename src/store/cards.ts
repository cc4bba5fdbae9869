import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm'
import { informing } from '../domain/notice.ts'
import { addMs } from '../domain/time.ts'
import type { Db, Tx } from './database.ts'
import { leaseMs } from './outbox.ts'
import type { CardRow } from './outbox.ts'
import { enqueue } from './save.ts'
import { cards, escalations } from './schema.ts'

/** Claims cards that are behind their escalation, the most urgent first. Each is ours for the lease. */
export async function claimStale(db: Db, now: Date, limit: number): Promise<CardRow[]> {
  const at = now.toISOString()
  return db
    .update(cards)
    .set({ leaseUntil: addMs(now, leaseMs) })
    .where(
      inArray(
        cards.id,
        db
          .select({ id: cards.id })
          .from(cards)
          .where(
            sql`${cards.applied} < ${cards.wanted} and ${cards.lost} is null and ${cards.notBefore} <= ${at}::timestamptz
              and (${cards.leaseUntil} is null or ${cards.leaseUntil} <= ${at}::timestamptz)`,
          )
          .orderBy(cards.priority, cards.notBefore)
          .limit(limit)
          .for('update', { skipLocked: true }),
      ),
    )
    .returning()
}

/** The card now shows this version. */
export async function settleRefreshed(db: Db, id: string, version: number, shown: string): Promise<void> {
  await db
    .update(cards)
    .set({ applied: sql`greatest(${cards.applied}, ${version})`, shown, leaseUntil: null })
    .where(eq(cards.id, id))
}

/** The edit did not go through: the card is still behind, and is tried again. */
export async function settleBehind(db: Db, id: string, notBefore: Date): Promise<void> {
  await db.update(cards).set({ notBefore, leaseUntil: null }).where(eq(cards.id, id))
}

/** The message can't be edited any more (deleted, too old): `why` says so. */
export async function settleLost(db: Db | Tx, id: string, why: string): Promise<void> {
  await db.update(cards).set({ lost: why, leaseUntil: null }).where(eq(cards.id, id))
}

/** A card that is lost is posted anew, once: without it nobody in its channel could see or do anything. */
export async function replaceLost(db: Db, card: CardRow, why: string, now: Date): Promise<void> {
  const { id, escalation, channel, priority } = card
  const notice = { kind: 'card', channel } as const
  await db.transaction(async (tx) => {
    await settleLost(tx, id, why)
    if (card.shape !== 'card') return
    await enqueue(
      tx,
      [{ key: `card:${id}`, escalation, target: channel, priority: priority + informing, notice }],
      now,
    )
  })
}

/** A reader has seen an old card: it is edited again whatever we believe it shows. */
export async function wantRefresh(db: Db, escalation: number, now: Date): Promise<void> {
  await db.transaction((tx) =>
    tx
      .update(cards)
      .set({
        applied: sql`least(${cards.applied}, ${cards.wanted} - 1)`,
        behindSince: sql`case when applied < wanted then behind_since else ${now.toISOString()}::timestamptz end`,
        shown: null,
        notBefore: now,
      })
      .where(and(eq(cards.escalation, escalation), isNull(cards.lost))),
  )
}

/** The escalation's card in a channel: where its thread is. The newest one that can still be edited. */
export async function cardIn(db: Db, escalation: number, channel: string): Promise<CardRow | null> {
  const rows = await db
    .select()
    .from(cards)
    .where(and(eq(cards.escalation, escalation), eq(cards.channel, channel), eq(cards.shape, 'card')))
    .orderBy(sql`${cards.lost} is not null`, sql`${cards.postedAt} desc`)
    .limit(1)
  return rows[0] ?? null
}

/** Every live message of an escalation, oldest first. */
export async function cardsOf(db: Db, escalation: number): Promise<CardRow[]> {
  return db.select().from(cards).where(eq(cards.escalation, escalation)).orderBy(asc(cards.postedAt))
}

/** Where the cards of these escalations are, in the channels they started in; one that is lost or not out yet is missing. */
export async function homeCards(
  db: Db,
  ids: number[],
): Promise<{ escalation: number; channel: string; ts: string }[]> {
  if (ids.length === 0) return []
  return db
    .select({ escalation: cards.escalation, channel: cards.channel, ts: cards.ts })
    .from(cards)
    .innerJoin(escalations, and(eq(escalations.id, cards.escalation), eq(escalations.home, cards.channel)))
    .where(and(inArray(cards.escalation, ids), eq(cards.shape, 'card'), isNull(cards.lost)))
}

/** Whose card this message is. */
export async function cardAt(db: Db, channel: string, ts: string): Promise<CardRow | null> {
  const [row] = await db
    .select()
    .from(cards)
    .where(and(eq(cards.channel, channel), eq(cards.ts, ts)))
  return row ?? null
}
