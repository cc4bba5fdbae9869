import { and, desc, eq, getTableColumns, inArray, isNull, ne, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { after } from '../domain/escalation.ts'
import type { Actor, Escalation, Happened } from '../domain/escalation.ts'
import { noticesOf } from '../domain/notice.ts'
import type { Outcome, Refusal } from '../domain/outcome.ts'
import type { Terms } from '../domain/terms.ts'
import type { Ticket } from '../domain/ticket.ts'
import type { Db, Tx } from './database.ts'
import type { PolicyBook } from './policies.ts'
import { save } from './save.ts'
import type { Decided } from './save.ts'
import { escalations } from './schema.ts'

/** What every writer needs: the database, the policies, and somebody to tell that there is something to deliver. */
export type Store = { db: Db; book: PolicyBook; committed: () => void }

/** What `change` did. `unchanged`: the verb had nothing to say. */
export type Changed =
  | { kind: 'changed'; escalation: Escalation; happened: Happened[] }
  | { kind: 'unchanged'; escalation: Escalation }
  | { kind: 'refused'; refusal: Refusal; escalation: Escalation | null }

export type Decide = (escalation: Escalation, terms: Terms) => Outcome

/** Called as the last thing before COMMIT. Throws when it must not be committed any more. */
export type MayCommit = () => void

/**
 * The whole imperative shell of a verb: lock the row, decide, save, append to the timeline, enqueue the notices - one
 * transaction. `mayCommit` is not asked when nothing changed.
 */
export async function change(
  store: Store,
  id: number,
  now: Date,
  decide: Decide,
  mayCommit: MayCommit = () => {},
): Promise<Changed> {
  const result = await store.db.transaction(async (tx) => {
    const changed = await changeIn(tx, store.book, id, now, decide)
    if (changed.kind === 'changed') mayCommit()
    return changed
  })
  if (result.kind === 'changed') store.committed()
  return result
}

/** `change` as a part of a transaction that does more. */
export async function changeIn(
  tx: Tx,
  book: PolicyBook,
  id: number,
  now: Date,
  decide: Decide,
): Promise<Changed> {
  const [changed] = await changeMany(tx, book, new Map([[id, decide]]), now)
  return (
    changed ?? { kind: 'refused', refusal: { kind: 'no_such_escalation', escalation: id }, escalation: null }
  )
}

/** `changeIn` for many at once, written as one. What there is none of is left out. */
export async function changeMany(
  tx: Tx,
  book: PolicyBook,
  decisions: ReadonlyMap<number, Decide>,
  now: Date,
): Promise<Changed[]> {
  const rows = await tx
    .select()
    .from(escalations)
    .where(inArray(escalations.id, [...decisions.keys()]))
    .orderBy(escalations.id)
    .for('update')
  const changes: Changed[] = []
  const decided: Decided[] = []
  for (const row of rows) {
    const before = toEscalation(row)
    const terms = await book.terms(tx, row.policyHash, row.policy)
    const changed = await decidedOn(tx, before, terms, decisions.get(row.id)!)
    changes.push(changed)
    if (changed.kind !== 'changed') continue
    const { escalation, happened } = changed
    decided.push({ before, escalation, happened, notices: noticesOf(escalation, happened, terms) })
  }
  if (decided.length > 0) await save(tx, now, decided)
  return changes
}

async function decidedOn(tx: Tx, escalation: Escalation, terms: Terms, decide: Decide): Promise<Changed> {
  const outcome = decide(escalation, terms)
  if (outcome.kind === 'refused') return { ...outcome, escalation }
  if (outcome.happened.length === 0) return { kind: 'unchanged', escalation }
  const blocked = await blockedBy(tx, escalation, outcome.happened)
  if (blocked) return { kind: 'refused', refusal: blocked, escalation }
  const { happened } = outcome
  return { kind: 'changed', escalation: after(escalation, happened), happened }
}

/** A ticket has one open escalation at most: it can't be reopened while a later one is open. */
async function blockedBy(tx: Tx, escalation: Escalation, happened: Happened[]): Promise<Refusal | null> {
  if (!happened.some(({ event }) => event.kind === 'reopened')) return null
  const other = await openFor(tx, escalation.source, escalation.ticket.id)
  return other ? { kind: 'another_open', escalation: other.id } : null
}

/** The open escalation of a ticket, locked as by `openOf`. */
export async function openFor(tx: Tx, source: string, ticketId: string): Promise<Escalation | null> {
  const [known] = await openOf(tx, source, [ticketId])
  return known ?? null
}

/**
 * The open escalations of these tickets, locked in the order in which everybody locks them: nobody closes one before the
 * transaction ends, so that what is decided on "there is an open one" stays true.
 */
export async function openOf(tx: Tx, source: string, ticketIds: readonly string[]): Promise<Escalation[]> {
  const rows = await tx
    .select()
    .from(escalations)
    .where(
      and(
        eq(escalations.source, source),
        inArray(escalations.ticketId, [...ticketIds]),
        ne(escalations.state, 'resolved'),
      ),
    )
    .orderBy(escalations.id)
    .for('update')
  return rows.map(toEscalation)
}

/** The newest escalation of a ticket, open or not. */
export async function latestFor(db: Db | Tx, source: string, ticketId: string): Promise<Escalation | null> {
  const [row] = await db
    .select()
    .from(escalations)
    .where(and(eq(escalations.source, source), eq(escalations.ticketId, ticketId)))
    .orderBy(desc(escalations.id))
    .limit(1)
  return row ? toEscalation(row) : null
}

export async function find(db: Db | Tx, id: number): Promise<Escalation | null> {
  const [row] = await db.select().from(escalations).where(eq(escalations.id, id))
  return row ? toEscalation(row) : null
}

/** Those of these that there are, by their number. */
export async function findMany(db: Db | Tx, ids: readonly number[]): Promise<Map<number, Escalation>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .select()
    .from(escalations)
    .where(inArray(escalations.id, [...ids]))
  return new Map(rows.map((row) => [row.id, toEscalation(row)]))
}

/** Open escalations: the most urgent wake-up first, `limit` at most. */
export async function listOpen(db: Db, limit: number): Promise<Escalation[]> {
  const rows = await db
    .select()
    .from(escalations)
    .where(sql`${escalations.wakeAt} is not null and ${escalations.quarantine} is null`)
    .orderBy(escalations.wakeAt)
    .limit(limit)
  return rows.map(toEscalation)
}

/** The first few of what was asked for, and how many there are in all. */
export type First = { total: number; escalations: Escalation[] }

/** What can't be decided may well be what no view can draw, either: administrators see it on its own. */
const isDecidable = isNull(escalations.quarantine)

/** What a person has now: what falls due next comes first. */
export async function ownedBy(db: Db, owner: Actor, limit: number): Promise<First> {
  const found = and(eq(escalations.owner, owner), ne(escalations.state, 'resolved'), isDecidable)
  return firstOf(db, found, sql`${escalations.wakeAt}, ${escalations.id}`, limit)
}

/** What is open and nobody has: the most urgent first, by these severities, and of those the oldest. */
export async function unowned(db: Db, severities: readonly string[], limit: number): Promise<First> {
  const found = and(isNull(escalations.owner), ne(escalations.state, 'resolved'), isDecidable)
  const order = sql`${urgency(severities)}, ${escalations.openedAt}, ${escalations.id}`
  return firstOf(db, found, order, limit)
}

/** A severity's rank, 1 for the most urgent; those the policy does not know any more come last. */
export function urgency(severities: readonly string[]): SQL {
  return sql`coalesce(array_position(${sql.param(severities)}::text[], severity), 1000)`
}

/** A ticket can be large: all are counted and ranked by little, and only the first few are read. */
async function firstOf(db: Db, found: SQL | undefined, order: SQL, limit: number): Promise<First> {
  const first = db
    .select({
      id: escalations.id,
      total: sql<number>`(count(*) over ())::int`.as('total'),
      rank: sql<number>`row_number() over (order by ${order})`.as('rank'),
    })
    .from(escalations)
    .where(found)
    .orderBy(sql`rank`)
    .limit(limit)
    .as('first')
  const rows = await db
    .select({ total: first.total, row: escalations })
    .from(first)
    .innerJoin(escalations, eq(escalations.id, first.id))
    .orderBy(first.rank)
  return { total: rows[0]?.total ?? 0, escalations: rows.map(({ row }) => toEscalation(row)) }
}

/**
 * What the clock decides from: of the ticket only what every ticket has. Its texts can be large, and the clock neither reads
 * nor writes them.
 */
export const decidedFrom = {
  ...getTableColumns(escalations),
  ticket: sql<Ticket>`jsonb_build_object('id', ${escalations.ticketId}, 'subject', ${escalations.ticket}->'subject')`,
}

/** The row without what only the store needs. */
export function toEscalation(row: typeof escalations.$inferSelect): Escalation {
  const { ticketId: _ticketId, quarantine: _quarantine, quarantinedAt: _quarantinedAt, ...escalation } = row
  return escalation
}
