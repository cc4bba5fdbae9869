import { isObsolete } from '../../domain/obsolete.ts'
import { clamp, header, inline, limits, linked, message, section, utc, when } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import { button } from '../buttons.ts'
import { concern } from './direct.ts'
import { askWords, whyPaged } from './page-words.ts'
import type { DirectNotice, PageNotice, Scene } from './scene.ts'
import { answerBy, currentTier, headline } from './state.ts'
import { called, cardLink, customerOf, drawn, mentions, named } from './words.ts'
import { sentences, severityMark, subjectOf, tierName } from './words.ts'

/** One page, or one direct message that pages, among those that went out together. */
export type SummaryLine = { scene: Scene; notice: PageNotice | DirectNotice }

/** A storm may ask more people than a page does, and each has to be notified of what is theirs. */
const mentionsMost = 100

/**
 * Many pages in one message, in the order given: the mention of whom they ask once, and a line for each with a button of
 * its own. It is edited as a card is: a line whose page is over says what became of it.
 */
export function summary(lines: readonly SummaryLine[]): Message {
  const open = new Set(lines.filter(isOpen).map(({ scene }) => scene.escalation.id))
  const title = titleOf(open.size, lines)
  const people = peopleIn(lines)
  const first = sentences(`${title}.`, people && `${people}.`)
  return message(`${first} ${rowsIn(lines, limits.messageText - first.length - 1)}`, [
    header(title),
    people ? section(people) : null,
    ...lines.map((line) => lineBlock(line, lines.length)),
  ])
}

function titleOf(open: number, lines: readonly SummaryLine[]): string {
  if (open === 0) return 'Nothing is asked here any more'
  const whom = lines.some(({ notice }) => notice.kind === 'direct') ? 'you' : 'somebody'
  return `${open} ${open === 1 ? 'escalation needs' : 'escalations need'} ${whom}`
}

/** The page still asks for something. */
function isOpen({ scene, notice }: SummaryLine): boolean {
  return !isObsolete(notice, scene.escalation)
}

/** Everybody whom one of these pages asks, once. */
function peopleIn(lines: readonly SummaryLine[]): string | null {
  const ids = lines.flatMap(({ notice }) => (notice.kind === 'page' ? notice.mention : []))
  return ids.length > 0 ? `Asked here: ${mentions([...new Set(ids)], mentionsMost)}` : null
}

/** With few lines there is room for more of each. */
function lineBlock(line: SummaryLine, count: number) {
  const { scene, notice } = line
  const { escalation } = scene
  const { state } = escalation
  const name = linked(
    cardLink(scene, notice.kind === 'page' ? notice.number : notice.page),
    called(escalation),
  )
  const most = count > 12 ? { customer: 50, subject: 100 } : { customer: 120, subject: 300 }
  const customer = clamp(customerOf(escalation.ticket), most.customer)
  const first = `${severityMark(scene)} · *${name}* · ${customer}`
  const takes = isOpen(line) && (state === 'paging' || state === 'unanswered')
  const press = takes
    ? button('acknowledge', drawn(escalation), `Acknowledge ${called(escalation)}`)
    : undefined
  return section(`${first}\n${subjectOf(escalation.ticket, most.subject)}\n${standing(line)}`, press)
}

/** What is asked, without the mentions, which stand above once; or what became of it. */
function standing(line: SummaryLine): string {
  const { scene, notice } = line
  if (notice.kind === 'direct') return concern(scene, notice)
  if (!isOpen(line)) return headline(scene, false)
  return sentences(whyPaged(scene, notice), askWords(scene, { ...notice, mention: [] }))
}

/** How much of a customer and a subject the text has room for: as much as fits, and the same for every line. */
const cuts = [200, 120, 80, 60, 45, 35, 25, 18, 12]

/** With more headings than this they are short, and their times are: a date in each reader's own zone takes 70 characters. */
const headingsMost = 8

/** Every line in the message's text, which notifications show: neighbours that ask the same stand under one heading. */
function rowsIn(lines: readonly SummaryLine[], room: number): string {
  const whole = runsOf(lines, asked)
  const runs = whole.length > headingsMost ? runsOf(lines, askedShortly) : whole
  const texts = cuts.map((most) =>
    runs.map(({ what, among }) => `${what}: ${among.map((line) => brief(line, most)).join('; ')}.`).join(' '),
  )
  return texts.find((text) => text.length <= room) ?? clamp(texts.at(-1) ?? '', room)
}

type Run = { what: string; among: SummaryLine[] }

function runsOf(lines: readonly SummaryLine[], heading: (line: SummaryLine) => string): Run[] {
  const runs: Run[] = []
  for (const line of lines) {
    const what = isOpen(line) ? heading(line) : outcome(line.scene)
    const last = runs.at(-1)
    if (last?.what === what) last.among.push(line)
    else runs.push({ what, among: [line] })
  }
  return runs
}

/** `frontline is asked to acknowledge by …`. */
function asked({ scene, notice }: SummaryLine): string {
  const who = notice.kind === 'direct' ? 'You are' : `${clamp(tierName(notice.tier), 40)} is`
  if (isRaise(notice)) return `${who} asked to see to what was missed now`
  const by = answerBy(scene)
  return `${who} asked to acknowledge ${by ? `by ${when(by)}` : 'now'}`
}

/** `frontline, by 2026-06-01 08:15 UTC`. */
function askedShortly({ scene, notice }: SummaryLine): string {
  const who = notice.kind === 'direct' ? 'you' : clamp(tierName(notice.tier), 20)
  const by = isRaise(notice) ? null : answerBy(scene)
  return `${who}, ${by ? `by ${utc(by)}` : 'now'}`
}

function isRaise(notice: SummaryLine['notice']): boolean {
  return notice.kind === 'direct' ? notice.about === 'raised' : notice.reason === 'missed_promise'
}

function outcome(scene: Scene): string {
  const { escalation, names } = scene
  switch (escalation.state) {
    case 'acknowledged':
      return `Acknowledged by ${named(names, escalation.owner)}`
    case 'resolved':
      return `Resolved by ${named(names, escalation.resolvedBy)}`
    case 'paging':
      return `${currentTier(scene)} has been asked`
    case 'unanswered':
      return 'Nobody answered'
  }
}

function brief({ scene: { escalation } }: SummaryLine, most: number): string {
  const { severity, ticket } = escalation
  const customer = clamp(customerOf(ticket), Math.max(12, Math.floor(most / 2)))
  return `${called(escalation)} ${inline(severity, 20)}, ${customer}: ${subjectOf(ticket, most)}`
}
