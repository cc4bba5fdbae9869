import type { KnownBlock } from '@slack/types'
import type { DigestData, DigestRow, Fact, Section, Tally } from '../../domain/digest.ts'
import { isAllClear, sectionsOf } from '../../domain/digest.ts'
import type { Actor } from '../../domain/escalation.ts'
import { spelled } from '../../domain/spelled.ts'
import { numberOf } from '../../domain/ticket.ts'
import { context, header, inline, limits, linked, message, section, when } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import { isAddress } from './words.ts'

/** A digest, and the display names of the owners in it. */
export type DigestScene = { data: DigestData; names: ReadonlyMap<Actor, string> }

/** The summary of a period: the answer first, then the rows behind it. Nobody is mentioned. */
export function digestView({ data, names }: DigestScene): Message {
  const sections = sectionsOf(data)
  const since = `since ${when(data.from)}`
  if (isAllClear(sections)) {
    const clear = `All clear ${since}: ${sentence(sections)}. ${openCount(sections)}.`
    return message(`Digest: ${clear}`, [header('Digest: all clear'), section(clear)])
  }
  const summary = sections
    .filter(({ total }) => total > 0)
    .map(({ title, total }) => `${title}: ${total}`)
    .join(' · ')
  const drawn = sections.flatMap((one) => drawSection(one, names)).slice(0, limits.messageBlocks - 3)
  const well = sentence(sections.filter(({ total }) => total === 0))
  return message(`Digest ${since} · ${summary}`, [
    header('Digest'),
    section(`*${summary}*`),
    ...drawn,
    context(`What broke ${since} until ${when(data.to)}.${well && ` What is well: ${well}.`}`),
  ])
}

/** Silence never means failure: what was looked at and found to be well. */
function sentence(sections: readonly Section[]): string {
  return sections
    .map(({ clear }) => clear)
    .filter((clear) => clear !== null)
    .join(', ')
}

function openCount(sections: readonly Section[]): string {
  const total = sections.find(({ clear }) => clear === null)?.total ?? 0
  if (total === 0) return 'No escalation is open'
  return total === 1 ? '1 escalation is open' : `${total} escalations are open`
}

function drawSection(one: Section, names: DigestScene['names']): KnownBlock[] {
  if (one.total === 0) return []
  const { title, total, facts, tallies, rows } = one
  const hidden = total - rows.length
  return packed([
    [`*${title}* · ${total}`, ...facts.map(shownFact)].join(' · '),
    ...shownTallies(tallies),
    ...rows.map(({ row, facts }) => shownRow(row, facts, names)),
    ...(rows.length > 0 && hidden > 0 ? [`_and ${hidden} more_`] : []),
  ]).map((text) => section(text))
}

/** As many lines to a block as fit; a line is never cut in two. */
function packed(lines: readonly string[]): string[] {
  const texts: string[] = []
  for (const line of lines) {
    const last = texts.at(-1)
    const fits = last !== undefined && last.length + line.length + 1 <= limits.text
    if (fits) texts[texts.length - 1] = `${last}\n${line}`
    else texts.push(line)
  }
  return texts
}

/** More names than these tell a manager nothing. */
const talliesShown = 15

function shownTallies(tallies: readonly Tally[]): string[] {
  const hidden = tallies.length - talliesShown
  const lines = tallies.slice(0, talliesShown).map(shownTally)
  return hidden > 0 ? [...lines, `_and ${hidden} more_`] : lines
}

function shownTally({ by, parts }: Tally): string {
  const hidden = parts.slice(talliesShown).reduce((sum, [, count]) => sum + count, 0)
  const shown = parts.slice(0, talliesShown).map(([name, count]) => `${inline(name, 50)} ${count}`)
  return `${inline(by, 50)}: ${[...shown, ...(hidden > 0 ? [`others ${hidden}`] : [])].join(', ')}`
}

/** A longer address would crowd out the rows. */
const urlAtMost = 400

function shownRow(row: DigestRow, facts: readonly Fact[], names: DigestScene['names']): string {
  const which = `${ticketOf(row)} ${inline(row.subject, 100)}`.trim()
  const what = `• *E-${row.escalation}* ${inline(row.severity, 50)} · ${which}`
  return [what, customerOf(row), ownerOf(row, names), facts.map(shownFact).join(', ')]
    .filter(Boolean)
    .join(' · ')
}

/** By its number. One without was escalated in Slack, maybe from a message; one that is only an address is just that. */
function ticketOf({ ticket, url }: DigestRow): string {
  const address = url && url.length <= urlAtMost ? url : null
  const number = isAddress(ticket) && address !== null ? 'Ticket' : numberOf({ id: ticket })
  return number === null && address === null ? '' : linked(address, number ?? 'Message')
}

function customerOf({ customer, plan }: DigestRow): string {
  const name = inline(customer, 80)
  return name && plan ? `${name} (${inline(plan, 40)})` : name
}

function ownerOf({ owner }: DigestRow, names: DigestScene['names']): string {
  return owner ? `owner ${inline(names.get(owner) ?? owner, 60)}` : 'no owner'
}

function shownFact({ label, at, ms }: Fact): string {
  return [label, at && when(at), ms !== undefined && spelled(ms)].filter(Boolean).join(' ')
}
