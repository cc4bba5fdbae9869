import { and, asc, eq, inArray, isNull, ne, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { informing } from '../domain/notice.ts'
import type { Enqueued } from '../domain/notice.ts'
import { addMs } from '../domain/time.ts'
import { recordset } from './bulk.ts'
import { again } from './database.ts'
import type { Db, Tx } from './database.ts'
import { leaseMs } from './outbox.ts'
import type { CardRow, NoticeRow } from './outbox.ts'
import { enqueue } from './save.ts'
import { cards, escalations } from './schema.ts'

/** A live message: one row, or one for each line of a summary. */
export type Live = readonly [CardRow, ...CardRow[]]

/** So many that are behind are looked at to find the few that are claimed. Several times what a summary has lines. */
const lookedAt = 200

/**
 * Claims messages that are behind their escalations, the most urgent first. Each is ours for the lease: a summary with
 * all its lines, so that one edit brings all of them up to date and nobody else edits it meanwhile.
 */
export async function claimStale(db: Db, now: Date, limit: number): Promise<Live[]> {
  // Two who claim at once must meet at the same row of a summary: the first in the order in which all are looked at.
  const claimed = await again(() =>
    db
      .update(cards)
      // Whoever let a lease run out may have edited it: nobody knows what it shows.
      .set({ leaseUntil: addMs(now, leaseMs), shown: sql`case when lease_until is null then shown end` })
      .where(
        sql`${cards.id} in (
          with first as (
            select id, channel, ts, shape from cards
            where ${behind(now)}
              and id in (select id from cards where ${behind(now)} order by priority, not_before, id limit ${lookedAt})
              and (shape <> 'summary' or id = (
                select line.id from cards line where line.channel = cards.channel and line.ts = cards.ts
                  and line.applied < line.wanted and line.lost is null
                order by priority, not_before, id limit 1))
            order by priority, not_before, id limit ${limit} for update skip locked
          )
          select id from first
          union select line.id from first join cards line on line.channel = first.channel and line.ts = first.ts
          where first.shape = 'summary')`,
      )
      .returning(),
  )
  const messages = Map.groupBy(claimed, ({ channel, ts }) => `${channel} ${ts}`)
  return [...messages.values()].map((lines) => lines as [CardRow, ...CardRow[]])
}

/** It is behind, and may be edited at this instant: nobody else is at it. */
function behind(by: Date): SQL {
  const at = by.toISOString()
  return sql`applied < wanted and lost is null and not_before <= ${at}::timestamptz
    and (lease_until is null or lease_until <= ${at}::timestamptz)`
}

/**
 * The message now shows these versions, and those that are over need no edit any more, unless more has happened since.
 * One that somebody else has claimed meanwhile may show what is older than theirs: it is edited once more.
 */
export async function settleRefreshed(db: Db, live: Live, shows: Shows, now: Date): Promise<void> {
  const reached = live.map(({ id, escalation, applied: before }) => ({
    id,
    before,
    version: shows.versions.get(escalation) ?? 0,
    over: shows.over.includes(id) ? 'its page is over' : null,
  }))
  const settled = await db
    .update(cards)
    .set({
      applied: sql`case when ${isDrawn} then greatest(${cards.applied}, reached.version) else ${cards.applied} end`,
      shown: shows.shown,
      lost: sql`case when ${isDrawn} and ${cards.wanted} <= reached.version then coalesce(${cards.lost}, reached.over) else ${cards.lost} end`,
      leaseUntil: null,
    })
    .from(sql`${recordset(reached, reachedColumns, 'reached')}`)
    .where(and(sql`${cards.id} = reached.id`, underLeaseOf(live)))
    .returning({ id: cards.id })
  if (settled.length < live.length) await mistrust(db, live, now)
}

/** What an edited message shows: its escalations' versions, its fingerprint, and which of its lines are `over`, by id. */
export type Shows = { versions: ReadonlyMap<number, number>; shown: string; over: readonly string[] }

/** Nobody has asked since it was claimed to draw it anew (see `drawAnew`). */
const isDrawn = sql`${cards.applied} >= reached.before`

const reachedColumns = [
  { key: 'id', name: 'id', type: 'uuid' },
  { key: 'before', name: 'before', type: 'integer' },
  { key: 'version', name: 'version', type: 'integer' },
  { key: 'over', name: 'over', type: 'text' },
] as const

/** Nobody knows what it shows. */
function unknown(now: Date) {
  return { applied: sql`least(${cards.applied}, ${cards.wanted} - 1)`, behindSince: since(now), shown: null }
}

function since(now: Date): SQL {
  return sql`case when applied < wanted then behind_since else ${now.toISOString()}::timestamptz end`
}

/**
 * What the messages of these escalations tell has changed without them, such as what became of a page: they are drawn anew,
 * also those that somebody draws at this moment, and edited where it shows.
 */
export async function drawAnew(tx: Tx, ids: number[], now: Date): Promise<void> {
  if (ids.length === 0) return
  await holdStill(tx, ids)
  await tx
    .update(cards)
    .set({ applied: sql`least(${cards.applied}, ${cards.wanted}) - 1`, behindSince: since(now) })
    .where(and(inArray(cards.escalation, ids), isNull(cards.lost)))
}

/** The edit surely did not go through: the message is still behind, and is tried again. */
export async function settleBehind(db: Db, live: Live, notBefore: Date): Promise<void> {
  await db
    .update(cards)
    .set({ notBefore, leaseUntil: null })
    .where(and(theseOf(live), underLeaseOf(live)))
}

/** Whatever else is behind in this channel is not tried before `notBefore`, unless more happens to it. */
export async function holdBack(db: Db, channel: string, notBefore: Date): Promise<void> {
  // Passing over what is locked: a change holds its cards in an order of its own, and makes them due anyway.
  await db
    .update(cards)
    .set({ notBefore })
    .where(
      sql`${cards.id} in (
        select id from cards where channel = ${channel} and ${behind(notBefore)} for update skip locked)`,
    )
}

/** Nobody knows whether the edit went through: it is made again, whatever the message is believed to show. */
export async function settleUnknown(db: Db, live: Live, notBefore: Date, now: Date): Promise<void> {
  const settled = await db
    .update(cards)
    .set({ ...unknown(now), notBefore, leaseUntil: null })
    .where(and(theseOf(live), underLeaseOf(live)))
    .returning({ id: cards.id })
  if (settled.length < live.length) await mistrust(db, live, now)
}

/** The message can't be edited, and nobody needs it any more. */
export async function settleLeft(db: Db, live: Live, why: string): Promise<void> {
  await db
    .update(cards)
    .set({ lost: why, leaseUntil: null })
    .where(and(theseOf(live), underLeaseOf(live)))
}

/** All of them were claimed at one instant. */
function underLeaseOf([{ leaseUntil }]: Live): SQL {
  return sql`${cards.leaseUntil} = ${leaseUntil?.toISOString() ?? null}::timestamptz`
}

/**
 * Edited by us and, since our lease ran out, by others: which came last is not known. Whoever holds it now is made to find
 * that out as well, by a lease that is not the one it claimed; nobody else gets it before that one has run out.
 */
async function mistrust(db: Db, live: Live, now: Date): Promise<void> {
  await db
    .update(cards)
    .set({ ...unknown(now), leaseUntil: sql`${cards.leaseUntil} - interval '1 millisecond'` })
    .where(theseOf(live))
}

function theseOf(rows: readonly CardRow[]): SQL {
  return inArray(
    cards.id,
    rows.map(({ id }) => id),
  )
}

/**
 * A message is lost. A card is posted anew, once: without it nobody in its channel could see or do anything. What a
 * summary said, its cards say too.
 */
export async function replaceLost(db: Db, live: Live, why: string, now: Date): Promise<void> {
  const [{ id, shape, escalation, channel, priority }] = live
  await db.transaction(async (tx) => {
    await holdStill(
      tx,
      live.map((row) => row.escalation),
    )
    await tx.update(cards).set({ lost: why, leaseUntil: null }).where(theseOf(live))
    if (shape === 'card')
      await enqueue(tx, [cardNotice(`card:${id}`, { escalation, channel, priority })], now)
  })
}

/** A card for a channel that has none: behind whatever pages, and before what only informs. */
export function cardNotice(
  key: string,
  { escalation, channel, priority }: Pick<CardRow, 'escalation' | 'channel' | 'priority'>,
): Enqueued {
  const behind = (priority % informing) + informing
  return { key, escalation, target: channel, priority: behind, notice: { kind: 'card', channel } }
}

/** Pages that arrived in a summary: the cards of those whose channel has none follow, once for each page. */
export async function cardsFollow(tx: Tx, pages: readonly NoticeRow[], now: Date): Promise<void> {
  const found = pages.flatMap(({ id, escalation, target, priority }) =>
    escalation === null ? [] : [{ id, escalation, channel: target, priority }],
  )
  const there = await tx
    .select({ escalation: cards.escalation, channel: cards.channel })
    .from(cards)
    .where(
      and(
        inArray(
          cards.escalation,
          found.map(({ escalation }) => escalation),
        ),
        eq(cards.shape, 'card'),
        isNull(cards.lost),
      ),
    )
  const has = new Set(there.map(({ escalation, channel }) => `${escalation} ${channel}`))
  const missing = found.filter(({ escalation, channel }) => !has.has(`${escalation} ${channel}`))
  await enqueue(
    tx,
    missing.map((page) => cardNotice(`card:${page.id}`, page)),
    now,
  )
}

/** A reader has seen an old card: it is edited again whatever we believe it shows. */
export async function wantRefresh(db: Db, escalation: number, now: Date): Promise<void> {
  await db.transaction(async (tx) => {
    await holdStill(tx, [escalation])
    await tx
      .update(cards)
      .set({ ...unknown(now), notBefore: now })
      .where(and(eq(cards.escalation, escalation), isNull(cards.lost)))
  })
}

/**
 * A change locks its escalation and then its cards. Whoever holds a card and then needs the escalation, as a notice that
 * refers to it does, or several cards in another order, would wait for it in a circle: so the escalations come first, in
 * their order.
 */
async function holdStill(tx: Tx, ids: number[]): Promise<void> {
  await tx
    .select({ id: escalations.id })
    .from(escalations)
    .where(inArray(escalations.id, ids))
    .orderBy(escalations.id)
    .for('no key update')
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

/** Every live message of these escalations, oldest first. */
export async function cardsOf(db: Db, escalations: readonly number[]): Promise<CardRow[]> {
  return db
    .select()
    .from(cards)
    .where(inArray(cards.escalation, [...escalations]))
    .orderBy(asc(cards.postedAt))
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

/** Whose card this message is; null for a summary, which is about many. */
export async function cardAt(db: Db, channel: string, ts: string): Promise<CardRow | null> {
  const [row] = await db
    .select()
    .from(cards)
    .where(and(eq(cards.channel, channel), eq(cards.ts, ts), ne(cards.shape, 'summary')))
  return row ?? null
}
