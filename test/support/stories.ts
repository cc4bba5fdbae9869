import { advance } from '#domain/advance.ts'
import { after, type Actor, type Escalation, type Event, type Happened } from '#domain/escalation.ts'
import { noticesOf, type Enqueued, type Notice } from '#domain/notice.ts'
import type { Refusal } from '#domain/outcome.ts'
import { unopened } from '#domain/opening.ts'
import type { PromiseName } from '#domain/promises.ts'
import type { Terms } from '#domain/terms.ts'
import { addMs, dayMs, elapsedMs, hourMs, minuteMs, secondMs, type Duration } from '#domain/time.ts'
import { open, pageDelivered, pageUndeliverable, type Verb } from '#domain/verbs.ts'
import { termsWith } from './terms.ts'

/** A Monday, 10:00 in Brussels. */
export const monday = new Date('2026-06-01T08:00:00Z')

/** One change: the escalation before and after, and what was said about it. */
export type Step = {
  before: Escalation
  after: Escalation
  happened: Happened[]
  notices: Enqueued[]
  now: Date
}

/** An escalation that nobody has opened yet, as the store writes it first. */
function blank(terms: Terms, severity: string, now: Date, by: Actor): Escalation {
  const ticket = { id: 'T-1', subject: 'Checkout is down' }
  const opening = { source: 'generic', ticket, by, policy: 'default', severity }
  return { ...unopened(opening, 'hash', terms, now), id: 7 }
}

type Beginning = { terms?: Terms; severity?: string; by?: Actor; at?: Date }

/** One escalation on its way through time: tell it what people do, let time pass, read what happened. */
export class Story {
  terms: Terms
  now: Date
  is: Escalation
  readonly startedAt: Date
  readonly steps: Step[] = []
  private read = 0

  constructor({ terms = termsWith(), severity = 'critical', by = 'U0AGENT', at = monday }: Beginning = {}) {
    this.terms = terms
    this.now = at
    this.startedAt = at
    this.is = blank(terms, severity, at, by)
    this.record(open(this.is, terms, by, at))
  }

  /** Somebody acts, and it must work. `seen`: the version on the card they pressed. */
  does(verb: Verb, by: Actor = 'U0SAM', seen: number | null = null): this {
    const refusal = this.tries(verb, by, seen)
    if (refusal) throw new Error(`refused: ${JSON.stringify(refusal)}`)
    return this
  }

  /** Somebody acts; the refusal, or null when it worked. */
  tries(verb: Verb, by: Actor = 'U0SAM', seen: number | null = null): Refusal | null {
    const outcome = verb(this.is, this.terms, { by, seen }, this.now)
    if (outcome.kind === 'refused') return outcome.refusal
    this.record(outcome.happened)
    return null
  }

  /** Time passes, and nobody looks before its end. */
  passes(...durations: Duration[]): this {
    this.now = addMs(
      this.now,
      durations.reduce((sum, duration) => sum + elapsedMs(duration), 0),
    )
    return this.sweep()
  }

  /** Time passes while the clock stands still. */
  sleeps(duration: Duration): this {
    this.now = addMs(this.now, elapsedMs(duration))
    return this
  }

  /** Time passes, and the clock looks at every moment at which something is due; each page is delivered at once. */
  lives(duration: Duration): this {
    const end = addMs(this.now, elapsedMs(duration))
    for (;;) {
      this.delivers()
      const { wakeAt } = this.is
      if (!wakeAt || wakeAt > end) break
      this.now = wakeAt > this.now ? wakeAt : this.now
      this.sweep()
    }
    this.now = end
    return this
  }

  /** The clock looks until nothing is due. */
  sweep(): this {
    for (let calls = 0; this.isDue(); calls += 1) {
      if (calls > 5) throw new Error('the sweep never comes to rest')
      const happened = advance(this.is, this.terms, this.now)
      if (happened.length === 0) throw new Error('it is due, and nothing happens')
      this.record(happened)
    }
    return this
  }

  isDue(): boolean {
    return this.is.wakeAt !== null && this.is.wakeAt <= this.now
  }

  /** The ladder's newest page arrives. */
  delivers(number: number = this.is.rungPage): this {
    return this.is.state === 'paging' && this.is.waitUntil === null
      ? this.does(pageDelivered(number, this.is.home), 'belay')
      : this
  }

  /** The ladder's newest page can never arrive. */
  loses(number: number = this.is.rungPage, channel: string = this.is.home): this {
    return this.does(pageUndeliverable(number, channel, 'is_archived'), 'belay')
  }

  /** What happened since this was last asked, a line each: `15m paged engineering no_answer`. */
  news(): string[] {
    const fresh = this.steps.slice(this.read).flatMap((step) => step.happened)
    this.read = this.steps.length
    return fresh.map(({ at, event }) => `${this.since(at)} ${told(event)}`)
  }

  /** Forgets what happened so far. */
  later(): this {
    this.read = this.steps.length
    return this
  }

  /** Everything that was to be said since the story began. */
  notices(): Enqueued[] {
    return this.steps.flatMap((step) => step.notices)
  }

  /** What was to be said because of the newest change. */
  said(): Notice[] {
    return (this.steps.at(-1)?.notices ?? []).map(({ notice }) => notice)
  }

  /** How long after the beginning: `0`, `15m`, `1d 2h`. */
  since(at: Date | null): string {
    return at ? spoken(Number(at) - Number(this.startedAt)) : 'never'
  }

  /** A promise: when it is due, since when it is kept, and whether it is broken. */
  owes(name: PromiseName): { due: string; kept: string; broken: string } {
    const { dueAt, keptAt, breachedAt } = this.is.promises[name]
    return { due: this.since(dueAt), kept: this.since(keptAt), broken: this.since(breachedAt) }
  }

  private record(happened: Happened[]): void {
    if (happened.length === 0) return
    const before = this.is
    this.is = after(before, happened)
    const notices = noticesOf(this.is, happened, this.terms)
    this.steps.push({ before, after: this.is, happened, notices, now: this.now })
  }
}

function spoken(ms: number): string {
  const units = [
    [dayMs, 'd'],
    [hourMs, 'h'],
    [minuteMs, 'm'],
    [secondMs, 's'],
  ] as const
  let left = Math.abs(ms)
  const parts = units.flatMap(([length, unit]) => {
    const amount = Math.floor(left / length)
    left -= amount * length
    return amount > 0 ? [`${amount}${unit}`] : []
  })
  return `${ms < 0 ? '-' : ''}${parts.join(' ') || '0'}`
}

/** The kind of an event and what tells it from others of its kind. */
function told(event: Event): string {
  switch (event.kind) {
    case 'paged':
      return `paged ${event.asked.tier} ${event.reason}`
    case 'raised':
      return `raised ${event.asked.tier} ${event.missed.join('+')}`
    case 'tier_skipped':
      return `tier_skipped ${event.tier}`
    case 'fallback_told':
      return ['fallback_told', event.reason, ...(event.detail ? [event.detail] : [])].join(' ')
    case 'promise_warned':
    case 'promise_breached':
      return `${event.kind} ${event.promise}`
    case 'handed_off':
      return `handed_off ${event.to}`
    case 'lapsed':
      return `lapsed ${event.owner}`
    default:
      return 'by' in event ? `${event.kind} ${event.by}` : event.kind
  }
}
