import type { Actor } from '../../domain/escalation.ts'
import { chooseRule } from '../../domain/policy.ts'
import { ownId, Ticket } from '../../domain/ticket.ts'
import type { TranscriptLine } from '../../domain/ticket.ts'
import { updateTicket } from '../../domain/verbs.ts'
import type { MayCommit } from '../../store/escalations.ts'
import { changeIn } from '../../store/escalations.ts'
import { openIn } from '../../store/openings.ts'
import { receiveOnce, rememberAnswers } from '../../store/inbox.ts'
import { storable } from '../../store/json.ts'
import type { Origin } from '../buttons.ts'
import { describe } from '../log.ts'
import type { EscalateForm } from '../views/escalate-modal.ts'
import { names } from '../names.ts'
import { within } from '../receivers/within.ts'
import type { Listening } from './listening.ts'
import { unescaped } from './commands.ts'

/** Tickets that people bring from Slack have no other source. */
const source = 'slack'
/** How much of a thread goes along with the escalation. */
const transcriptLines = 50
/** The thread is worth this much waiting, and no more: the form has to be answered. */
const threadWithinMs = 1200

/** What became of a submitted form. */
export type Escalated = { id: number; already: boolean }

/** One submission of the form, by the view it was made in: Slack may hand it over twice. */
export type Submission = { view: string; by: Actor; form: EscalateForm; origin: Origin }

/** Opens the escalation that a form describes, once; when this returns it is kept, whatever happens to the process. */
export async function escalate(
  listening: Listening,
  submission: Submission,
  mayCommit: MayCommit,
): Promise<Escalated> {
  const { store, clock } = listening
  const now = clock.now()
  const ticket = await ticketOf(listening, submission, now)
  const key = `form:${submission.view}`
  const escalated = await store.db.transaction(async (tx) => {
    const before = await receiveOnce(tx, key, now)
    if (before?.answer) return before.answer as Escalated
    const { severity } = submission.form
    const { policy, severity: ruled } = chooseRule(store.book.live, {
      source,
      subject: ticket.subject,
      severity,
    })
    const opening = { source, ticket, by: submission.by, policy, severity: ruled }
    const { opened, escalation } = await openIn(tx, store.book, opening, now)
    if (!opened)
      await changeIn(tx, store.book, escalation.id, now, (current, terms) =>
        updateTicket(ticket, true)(current, terms, { by: submission.by, seen: null }, now),
      )
    const answer = { id: escalation.id, already: !opened }
    await rememberAnswers(tx, new Map([[key, answer]]))
    mayCommit()
    return answer
  })
  store.committed()
  return escalated
}

async function ticketOf(
  listening: Listening,
  { view, form, origin }: Submission,
  now: Date,
): Promise<Ticket> {
  const { ticket, summary, customer, severity, tried } = form
  const thread =
    origin.channel && origin.message ? { channel: origin.channel, ts: origin.thread ?? origin.message } : null
  const transcript = thread ? await transcriptOf(listening, thread, now) : []
  const told = {
    id: ticket?.id ?? ownId(thread ? `${thread.channel}:${thread.ts}` : view),
    url: ticket?.url ?? origin.link,
    subject: summary,
    severity,
    customer: { name: customer },
    ...(tried && { tried }),
    ...(transcript.length > 0 && { transcript }),
  }
  return Ticket.parse(storable(told))
}

type Thread = { channel: string; ts: string }

/** What was said in the thread. Without it, or when it takes too long, the escalation goes out all the same. */
async function transcriptOf(listening: Listening, thread: Thread, now: Date): Promise<TranscriptLine[]> {
  const read = readThread(listening, thread, now).catch((error: unknown) => {
    listening.log.warn(
      { err: describe(error), channel: thread.channel },
      'the thread could not be read; the escalation goes out without it',
    )
    return []
  })
  return within(read, threadWithinMs, [])
}

async function readThread(
  { reads, directory }: Listening,
  { channel, ts }: Thread,
  now: Date,
): Promise<TranscriptLine[]> {
  const { messages = [] } = await reads.conversations.replies({ channel, ts, limit: transcriptLines })
  const people = messages.map(({ user }) => user ?? null)
  const known = await names(directory, people, now)
  return messages.map(({ user, text = '', ts: at = '0' }) => ({
    from: 'colleague',
    ...(user && { name: known.get(user) ?? user }),
    at: new Date(Number(at) * 1000).toISOString(),
    text: unescaped(text),
  }))
}
