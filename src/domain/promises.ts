import { Temporal } from 'temporal-polyfill'
import type { Hours, Pause } from './hours.ts'
import { addWorking } from './hours.ts'
import { addMs, earliest, isDue } from './time.ts'
import type { Duration, TimeZone } from './time.ts'

export const promiseNames = ['acknowledge', 'update', 'resolve', 'thirtyDays'] as const
/** What we owe: that somebody has it, the customer's next update, the resolution, and an end within 30 days. */
export type PromiseName = (typeof promiseNames)[number]

/** One promise of one escalation. `breachedAt` is the due time that passed, never the moment we noticed. */
export type PromiseState = {
  startedAt: Date
  /** Null while it is paused. */
  dueAt: Date | null
  warnAt: Date | null
  warnedAt: Date | null
  breachedAt: Date | null
  keptAt: Date | null
  /** A time a person promised to the customer; it outranks the severity's interval. */
  promisedFor: Date | null
}
export type Promises = Record<PromiseName, PromiseState>

/** The severity's intervals and the calendar they are counted on. */
export type PromiseTerms = {
  acknowledge: Duration
  update: Duration
  resolve: Duration
  hours: Hours
  timezone: TimeZone
}

/** The share of a promise after which its owner is warned. */
const warningPortion = 0.75

/** The promises of an escalation that starts now. */
export function startPromises(terms: PromiseTerms, at: Date): Promises {
  return {
    acknowledge: begin(terms, 'acknowledge', at),
    update: begin(terms, 'update', at),
    resolve: begin(terms, 'resolve', at),
    thirtyDays: begin(terms, 'thirtyDays', at),
  }
}

/** One promise, counted from an instant on. */
function begin(terms: PromiseTerms, name: PromiseName, startedAt: Date): PromiseState {
  return {
    startedAt,
    ...due(terms, name, startedAt, []),
    warnedAt: null,
    breachedAt: null,
    keptAt: null,
    promisedFor: null,
  }
}

/** The update promise after the customer was told: from now on, or until the time the person named. */
export function beginUpdate(terms: PromiseTerms, at: Date, nextBy: Date | null): PromiseState {
  const started = begin(terms, 'update', at)
  if (!nextBy) return started
  return { ...started, dueAt: nextBy, warnAt: warnBetween(at, nextBy), promisedFor: nextBy }
}

/** Waiting for the customer stops these, and a miss of one of these is raised to more authority. */
const pausable: ReadonlySet<PromiseName> = new Set<PromiseName>(['update', 'resolve'])

/**
 * The promises counted anew from their original start: after a change of severity, and when waiting ends. What was
 * kept stays kept; a breach or warning that the new due time undoes is taken back, and one that stands moves to it.
 */
export function recount(promises: Promises, terms: PromiseTerms, pauses: Pause[], now: Date): Promises {
  return mapPromises(promises, (promise, name) => {
    if (promise.keptAt || name === 'thirtyDays') return promise
    const counted = pausable.has(name) ? pauses : []
    const times = promise.promisedFor
      ? shifted(promise.promisedFor, promise.startedAt, counted)
      : due(terms, name, promise.startedAt, counted)
    return {
      ...promise,
      ...times,
      warnedAt: times.warnAt <= now ? promise.warnedAt : null,
      breachedAt: promise.breachedAt && times.dueAt <= now ? times.dueAt : null,
    }
  })
}

/** Update and resolution stand still while we wait for the customer; what was due before that stays due. */
export function pausePromises(promises: Promises, since: Date): Promises {
  return mapPromises(promises, (promise, name) =>
    pausable.has(name) && !promise.keptAt && !isDue(promise.dueAt, since)
      ? { ...promise, dueAt: null, warnAt: null }
      : promise,
  )
}

/** A warning or a breach, and the instant it belongs to. */
export type PromiseMark = {
  at: Date
  kind: 'promise_warned' | 'promise_breached'
  promise: PromiseName
  dueAt: Date
}

/** Every warning and breach due by `now`, in time order, stamped with its due time. */
export function marksDue(promises: Promises, now: Date): PromiseMark[] {
  return promiseNames
    .flatMap((name) => marks(promises[name], name))
    .filter((mark) => mark.at <= now)
    .sort((a, b) => Number(a.at) - Number(b.at))
}

/** When the next warning or breach is due. */
export function nextPromiseAt(promises: Promises): Date | null {
  return earliest(...promiseNames.flatMap((name) => marks(promises[name], name).map((mark) => mark.at)))
}

/** True when the promise is broken and what was owed has not been done since. */
export function isOverdue(promise: PromiseState): boolean {
  return promise.breachedAt !== null && promise.keptAt === null
}

function marks(promise: PromiseState, name: PromiseName): PromiseMark[] {
  const { dueAt, warnAt } = promise
  if (promise.keptAt || promise.breachedAt || !dueAt) return []
  const breach: PromiseMark = { at: dueAt, kind: 'promise_breached', promise: name, dueAt }
  const warns = warnAt !== null && promise.warnedAt === null
  return warns ? [{ at: warnAt, kind: 'promise_warned', promise: name, dueAt }, breach] : [breach]
}

function due(terms: PromiseTerms, name: PromiseName, from: Date, pauses: Pause[]) {
  if (name === 'thirtyDays') {
    const dueAt = thirtyDaysAfter(from, terms.timezone)
    return { dueAt, warnAt: warnBetween(from, dueAt) }
  }
  const count = (portion: number) => addWorking(terms.hours, from, terms[name], { portion, pauses })
  return { dueAt: count(1), warnAt: count(warningPortion) }
}

/** 30 calendar days, at the same wall time, in the policy's zone. */
function thirtyDaysAfter(from: Date, timezone: TimeZone): Date {
  const start = Temporal.Instant.fromEpochMilliseconds(from.getTime()).toZonedDateTimeISO(timezone)
  return new Date(start.add({ days: 30 }).epochMilliseconds)
}

function warnBetween(from: Date, to: Date): Date {
  return addMs(from, Math.max(0, (to.getTime() - from.getTime()) * warningPortion))
}

/** A time named by a person moves by as long as we waited for the customer. */
function shifted(promisedFor: Date, startedAt: Date, pauses: Pause[]) {
  const pausedMs = pauses
    .filter((pause) => pause.to > startedAt)
    .reduce((sum, pause) => sum + (Number(pause.to) - Math.max(Number(pause.from), Number(startedAt))), 0)
  const dueAt = addMs(promisedFor, pausedMs)
  return { dueAt, warnAt: warnBetween(startedAt, dueAt) }
}

function mapPromises(
  promises: Promises,
  change: (promise: PromiseState, name: PromiseName) => PromiseState,
): Promises {
  return {
    acknowledge: change(promises.acknowledge, 'acknowledge'),
    update: change(promises.update, 'update'),
    resolve: change(promises.resolve, 'resolve'),
    thirtyDays: change(promises.thirtyDays, 'thirtyDays'),
  }
}
