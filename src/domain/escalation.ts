import { apply } from './apply.ts'
import type { Pause } from './hours.ts'
import type { Promises, PromiseName } from './promises.ts'
import { isOverdue, nextPromiseAt } from './promises.ts'
import type { Ticket } from './ticket.ts'
import { addMs, dayMs, earliest, minuteMs } from './time.ts'

/** A Slack user id (`U…`, `W…`), or the name of the source that acted. */
export type Actor = string

export function isPerson(actor: Actor): boolean {
  return /^[UW][A-Z0-9]{2,}$/.test(actor)
}

/**
 * `paging`: nobody has it and a tier has until `waitUntil`. `acknowledged`: `owner` has it until `lapseAt`.
 * `unanswered`: every round is spent, the fallback is told again at `remindAt`. `resolved`: over, can be reopened.
 */
export type State = 'paging' | 'acknowledged' | 'unanswered' | 'resolved'

/** One ticket being chased through one policy. Saved as one row; `version` counts its changes. */
export type Escalation = {
  id: number
  version: number
  /** The version at which state, owner, rung or severity last changed: an older button is out of date. */
  turn: number
  source: string
  ticket: Ticket
  openedBy: Actor
  openedAt: Date
  /** When its source last asked for a human, by the source's own clock; null when that did not say. */
  askedAt: Date | null
  policy: string
  policyHash: string
  severity: string
  state: State
  /** Where on the ladder it stands: the round from 1, the tier as an index into the policy's tiers. */
  round: number
  tier: number
  /**
   * Number of the newest page of any kind, of the ladder's newest, and of the newest that told the fallback that nobody
   * answers. 0 before the first.
   */
  page: number
  rungPage: number
  fallbackPage: number
  pagedAt: Date | null
  /** When the tier's time is up; null until its page is delivered (or is 60 s old). */
  waitUntil: Date | null
  /** When the tier's time began. */
  waitFrom: Date | null
  owner: Actor | null
  acknowledgedAt: Date | null
  lapseAt: Date | null
  remindAt: Date | null
  /** How many rungs of the policy's `missed_promise` have been told. */
  raised: number
  /** Update and resolution promises missed and not yet raised to anybody. */
  toRaise: PromiseName[]
  waitingSince: Date | null
  pauses: Pause[]
  promises: Promises
  /** Channels that have been paged, in order, each once: where a card is, or soon will be. */
  channels: string[]
  /** Where the thread goes on: the channel of the ladder's newest page, or the fallback before there is one. */
  home: string
  /** What the customer was last told, and by whom. */
  told: { at: Date; by: Actor; text: string } | null
  resolvedAt: Date | null
  resolvedBy: Actor | null
  resolution: string | null
  /** The earliest instant at which anything is due; null once resolved. All that the sweep reads. */
  wakeAt: Date | null
}

/** Why a page goes out: the wording of the page and of the card depends on it. */
export type PageReason =
  | 'opened'
  | 'no_answer'
  | 'lapsed'
  | 'released'
  | 'escalated'
  | 'reopened'
  | 'undeliverable'
  | 'missed_promise'

/** Who is asked by a page: the channel, the people on call (who get a direct message too) and other mentions. */
export type Asked = { tier: string; channel: string; onCall: Actor[]; mention: string[] }

export type FallbackReason = 'unanswered' | 'undeliverable' | 'nobody'

/** How somebody is reached beyond Slack. */
export type Way = 'email' | 'webhook'

/** What happened, in the past tense. Each carries its results, so that applying it needs no policy and no clock. */
export type Event =
  | { kind: 'opened'; by: Actor; severity: string; promises: Promises; askedAt?: Date }
  | {
      kind: 'paged'
      number: number
      round: number
      rung: number
      asked: Asked
      reason: PageReason
      by?: Actor
    }
  | { kind: 'raised'; number: number; asked: Asked; missed: PromiseName[] }
  | { kind: 'tier_skipped'; round: number; rung: number; tier: string }
  | {
      kind: 'fallback_told'
      number: number
      channel: string
      mention: string[]
      reason: FallbackReason
      detail?: string
      /** How it was told beyond Slack at once; missing where the policy has no such way. */
      beyond?: Way[]
    }
  | { kind: 'page_delivered'; number: number; channel: string; waitUntil: Date | null }
  | { kind: 'page_undeliverable'; number: number; channel: string; error: string }
  | {
      /** A page that Slack has not taken for a minute (`isLate`), or never will, is told beyond Slack. */
      kind: 'page_fell_back'
      number: number
      channel: string
      tier: string | null
      reason: PageReason | FallbackReason
      isLate: boolean
      beyond: Way[]
    }
  | { kind: 'wait_started'; number: number; waitUntil: Date }
  | { kind: 'unanswered'; remindAt: Date }
  | { kind: 'reminded'; remindAt: Date }
  | { kind: 'acknowledged'; by: Actor; until: Date }
  | { kind: 'lapsed'; owner: Actor }
  | { kind: 'released'; by: Actor }
  | { kind: 'handed_off'; by: Actor; from: Actor | null; to: Actor; until: Date; note: string | null }
  | { kind: 'noted'; by: Actor; text: string; until: Date | null }
  | { kind: 'replied'; by: Actor; until: Date }
  | {
      kind: 'customer_told'
      by: Actor
      text: string
      nextBy: Date | null
      promises: Promises
      until: Date | null
    }
  | { kind: 'waiting'; by: Actor; promises: Promises }
  | { kind: 'resumed'; by: Actor; pause: Pause; promises: Promises; until: Date | null }
  | {
      kind: 'severity_changed'
      by: Actor
      from: string
      to: string
      promises: Promises
      until: Date | null
      waitUntil: Date | null
    }
  | { kind: 'ticket_updated'; by: Actor; ticket: Ticket; again: boolean; askedAt?: Date }
  | { kind: 'promise_warned'; promise: PromiseName; dueAt: Date }
  | { kind: 'promise_breached'; promise: PromiseName; dueAt: Date; raise: boolean }
  | { kind: 'resolved'; by: Actor; resolution: string | null }
  | { kind: 'reopened'; by: Actor; reason: string | null; promises: Promises; askedAt?: Date }
  | { kind: 'quarantined'; reason: string }
  | { kind: 'quarantine_released'; by: Actor }
export type EventKind = Event['kind']

/** An event and when it happened: for a promise its due time, however late it was noticed. */
export type Happened = { at: Date; event: Event }

/** How long after it was decided a page that is still undelivered starts its tier's time anyway, and falls back beyond Slack. */
export const deliveryGraceMs = minuteMs
/** How often the fallback is told again while nobody answers. */
export const remindEveryMs = 30 * minuteMs
/** How long after its resolution a person can reopen an escalation. */
export const reopenForMs = 7 * dayMs

/** The escalation after the events, with its version, turn and wake-up time brought up to date. */
export function after(escalation: Escalation, happened: Happened[]): Escalation {
  if (happened.length === 0) return escalation
  const version = escalation.version + 1
  const changed = withoutMadeGood(
    happened.reduce((state, { at, event }) => apply(state, event, at), escalation),
  )
  const turn = happened.some(({ event }) => turns.has(event.kind)) ? version : escalation.turn
  return { ...changed, version, turn, wakeAt: wakeAt(changed) }
}

const turns: ReadonlySet<EventKind> = new Set<EventKind>([
  'opened',
  'paged',
  'unanswered',
  'acknowledged',
  'lapsed',
  'released',
  'handed_off',
  'severity_changed',
  'waiting',
  'resumed',
  'resolved',
  'reopened',
])

/** When the clock has to look at this escalation again; null when nothing can become due any more. */
export function wakeAt(escalation: Escalation): Date | null {
  if (escalation.state === 'resolved') return null
  return earliest(
    nextPromiseAt(escalation.promises),
    escalation.toRaise.length > 0 ? escalation.openedAt : null,
    ladderAt(escalation),
  )
}

/** When the ladder has its next step: the end of a tier's time, a lapse, or the fallback's reminder. */
export function ladderAt(escalation: Escalation): Date | null {
  switch (escalation.state) {
    case 'paging':
      return escalation.waitUntil ?? (escalation.pagedAt && addMs(escalation.pagedAt, deliveryGraceMs))
    case 'acknowledged':
      return isWaitingInTime(escalation) ? null : escalation.lapseAt
    case 'unanswered':
      return escalation.remindAt
    case 'resolved':
      return null
  }
}

/** Waiting for the customer holds an acknowledgement for as long as the 30 days do: nothing waits for ever. */
function isWaitingInTime({ waitingSince, promises }: Escalation): boolean {
  return waitingSince !== null && promises.thirtyDays.breachedAt === null
}

/** A missed promise that was made good, or that a recount took back, is raised to nobody. */
function withoutMadeGood(escalation: Escalation): Escalation {
  const toRaise = escalation.toRaise.filter((name) => isOverdue(escalation.promises[name]))
  return toRaise.length === escalation.toRaise.length ? escalation : { ...escalation, toRaise }
}
