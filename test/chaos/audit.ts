import type { State } from '#domain/escalation.ts'
import { textOf } from '../../sandbox/reading.ts'
import { isInSlack } from './evidence.ts'
import type { CardRow, Delivered, EscalationRow, Evidence, NoticeRow } from './evidence.ts'

/** What is true of a scenario once quiet has returned. */
export type Verdict = {
  escalations: number
  /** Pages that were decided and that somebody still needed, in channels and as direct messages. */
  pages: number
  /** Of those, how many reached everybody they ask. */
  notified: number
  /** Messages that came more than once. */
  doubled: number
  /** From the decision to the message, of the page that took longest, in milliseconds. */
  longestWaitMs: number
  deadlocks: number
  /** Sentences about what is not as it must be; none when all is well. */
  problems: string[]
}

/** What a scenario does to the world that excuses what would else be a problem. */
export type Excuses = {
  /** Slack was away for longer than a tier waits: a page may give way to the next one. */
  mayGiveWay?: boolean
}

/**
 * Holds what Slack shows against what Belay owes: every page reached everybody it asks, once; nothing is left half done;
 * whatever is open will be looked at again; and every card tells the truth.
 */
export function audit(evidence: Evidence, excuses: Excuses = {}): Verdict {
  const told = tellingsOf(evidence)
  const pages = evidence.notices.filter((notice) => asks(notice) && notice.state !== 'dropped')
  const sent = evidence.notices.filter(({ state }) => state === 'sent')
  const extra = sent.map((notice) => Math.max(0, told(notice).length - 1))
  return {
    escalations: evidence.escalations.length,
    pages: pages.length,
    notified: pages.filter((page) => hasReachedAll(page, told(page), evidence)).length,
    doubled: extra.reduce((sum, more) => sum + more, 0),
    longestWaitMs: Math.max(
      0,
      ...pages.flatMap((page) => told(page).map((message) => waited(page, message))),
    ),
    deadlocks: evidence.deadlocks,
    problems: [
      ...promisesOf(evidence),
      ...decisionsOf(evidence),
      ...evidence.notices.flatMap((notice) => noticeProblems(notice, told(notice), evidence, excuses)),
      ...strangersIn(evidence),
      ...repeatsIn(evidence),
      ...evidence.escalations.flatMap((escalation) => clockProblems(escalation, evidence.now)),
      ...evidence.cards.flatMap((card) => cardProblems(card, evidence)),
      ...evidence.unhandled.map((key) => `${key} came in and was not handled`),
    ],
  }
}

/** The messages that told of a notice: those with its own id, or with that of the summary it went out in. */
type Told = (notice: NoticeRow) => Delivered[]

function tellingsOf({ messages }: Evidence): Told {
  const byDelivery = Map.groupBy(messages, ({ delivery }) => delivery)
  return (notice) => idsOf(notice).flatMap((id) => byDelivery.get(id) ?? [])
}

function idsOf(notice: NoticeRow): string[] {
  const { summary } = notice as { summary?: string | null }
  return summary && summary !== notice.id ? [notice.id, summary] : [notice.id]
}

/** Pages, and the direct messages that page. Everything else only informs. */
function asks({ notice }: NoticeRow): boolean {
  return notice.kind === 'page' || (notice.kind === 'direct' && /^(asked|raised)$/.test(notice.about))
}

function waited(page: NoticeRow, { ts }: Delivered): number {
  return Number(ts) * 1000 - page.createdAt.getTime()
}

/** Everybody whom this page asks had their phone lit up by it. What can never arrive is told to the fallback instead. */
function hasReachedAll(page: NoticeRow, told: Delivered[], { ledger, notices }: Evidence): boolean {
  if (page.state === 'failed') return insteadOf(page, notices).some(({ state }) => state === 'sent')
  const lit = new Set(
    ledger
      .filter(({ channel, ts }) => told.some((one) => one.channel === channel && one.ts === ts))
      .map(({ user }) => user),
  )
  return told.length > 0 && askedBy(page).every((person) => lit.has(person))
}

function askedBy({ notice }: NoticeRow): string[] {
  if (notice.kind === 'direct') return [notice.user]
  return notice.kind === 'page' ? notice.mention : []
}

/**
 * What stands in for a page that can never arrive: the pages that told the fallback of it. For a direct message that pages,
 * its page in the channel, or what stands in for that; one that only informs is not missed.
 */
function insteadOf(page: NoticeRow, notices: NoticeRow[]): NoticeRow[] {
  if (page.notice.kind === 'direct') return asks(page) ? besides(page, notices) : [{ ...page, state: 'sent' }]
  return notices.filter(
    ({ escalation, notice }) =>
      escalation === page.escalation &&
      notice.kind === 'page' &&
      notice.reason === 'undeliverable' &&
      notice.detail === page.target,
  )
}

function besides({ escalation, notice }: NoticeRow, notices: NoticeRow[]): NoticeRow[] {
  const number = notice.kind === 'direct' ? notice.page : undefined
  return notices
    .filter(({ escalation: about, notice: other }) => {
      const isPage = other.kind === 'page' && other.number === number
      return isPage && about === escalation
    })
    .flatMap((page) => (page.state === 'failed' ? insteadOf(page, notices) : [page]))
}

/** What a ticket system was told is kept, is kept. */
function promisesOf({ promised, escalations }: Evidence): string[] {
  const kept = new Set(escalations.map(({ id }) => `E-${id}`))
  return [...promised]
    .filter((name) => !kept.has(name))
    .map((name) => `${name} was promised and is not there`)
}

/** Every page on the timeline has a notice. */
function decisionsOf({ decided, notices }: Evidence): string[] {
  const ordered = new Set(
    notices.flatMap(({ escalation, notice }) =>
      notice.kind === 'page' ? [`E-${escalation}, page ${notice.number}`] : [],
    ),
  )
  return decided
    .map(({ escalation, event }) => `E-${escalation}, page ${event.number}`)
    .filter((page) => !ordered.has(page))
    .map((page) => `${page} was decided and never ordered`)
}

function noticeProblems(
  notice: NoticeRow,
  told: Delivered[],
  evidence: Evidence,
  excuses: Excuses,
): string[] {
  const what = `${notice.key} (${notice.state}, ${notice.attempts} attempts, ${notice.error ?? 'no error'})`
  const seen = told.length
  switch (notice.state) {
    case 'pending':
    case 'sending':
    case 'unsure':
      return [`${what} is left half done`]
    case 'sent':
      if (!isInSlack(notice)) return beyondProblems(notice, evidence)
      if (seen !== 1) return [`${what} was told ${seen} times`]
      return asks(notice) && !hasReachedAll(notice, told, evidence) ? [`${what} did not reach everybody`] : []
    case 'dropped':
      return seen > 0 || (asks(notice) && !mayBeDropped(notice, evidence, excuses))
        ? [`${what} was dropped, and told ${seen} times`]
        : []
    case 'failed':
      return seen > 0 || !hasReachedAll(notice, told, evidence)
        ? [`${what} failed, and was told ${seen} times`]
        : []
  }
}

/** It was told beyond Slack at least once, and whoever heard it again can tell. */
function beyondProblems(notice: NoticeRow, { beyond }: Evidence): string[] {
  const name = new RegExp(`\\bE-${notice.escalation}\\b`)
  const told =
    notice.kind === 'webhook'
      ? beyond.requests.filter(({ id }) => id === notice.id)
      : beyond.mails.filter(({ to, text }) => to.includes(notice.target) && name.test(text))
  const ids = new Set(told.map(({ id }) => id))
  return ids.size === 1 ? [] : [`${notice.key} was told ${told.length} times, under ${ids.size} ids`]
}

/**
 * A direct message is not needed any more when its tier's time is over: its person was asked in the channel. A page is
 * not when a later one arrived in its place.
 */
function mayBeDropped(
  { escalation, notice }: NoticeRow,
  { notices }: Evidence,
  { mayGiveWay }: Excuses,
): boolean {
  const arrived = notices.flatMap(({ escalation: other, state, notice: page }) =>
    other === escalation && state === 'sent' && page.kind === 'page' ? [page.number] : [],
  )
  const number = notice.kind === 'page' ? notice.number : notice.kind === 'direct' ? (notice.page ?? 0) : 0
  if (notice.kind === 'direct' && arrived.includes(number)) return true
  return mayGiveWay === true && arrived.some((later) => later > number)
}

/** Nobody's phone was lit up by a message of ours that nothing ordered. */
function strangersIn({ messages, notices }: Evidence): string[] {
  const ordered = new Set(notices.flatMap(idsOf))
  return messages
    .filter(({ delivery }) => !ordered.has(delivery))
    .map(({ channel, text }) => `nothing ordered this in ${channel}: ${text}`)
}

/** No summary lists an escalation twice. */
function repeatsIn({ messages, notices }: Evidence): string[] {
  const summaries = new Set(notices.flatMap((notice) => idsOf(notice).slice(1)))
  return messages
    .filter(({ delivery }) => summaries.has(delivery))
    .map(({ text }) => text.match(/\bE-\d+\b/g) ?? [])
    .filter((names) => new Set(names).size < names.length)
    .map((names) => `a summary lists one twice: ${names.join(', ')}`)
}

function clockProblems({ id, state, wakeAt, quarantine }: EscalationRow, now: Date): string[] {
  if (quarantine) return [`E-${id} is in quarantine: ${quarantine}`]
  if (state === 'resolved') return wakeAt ? [`E-${id} is resolved and would still be woken`] : []
  return wakeAt && wakeAt > now ? [] : [`E-${id} is open and nothing will wake it (${wakeAt?.toISOString()})`]
}

const headlines: Record<State, string> = {
  paging: 'Nobody has it yet.',
  acknowledged: 'Acknowledged by',
  unanswered: 'Nobody answered after',
  resolved: 'Resolved by',
}

/** A live card shows its escalation's newest version and true state: in the database, and to whoever looks at it. */
function cardProblems(card: CardRow, { escalations, messages }: Evidence): string[] {
  const escalation = escalations.find(({ id }) => id === card.escalation)
  if (card.lost !== null || !escalation) return []
  const what = `the ${card.shape} of E-${card.escalation} in ${card.channel}`
  if (card.applied < escalation.version)
    return [`${what} is behind: ${card.applied} of ${escalation.version}`]
  const message = messages.find(({ channel, ts }) => channel === card.channel && ts === card.ts)
  if (!message) return [`${what} is not there`]
  if (card.shape !== 'card') return []
  const drawn = [...JSON.stringify(message.blocks).matchAll(/\\"v\\":(\d+)/g)].map(([, turn]) => Number(turn))
  return [
    ...(drawn.every((turn) => turn === escalation.turn) ? [] : [`${what} has old buttons: ${drawn.join()}`]),
    ...(textOf(message).includes(headlines[escalation.state])
      ? []
      : [`${what} does not say ${escalation.state}`]),
  ]
}
