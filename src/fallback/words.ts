import type { Cause } from '../domain/beyond.ts'
import type { Escalation } from '../domain/escalation.ts'
import { shownTime } from '../domain/shown-time.ts'
import { numberOf } from '../domain/ticket.ts'
import type { TimeZone } from '../domain/time.ts'

/** Who was asked by one page, by name, and when. `tier` is null for the fallback. */
export type AskedThen = { at: Date; tier: string | null; channel: string; people: string[] }

/** Why somebody beyond Slack is told, and of what. */
export type Alert = { cause: Cause; escalation: Escalation }

/** An alert with everything that whoever reads it without Slack may need. `card`: its address in Slack, if known. */
export type Facts = Alert & { asked: AskedThen[]; card: string | null }

export type AlertType =
  | 'escalation.unanswered'
  | 'escalation.undeliverable'
  | 'escalation.nobody'
  | 'escalation.quarantined'
  | 'page.late'

/** What a receiver can tell alerts apart by. */
export function typeOf({ isLate, reason }: Cause): AlertType {
  if (isLate) return 'page.late'
  const isNamed = reason === 'unanswered' || reason === 'nobody' || reason === 'quarantined'
  return isNamed ? `escalation.${reason}` : 'escalation.undeliverable'
}

/** Why this goes out, as a sentence. */
export function reasonOf(cause: Cause): string {
  const { tier, channel, detail } = cause
  switch (typeOf(cause)) {
    case 'page.late':
      return `Slack has not taken the page to ${tier === null ? 'the fallback' : `tier ${tier}`} (channel ${channel}) for a minute.`
    case 'escalation.unanswered':
      return 'Everybody was asked, and nobody has acknowledged it.'
    case 'escalation.undeliverable':
      return `A page to channel ${detail ?? channel} could not be delivered.`
    case 'escalation.nobody':
      return `Nobody is on call in ${detail ?? 'a tier'}, so nobody was asked there.`
    case 'escalation.quarantined':
      return `It can't be decided, and nobody more is asked until an administrator releases it: ${oneLine(detail, 500)}`
  }
}

const endings: Record<AlertType, (name: string) => string> = {
  'page.late': (name) => `the page of ${name} is late`,
  'escalation.unanswered': (name) => `${name} is unanswered`,
  'escalation.undeliverable': (name) => `a page of ${name} could not be delivered`,
  'escalation.nobody': (name) => `nobody is on call for ${name}`,
  'escalation.quarantined': (name) => `${name} is left alone by the clock`,
}

/** An e-mail in plain text. The subject is one line, whatever a ticket says. */
export type Email = { subject: string; text: string }

/** An e-mail about one escalation. */
export function emailOf({ cause, escalation, asked, card }: Facts, zone: TimeZone): Email {
  const { id, severity, ticket } = escalation
  const rows = [
    ['Severity', oneLine(severity, 50)],
    ['Customer', customerOf(escalation)],
    ['Summary', oneLine(ticket.subject, 500)],
    ['Acknowledge', acknowledgeBy(escalation, zone)],
    ['Ticket', ticketOf(escalation)],
    ['Card', card ?? ''],
  ]
  const text = [
    `E-${id}: ${reasonOf(cause)}`,
    '',
    ...rows.filter(([, value]) => value).map(([label, value]) => `${`${label}:`.padEnd(13)}${value}`),
    '',
    'Who was asked',
    ...asked.map((page) => `  ${askedLine(page, zone)}`),
    '',
    'What to do: acknowledge it on its card in Slack, or find somebody who can.',
    'When Slack is away, see to the ticket itself; Belay goes on when Slack is back.',
    ...ending,
  ]
  return { subject: `${headOf(escalation)} - ${endings[typeOf(cause)](`E-${id}`)}`, text: lines(text) }
}

/** One e-mail in the place of many, the worst first as they are given. */
export function summaryOf(alerts: readonly Alert[]): Email {
  const [worst] = alerts
  const count = new Set(alerts.map(({ escalation }) => escalation.id)).size
  const what = `${count} ${count === 1 ? 'escalation needs' : 'escalations need'} somebody`
  const text = [
    `${what}, the worst first.`,
    '',
    ...alerts.flatMap(({ cause, escalation }) => [
      `E-${escalation.id} ${headOf(escalation)}`,
      ...[reasonOf(cause), ticketOf(escalation)].filter(Boolean).map((line) => `  ${line}`),
    ]),
    '',
    'What to do: acknowledge them on their cards in Slack, or find somebody who can.',
    'When Slack is away, see to the tickets themselves; Belay goes on when Slack is back.',
    ...ending,
  ]
  return { subject: `${what} - the worst: ${worst ? headOf(worst.escalation) : ''}`, text: lines(text) }
}

const ending = ['', '-- ', "Sent by Belay, because the policy's fallback names this address."]

function lines(text: readonly string[]): string {
  return `${text.join('\n')}\n`
}

/** `[critical] Acme GmbH: Checkout fails`. */
function headOf(escalation: Escalation): string {
  const { severity, ticket } = escalation
  return `[${oneLine(severity, 50)}] ${customerOf(escalation)}: ${oneLine(ticket.subject, 150) || 'no summary'}`
}

/** Of what can't be decided, the promises may be what is broken. */
function acknowledgeBy({ promises }: Escalation, zone: TimeZone): string {
  const { acknowledge } = promises as Partial<Escalation['promises']>
  return acknowledge?.dueAt ? `by ${shownTime(acknowledge.dueAt, zone)} (${zone})` : ''
}

function customerOf({ ticket: { customer } }: Escalation): string {
  return oneLine(customer?.name, 100) || 'customer not named'
}

function ticketOf({ ticket: { id, url } }: Escalation): string {
  const number = numberOf({ id }) === null ? '' : oneLine(id, 100)
  return [number, oneLine(url, 1000)].filter(Boolean).join(', ')
}

function askedLine({ at, tier, channel, people }: AskedThen, zone: TimeZone): string {
  const who = people.map((person) => oneLine(person, 80)).join(', ') || 'whoever reads there'
  return `${shownTime(at, zone)}  ${tier ?? 'the fallback'} (channel ${channel}): ${who}`
}

/** What somebody wrote, on one line: no line end of theirs may start a header, or a line that looks like ours. */
function oneLine(text: string | null | undefined, max: number): string {
  const line = (text ?? '')
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
  return line.length > max ? `${line.slice(0, max - 1).toWellFormed()}…` : line
}
