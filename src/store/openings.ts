import { sql } from 'drizzle-orm'
import { after } from '../domain/escalation.ts'
import type { Escalation } from '../domain/escalation.ts'
import { noticesOf } from '../domain/notice.ts'
import { unopened } from '../domain/opening.ts'
import type { Opening } from '../domain/opening.ts'
import { open } from '../domain/verbs.ts'
import { columnsOf, listed, recordset } from './bulk.ts'
import type { Tx } from './database.ts'
import { openOf } from './escalations.ts'
import type { PolicyBook } from './policies.ts'
import { saveBeginnings } from './save.ts'
import { escalations } from './schema.ts'

/** A ticket's escalation; `opened`: by this, and not before. */
export type Opened = { opened: boolean; escalation: Escalation }

/** Opens an escalation for a ticket, or finds the one that is open already. */
export async function openIn(tx: Tx, book: PolicyBook, opening: Opening, now: Date): Promise<Opened> {
  const opened = await openMany(tx, book, [opening], now)
  return opened.get(opening.ticket.id)!
}

/** `openIn` for many tickets of one source, each of them once, written as one. Returns them by the ticket's id. */
export async function openMany(
  tx: Tx,
  book: PolicyBook,
  openings: readonly Opening[],
  now: Date,
): Promise<Map<string, Opened>> {
  const found = new Map<string, Opened>()
  for (let left = openings; left[0]; left = left.filter(({ ticket }) => !found.has(ticket.id))) {
    const ids = left.map(({ ticket }) => ticket.id)
    for (const escalation of await openOf(tx, left[0].source, ids))
      found.set(escalation.ticket.id, { opened: false, escalation })
    const unknown = left.filter(({ ticket }) => !found.has(ticket.id))
    // Those that somebody else opens at the same time are found when we look again.
    for (const escalation of await begin(tx, book, unknown, now))
      found.set(escalation.ticket.id, { opened: true, escalation })
  }
  return found
}

/** Writes the beginnings of those that nobody else has opened meanwhile, and returns these. */
async function begin(
  tx: Tx,
  book: PolicyBook,
  openings: readonly Opening[],
  now: Date,
): Promise<Escalation[]> {
  if (openings.length === 0) return []
  const beginnings = new Map<string, Beginning>()
  for (const opening of openings) beginnings.set(opening.ticket.id, await beginning(tx, book, opening, now))
  const ids = await insert(
    tx,
    [...beginnings.values()].map(({ escalation }) => escalation),
  )
  const begun = [...ids].map(([ticketId, id]) => {
    const { escalation, happened, terms } = beginnings.get(ticketId)!
    const numbered = { ...escalation, id }
    return { escalation: numbered, happened, notices: noticesOf(numbered, happened, terms) }
  })
  if (begun.length > 0) await saveBeginnings(tx, now, begun)
  return begun.map(({ escalation }) => escalation)
}

type Beginning = Awaited<ReturnType<typeof beginning>>

async function beginning(tx: Tx, book: PolicyBook, opening: Opening, now: Date) {
  const terms = await book.terms(tx, book.hash, opening.policy)
  const fresh = unopened(opening, book.hash, terms, now)
  const happened = open(fresh, terms, opening.by, now)
  return { escalation: after(fresh, happened), happened, terms }
}

const columns = columnsOf(escalations).filter(({ key }) => key !== 'id')

/** Returns the number of each, by its ticket's id; those that are open already are left out. */
async function insert(tx: Tx, begun: readonly Escalation[]): Promise<Map<string, number>> {
  const rows = begun.map((escalation) => ({ ...escalation, ticketId: escalation.ticket.id }))
  const inserted = await tx.execute<{ id: string; ticket_id: string }>(sql`
    insert into escalations (${listed(columns)})
    select ${listed(columns, 'r')} from ${recordset(rows, columns, 'r')}
    on conflict do nothing returning id, ticket_id`)
  return new Map(inserted.rows.map(({ id, ticket_id }) => [ticket_id, Number(id)]))
}
