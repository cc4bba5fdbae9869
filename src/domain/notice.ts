import { beyondOf } from './beyond.ts'
import type { BeyondNotice } from './beyond.ts'
import { isPerson } from './escalation.ts'
import type {
  Actor,
  Asked,
  Escalation,
  Event,
  EventKind,
  FallbackReason,
  Happened,
  PageReason,
  Way,
} from './escalation.ts'
import type { PromiseName } from './promises.ts'
import type { Terms } from './terms.ts'

/** Why a person gets a direct message. `asked`, `raised`, `handed_off` and `requested` are live: they are refreshed like a card. */
export type DirectAbout =
  | 'asked'
  | 'raised'
  | 'handed_off'
  | 'requested'
  | 'taken'
  | 'taken_over'
  | 'lapsed'
  | 'due_soon'
  | 'missed'
  | 'unanswered'
  | 'resolved'

/** One entry of the timeline, by the version that wrote it and its position there. */
export type EntryRef = { version: number; position: number }

/** `beyond`: those beyond Slack are told of the same at once. */
export type Page = {
  kind: 'page'
  number: number
  channel: string
  tier: string | null
  mention: string[]
  reason: PageReason | FallbackReason
  missed?: PromiseName[]
  detail?: string
  beyond?: Way[]
}

/**
 * What the outside must be told. It says what and about whom; the words are chosen at delivery, from the state of then.
 * `card`: the channel's card anew, because the one there was is lost; it asks nobody.
 */
export type Notice =
  | Page
  | BeyondNotice
  | { kind: 'card'; channel: string }
  | {
      kind: 'direct'
      user: Actor
      about: DirectAbout
      page?: number
      promise?: PromiseName
      from?: Actor
      note?: string
    }
  | { kind: 'line'; channel: string; entry: EntryRef; broadcast: boolean }
  | { kind: 'alarm'; to: string; problem: string; quarantined?: number }
  | { kind: 'digest'; channel: string; period: string; from: string; to: string }

/** A notice ready for the outbox: `key` makes it unique, a lower `priority` goes first. */
export type Enqueued = {
  key: string
  escalation: number | null
  target: string
  priority: number
  notice: Notice
}

/** Where an event is told in a thread: nowhere, at the newest page's card, or at every card of the escalation. */
const lines: Record<EventKind, 'nowhere' | 'here' | 'everywhere'> = {
  opened: 'nowhere',
  paged: 'nowhere',
  raised: 'here',
  tier_skipped: 'here',
  fallback_told: 'nowhere',
  page_delivered: 'nowhere',
  page_undeliverable: 'here',
  page_fell_back: 'nowhere',
  wait_started: 'nowhere',
  unanswered: 'here',
  reminded: 'nowhere',
  acknowledged: 'everywhere',
  lapsed: 'here',
  released: 'here',
  handed_off: 'here',
  noted: 'here',
  replied: 'nowhere',
  customer_told: 'here',
  waiting: 'here',
  resumed: 'here',
  severity_changed: 'here',
  ticket_updated: 'nowhere',
  promise_warned: 'nowhere',
  promise_breached: 'here',
  resolved: 'everywhere',
  reopened: 'here',
  quarantined: 'nowhere',
  quarantine_released: 'nowhere',
}

/** What must be said because of these events: decided with them, committed with them. */
export function noticesOf(escalation: Escalation, happened: Happened[], terms: Terms): Enqueued[] {
  const urgency = terms.urgency(escalation.severity)
  const batch = batchOf(happened)
  return happened.flatMap(({ event }, position) => {
    const entry = { version: escalation.version, position }
    const notices = [
      ...pagesOf(event),
      ...beyondOf(event, terms),
      ...directsOf(event, escalation, batch),
      ...linesOf(event, escalation, entry),
    ]
    return notices.map((notice) => enqueued(escalation.id, notice, entry, urgency))
  })
}

function pagesOf(event: Event): Notice[] {
  switch (event.kind) {
    case 'paged':
      return [pageTo(event.asked, event.number, { reason: event.reason })]
    case 'raised':
      return [pageTo(event.asked, event.number, { reason: 'missed_promise', missed: event.missed })]
    case 'fallback_told': {
      const { number, channel, mention, reason, detail, beyond } = event
      return [
        {
          kind: 'page',
          number,
          channel,
          tier: null,
          mention,
          reason,
          ...(detail !== undefined && { detail }),
          ...(beyond && { beyond }),
        },
      ]
    }
    default:
      return []
  }
}

function pageTo(
  { tier, channel, onCall, mention }: Asked,
  number: number,
  why: { reason: PageReason; missed?: PromiseName[] },
): Notice {
  return { kind: 'page', number, channel, tier, mention: [...new Set([...onCall, ...mention])], ...why }
}

/** What else happened in the same change: who acted, and what was missed. */
type Batch = { acted: ReadonlySet<Actor>; missed: ReadonlySet<PromiseName> }

function batchOf(happened: Happened[]): Batch {
  const events = happened.map(({ event }) => event)
  return {
    acted: new Set(events.flatMap((event) => ('by' in event && event.by ? [event.by] : []))),
    missed: new Set(events.flatMap((event) => (event.kind === 'promise_breached' ? [event.promise] : []))),
  }
}

/** Nobody is told what they did themselves, or warned of what is missed already. */
function directsOf(event: Event, escalation: Escalation, { acted, missed }: Batch): Notice[] {
  const tell = (
    user: Actor | null,
    about: DirectAbout,
    more: { page?: number; promise?: PromiseName; from?: Actor; note?: string } = {},
  ): Notice[] =>
    user && isPerson(user) && (about === 'requested' || !acted.has(user))
      ? [{ kind: 'direct', user, about, ...more }]
      : []
  const { openedBy, owner } = escalation
  switch (event.kind) {
    case 'opened':
      return tell(openedBy, 'requested')
    case 'paged':
      return event.asked.onCall.map((user) => ({ kind: 'direct', user, about: 'asked', page: event.number }))
    case 'raised':
      return event.asked.onCall.map((user) => ({ kind: 'direct', user, about: 'raised', page: event.number }))
    case 'acknowledged':
      return tell(openedBy, 'taken')
    case 'handed_off':
      return [
        ...tell(event.to, 'handed_off', { from: event.by, ...(event.note !== null && { note: event.note }) }),
        ...tell(event.from, 'taken_over'),
        ...(openedBy === event.to || openedBy === event.from ? [] : tell(openedBy, 'taken')),
      ]
    case 'lapsed':
      return tell(event.owner, 'lapsed')
    case 'promise_warned':
      return missed.has(event.promise) ? [] : tell(owner, 'due_soon', { promise: event.promise })
    case 'promise_breached':
      return tell(owner, 'missed', { promise: event.promise })
    case 'unanswered':
      return tell(openedBy, 'unanswered')
    case 'resolved':
      return tell(openedBy, 'resolved')
    default:
      return []
  }
}

function linesOf(event: Event, escalation: Escalation, entry: EntryRef): Notice[] {
  const where = event.kind === 'ticket_updated' && event.again ? 'here' : lines[event.kind]
  switch (where) {
    case 'nowhere':
      return []
    case 'here':
      return escalation.home ? [{ kind: 'line', channel: escalation.home, entry, broadcast: false }] : []
    case 'everywhere':
      return escalation.channels.map((channel) => ({ kind: 'line', channel, entry, broadcast: true }))
  }
}

function enqueued(escalation: number, notice: Notice, entry: EntryRef, urgency: number): Enqueued {
  const base = { escalation, notice, target: targetOf(notice), priority: priorityOf(notice, urgency) }
  const at = `${escalation}:${entry.version}.${entry.position}`
  switch (notice.kind) {
    case 'page':
      return { ...base, key: `page:${escalation}:${notice.number}:${notice.channel}` }
    case 'email':
      return { ...base, key: `email:${escalation}:${notice.cause.number}:${notice.to}` }
    case 'webhook':
      return { ...base, key: `webhook:${escalation}:${notice.cause.number}` }
    case 'direct':
      return { ...base, key: `direct:${at}:${notice.about}:${notice.user}` }
    case 'line':
      return { ...base, key: `line:${at}:${notice.channel}` }
    case 'card':
    case 'alarm':
    case 'digest':
      return { ...base, key: `${notice.kind}:${at}` }
  }
}

/** The channel, person or address a notice goes to. */
export function targetOf(notice: Notice): string {
  switch (notice.kind) {
    case 'direct':
      return notice.user
    case 'alarm':
    case 'email':
      return notice.to
    case 'webhook':
      return 'webhook'
    default:
      return notice.channel
  }
}

/** A notice that asks somebody to take an escalation. */
export type Asking = Extract<Notice, { kind: 'page' | 'direct' }>

/** True for a page, and for the direct messages that page. */
export function asks(notice: Notice): notice is Asking {
  return (
    notice.kind === 'page' ||
    (notice.kind === 'direct' && (notice.about === 'asked' || notice.about === 'raised'))
  )
}

/**
 * Notices of a lower priority ask somebody for something; from here on they only inform. Cards go before the lines that
 * wait for their threads.
 */
export const informing = 100_000

/**
 * Pages and what pages in their place go first, the more urgent severity before the less urgent, a first page
 * before a fifth; then everything that only informs.
 */
function priorityOf(notice: Notice, urgency: number): number {
  const number = pageNumberOf(notice)
  return (number === null ? 2 * informing : 0) + Math.min(urgency, 99) * 1000 + Math.min(number ?? 0, 999)
}

/** The number of the page that a notice is, or stands in for; null for one that only informs. */
function pageNumberOf(notice: Notice): number | null {
  switch (notice.kind) {
    case 'page':
      return notice.number
    case 'email':
    case 'webhook':
      return notice.cause.number
    case 'direct':
      return asks(notice) ? (notice.page ?? 0) : null
    default:
      return null
  }
}
