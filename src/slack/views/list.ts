import type { Escalation } from '../../domain/escalation.ts'
import { promiseNames } from '../../domain/promises.ts'
import type { PromiseName, Promises } from '../../domain/promises.ts'
import { context, inline, linked, message, section, when } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import { overdue, untilLapse } from './state.ts'
import { called, counted, customerOf, listed, promiseLabels, subjectOf } from './words.ts'

/** One open escalation. `owner` is a display name, `link` leads to its card. */
export type ListRow = { escalation: Escalation; owner: string | null; link: string | null }

/** More are not read on a phone. */
const shownRows = 25

/** What is open, to the person who asked. `total`: how many there are, when `rows` are only the first of them. */
export function list(rows: readonly ListRow[], total: number = rows.length): Message {
  if (total === 0) return message('Nothing is open: no escalation waits for anybody.')
  const shown = rows.slice(0, shownRows)
  const count = counted(total, 'open escalation')
  const left = total - shown.length
  const brief = shown.map(({ escalation }) => `${called(escalation)} ${inline(escalation.severity, 30)}`)
  return message(`${count}: ${brief.join(', ')}${left > 0 ? `, and ${left} more` : ''}.`, [
    section(`*${count}*`),
    ...shown.map((row) => section(rowText(row))),
    left > 0 ? context(`And ${left} more. See one with \`/escalate show E-12\`.`) : null,
  ])
}

/** One escalation in two lines: what it is, and who has it until when and what is due. */
export function rowText(row: ListRow): string {
  const { escalation, owner } = row
  return `${rowTitle(row)}\n${standing(escalation, owner)}. ${clocks(escalation)}`
}

/** `E-12 · critical · Acme GmbH (enterprise): Checkout fails`, with the way to its card. */
export function rowTitle({ escalation, link }: Pick<ListRow, 'escalation' | 'link'>): string {
  const { severity, ticket } = escalation
  const name = link ? linked(link, called(escalation)) : called(escalation)
  return `*${name}* · ${inline(severity, 50)} · ${customerOf(ticket)}: ${subjectOf(ticket, 150)}`
}

function standing(escalation: Escalation, owner: string | null): string {
  const { state, waitingSince } = escalation
  const waiting = waitingSince ? ', waiting on the customer' : ''
  if (state === 'acknowledged')
    return `${inline(owner, 80) || 'Somebody'} has it${untilLapse(escalation)}${waiting}`
  return `${state === 'unanswered' ? 'Nobody answered' : 'Nobody has it yet'}${waiting}`
}

/** What was missed, and what is due next. */
export function clocks({ promises }: Escalation): string {
  const missed = overdue({ promises }).map((name) => promiseLabels[name].toLowerCase())
  const next = nextDue(promises)
  const due = next && `${promiseLabels[next.name]} by ${when(next.dueAt)}.`
  return [missed.length > 0 ? `:warning: Missed: ${listed(missed)}.` : null, due].filter(Boolean).join(' ')
}

/** The promise that is due next of those that can still be kept in time. */
function nextDue(promises: Promises): { name: PromiseName; dueAt: Date } | null {
  const running = promiseNames.flatMap((name) => {
    const { dueAt, keptAt, breachedAt } = promises[name]
    return dueAt && !keptAt && !breachedAt ? [{ name, dueAt }] : []
  })
  return running.sort((a, b) => Number(a.dueAt) - Number(b.dueAt))[0] ?? null
}
