import { createHash } from 'node:crypto'
import type { Escalation } from '../domain/escalation.ts'
import { chooseRule, severityNamed } from '../domain/policy.ts'
import type { PolicyDocument } from '../domain/policy.ts'
import type { Ticket, TicketEvent } from '../domain/ticket.ts'
import type { Verb } from '../domain/verbs.ts'
import { reopen, resolve, resume, tellCustomer, updateTicket, waitForCustomer } from '../domain/verbs.ts'
import type { Tx } from '../store/database.ts'
import type { Store } from '../store/escalations.ts'
import { changeIn, latestFor, openFor, openIn } from '../store/escalations.ts'
import { receiveOnce, rememberAnswer } from '../store/inbox.ts'

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

/**
 * Applies a ticket event, once per delivery id, in one transaction: when this returns it is kept, whatever happens to
 * the process.
 */
export async function receive(
  store: Store,
  source: string,
  id: string,
  event: TicketEvent,
  now: Date,
): Promise<Receipt> {
  const receipt = await store.db.transaction(async (tx) => {
    const key = `hook:${source}:${shortened(id)}`
    const before = await receiveOnce(tx, key, now)
    if (before)
      return {
        escalation: (before.answer?.['escalation'] ?? null) as string | null,
        result: 'duplicate' as const,
      }
    const fresh = await applyEvent(tx, store, source, event, now)
    await rememberAnswer(tx, key, fresh)
    return fresh
  })
  store.committed()
  return receipt
}

/** An index takes no key of any length, and the sender's id is theirs to choose. */
function shortened(id: string): string {
  return id.length <= 200 ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`
}

async function applyEvent(
  tx: Tx,
  store: Store,
  source: string,
  event: TicketEvent,
  now: Date,
): Promise<Receipt> {
  const ticket = withKnownSeverity(event.data.ticket, store.book.live)
  const act = (escalation: Escalation | null, verb: Verb, result: ReceiveResult) =>
    applyVerb(tx, store, escalation, verb, result, source, now)
  const current = () => openFor(tx, source, ticket.id)
  switch (event.type) {
    case 'ticket.escalated':
      return escalate(tx, store, source, ticket, now)
    case 'ticket.updated':
      return refresh(tx, store, source, ticket, now)
    case 'ticket.replied':
      return act(await current(), tellCustomer(lastReply(ticket), null), 'updated')
    case 'ticket.waiting':
      return act(await current(), waitForCustomer, 'updated')
    case 'ticket.solved':
      return act(await current(), resolve(null), 'resolved')
    case 'ticket.reopened':
      return act(await latestFor(tx, source, ticket.id), reopen('the ticket was reopened'), 'reopened')
  }
}

async function escalate(tx: Tx, store: Store, source: string, ticket: Ticket, now: Date): Promise<Receipt> {
  const { subject, tags, severity: told } = ticket
  const facts = { source, subject, tags, severity: told, plan: ticket.customer?.plan }
  const { policy, severity } = chooseRule(store.book.live, facts)
  const { opened, escalation } = await openIn(
    tx,
    store.book,
    { source, ticket, by: source, policy, severity },
    now,
  )
  if (opened) return receipt(escalation, 'opened')
  return applyVerb(tx, store, escalation, updateTicket(ticket, true), 'updated', source, now)
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

function withKnownSeverity(ticket: Ticket, policy: PolicyDocument): Ticket {
  const severity = severityNamed(policy, ticket.severity)
  return severity ? { ...ticket, severity } : ticket
}

/** What the customer was last told, as far as the transcript shows it. */
function lastReply(ticket: Ticket): string {
  const line = ticket.transcript?.findLast(({ from }) => from !== 'customer')
  return line?.text ?? 'A public reply was sent from the ticket.'
}
