import { createHash } from 'node:crypto'
import type { Escalation } from '../domain/escalation.ts'
import type { Opening } from '../domain/opening.ts'
import { chooseRule, severityNamed } from '../domain/policy.ts'
import type { PolicyDocument } from '../domain/policy.ts'
import type { Ticket, TicketEvent } from '../domain/ticket.ts'
import type { Verb } from '../domain/verbs.ts'
import { reopen, resolve, resume, tellCustomer } from '../domain/verbs.ts'
import { unlessOvertaken, updateTicket, waitForCustomer } from '../domain/verbs.ts'
import { addMs } from '../domain/time.ts'
import type { Tx } from '../store/database.ts'
import type { Store } from '../store/escalations.ts'
import { changeIn, latestFor, openFor } from '../store/escalations.ts'
import { receiveEach, rememberAnswers } from '../store/inbox.ts'
import { openMany } from '../store/openings.ts'
import type { Opened } from '../store/openings.ts'
import { toleranceMs } from './source.ts'

type ReceiveResult = 'opened' | 'updated' | 'resolved' | 'reopened' | 'ignored' | 'duplicate'
/** What the sender is told. */
export type Receipt = { escalation: string | null; result: ReceiveResult }

/** The names in an event that the policy does not know; the sender has to mend them. */
export function unknownNames(event: TicketEvent, policy: PolicyDocument): string[] {
  const { severity } = event.data.ticket
  if (severity === undefined || severityNamed(policy, severity)) return []
  const known = policy.severities.map(({ name }) => name).join(', ')
  return [`data.ticket.severity: expected one of ${known}; got "${severity}"`]
}

/** A ticket event as it was handed over, with the sender's id for it. */
export type Delivery = { source: string; id: string; event: TicketEvent }

/** What may be written together: tickets of one source that somebody escalates. Everything else goes alone (null). */
export function togetherBy({ source, event }: Delivery): string | null {
  return event.type === 'ticket.escalated' ? source : null
}

/** What is told of one ticket counts in the order in which it came. */
export function inOrderBy({ source, event }: Delivery): string {
  return JSON.stringify([source, event.data.ticket.id])
}

/**
 * Applies ticket events of one source, each once per delivery id, in one transaction: when this returns they are kept,
 * whatever happens to the process. Returns what to tell the sender of each.
 */
export async function receive(
  store: Store,
  deliveries: readonly [Delivery, ...Delivery[]],
  now: Date,
): Promise<Receipt[]> {
  const receipts = await store.db.transaction(async (tx) => {
    const firsts = firstBy(deliveries, keyOf)
    const before = await receiveEach(tx, [...firsts.keys()], now)
    const fresh = [...firsts].filter(([key]) => !before.has(key))
    const receipts = await applyAll(tx, store, new Map(fresh), now)
    if (fresh.length > 0) await rememberAnswers(tx, receipts)
    return answersTo(deliveries.map(keyOf), receipts, before)
  })
  store.committed()
  return receipts
}

/** The first of each, in the order in which they came. */
function firstBy<Of>(all: readonly Of[], keyFor: (one: Of) => string): Map<string, Of> {
  return new Map([...Map.groupBy(all, keyFor)].map(([key, [first]]) => [key, first!]))
}

/** The same delivery may be there twice: one of them is the first. */
function answersTo(
  keys: readonly string[],
  receipts: ReadonlyMap<string, Receipt>,
  before: ReadonlyMap<string, Record<string, unknown> | null>,
): Receipt[] {
  return keys.map((key, at) => {
    const first = receipts.get(key)
    if (first && keys.indexOf(key) === at) return first
    const known = (first ?? before.get(key))?.['escalation'] as string | null | undefined
    return { escalation: known ?? null, result: 'duplicate' }
  })
}

function keyOf({ source, id }: Delivery): string {
  return `hook:${source}:${shortened(id)}`
}

/** An index takes no key of any length, and the sender's id is theirs to choose. */
function shortened(id: string): string {
  return id.length <= 200 ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`
}

/** Opens what is to be opened, all at once, and applies the others one by one. */
async function applyAll(
  tx: Tx,
  store: Store,
  fresh: ReadonlyMap<string, Delivery>,
  now: Date,
): Promise<Map<string, Receipt>> {
  const opened = await openAll(tx, store, fresh, now)
  const numberOf = ([key]: [string, Delivery]) => opened.get(key)?.escalation.id ?? 0
  const receipts = new Map<string, Receipt>()
  // Everybody locks escalations in this order.
  for (const [key, delivery] of [...fresh].toSorted((a, b) => numberOf(a) - numberOf(b))) {
    const own = opened.get(key)
    receipts.set(
      key,
      own?.opened ? receipt(own.escalation, 'opened') : await applyEvent(tx, store, delivery, now),
    )
  }
  return receipts
}

/** Opens escalations for the tickets that are escalated. Of two deliveries about the same ticket, the first opens it. */
async function openAll(
  tx: Tx,
  store: Store,
  fresh: ReadonlyMap<string, Delivery>,
  now: Date,
): Promise<Map<string, Opened>> {
  const escalated = [...fresh].filter(([, { event }]) => event.type === 'ticket.escalated')
  const firsts = firstBy(escalated, ([, { event }]) => event.data.ticket.id)
  const openings = [...firsts.values()].map(([, delivery]) => openingOf(store, delivery, now))
  const opened = await openMany(tx, store.book, openings, now)
  return new Map(
    escalated.map(([key, { event }]) => {
      const [first] = firsts.get(event.data.ticket.id)!
      const one = opened.get(event.data.ticket.id)!
      return [key, { ...one, opened: one.opened && first === key }]
    }),
  )
}

function openingOf(store: Store, { source, event }: Delivery, now: Date): Opening {
  const ticket = ticketOf(store, event)
  const { subject, tags, severity, customer } = ticket
  const ruled = chooseRule(store.book.live, { source, subject, tags, severity, plan: customer?.plan })
  return { source, ticket, by: source, ...ruled, askedAt: toldAt(event, now) }
}

async function applyEvent(tx: Tx, store: Store, { source, event }: Delivery, now: Date): Promise<Receipt> {
  const ticket = ticketOf(store, event)
  const act = (escalation: Escalation | null, verb: Verb, result: ReceiveResult) =>
    applyVerb(tx, store, escalation, verb, result, source, now)
  const current = () => openFor(tx, source, ticket.id)
  const at = toldAt(event, now)
  switch (event.type) {
    case 'ticket.escalated':
      return act(await current(), updateTicket(ticket, true, at), 'updated')
    case 'ticket.updated':
      return refresh(tx, store, source, ticket, now)
    case 'ticket.replied':
      return act(await current(), tellCustomer(lastReply(ticket), null), 'updated')
    case 'ticket.waiting':
      return act(await current(), unlessOvertaken(at, waitForCustomer), 'updated')
    case 'ticket.solved':
      return act(await current(), unlessOvertaken(at, resolve(null)), 'resolved')
    case 'ticket.reopened': {
      const open = await current()
      if (open) return act(open, updateTicket(ticket, false, at), 'updated')
      const last = await latestFor(tx, source, ticket.id)
      return act(last, reopen('the ticket was reopened', at), 'reopened')
    }
  }
}

/**
 * When it happened, by the source's clock: a repeat carries the same. What claims to be of the future counts as not told, or
 * it would outdo all that follows.
 */
function toldAt({ timestamp }: TicketEvent, now: Date): Date | null {
  const at = timestamp === undefined ? null : new Date(timestamp)
  return at && at <= addMs(now, toleranceMs) ? at : null
}

/** News of the ticket. One that is open again while we waited for the customer ends the waiting. */
async function refresh(tx: Tx, store: Store, source: string, ticket: Ticket, now: Date): Promise<Receipt> {
  const escalation = await openFor(tx, source, ticket.id)
  const updated = await applyVerb(tx, store, escalation, updateTicket(ticket, false), 'updated', source, now)
  if (escalation?.waitingSince && ticket.status?.toLowerCase() === 'open')
    await applyVerb(tx, store, escalation, resume, 'updated', source, now)
  return updated
}

/** A verb in the source's name; what it refuses (already so, or nothing open) is ignored, for the source owns the ticket. */
async function applyVerb(
  tx: Tx,
  store: Store,
  escalation: Escalation | null,
  verb: Verb,
  result: ReceiveResult,
  source: string,
  now: Date,
): Promise<Receipt> {
  if (!escalation) return { escalation: null, result: 'ignored' }
  const done = await changeIn(tx, store.book, escalation.id, now, (current, terms) =>
    verb(current, terms, { by: source, seen: null }, now),
  )
  return receipt(escalation, done.kind === 'changed' ? result : 'ignored')
}

function receipt({ id }: Escalation, result: ReceiveResult): Receipt {
  return { escalation: `E-${id}`, result }
}

/** The ticket, with its severity spelled as the policy spells it. */
function ticketOf({ book }: Store, { data: { ticket } }: TicketEvent): Ticket {
  const severity = severityNamed(book.live, ticket.severity)
  return severity ? { ...ticket, severity } : ticket
}

/** What the customer was last told, as far as the transcript shows it. */
function lastReply(ticket: Ticket): string {
  const line = ticket.transcript?.findLast(({ from }) => from !== 'customer')
  return line?.text ?? 'A public reply was sent from the ticket.'
}
