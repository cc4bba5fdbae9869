import { Temporal } from 'temporal-polyfill'
import type { Actor } from './escalation.ts'
import type { PolicyDocument } from './policy.ts'
import type { PromiseName } from './promises.ts'
import { dayMs, hourMs, instantMs, minuteMs, readTimeOfDay, readWeekdays, wallMs } from './time.ts'
import type { TimeZone } from './time.ts'

/** When a digest is sent, as the policy says it. */
export type DigestSpec = Pick<NonNullable<PolicyDocument['digest']>, 'at' | 'days' | 'timezone'>

/** What one digest is about: from the due time of the digest before it until its own. */
export type DigestPeriod = {
  /** `2026-11-23`: the local day on which it is due. */
  day: string
  /** `digest:2026-11-23`: whoever claims it sends it. */
  key: string
  from: Date
  /** Its due time. */
  to: Date
  /** When the digest after this one is due. */
  nextAt: Date
  /** The digest before this one. */
  before: string
}

/** The digest of a policy that names none: for those who ask for one themselves. */
export const usualDigest: DigestSpec = { at: '09:00', days: 'Mon-Fri' }

/** The zone in which a digest has its days. */
export function zoneOf({ timezone, digest }: Pick<PolicyDocument, 'timezone' | 'digest'>): TimeZone {
  return digest?.timezone ?? timezone
}

/** The newest digest that is due at `now`. Monday's covers what happened since Friday's. */
export function periodBefore(spec: DigestSpec, timezone: TimeZone, now: Date): DigestPeriod {
  const zone = spec.timezone ?? timezone
  const today = Math.floor(wallMs(zone, now.getTime()) / dayMs)
  const isBefore = (at: number) => (day: number) => dueOn(spec, zone, day) < at
  const day = search(spec, today + 1, -1, isBefore(now.getTime() + 1))
  const to = dueOn(spec, zone, day)
  const before = search(spec, day - 1, -1, isBefore(to))
  const next = search(spec, day + 1, 1, (later) => dueOn(spec, zone, later) > to)
  return {
    ...{ day: nameOf(day), key: keyOf(day), before: keyOf(before) },
    from: new Date(dueOn(spec, zone, before)),
    to: new Date(to),
    nextAt: new Date(dueOn(spec, zone, next)),
  }
}

/** What a digest would say if it were due now. */
export function periodSoFar(
  policy: Pick<PolicyDocument, 'timezone' | 'digest'>,
  now: Date,
): { from: Date; to: Date } {
  const last = periodBefore(policy.digest ?? usualDigest, policy.timezone, now)
  return { from: last.to, to: now }
}

/** The first instant of the local day after this one. */
export function endOfDay(zone: TimeZone, at: Date): Date {
  const today = Math.floor(wallMs(zone, at.getTime()) / dayMs)
  const day = Temporal.Instant.fromEpochMilliseconds((today + 1) * dayMs).toZonedDateTimeISO('UTC')
  return new Date(day.toPlainDate().toZonedDateTime(zone).epochMilliseconds)
}

function dueOn(spec: DigestSpec, zone: TimeZone, day: number): number {
  return instantMs(zone, day * dayMs + readTimeOfDay(spec.at) * minuteMs)
}

/** The first day in a direction that has a digest and fits. A week holds every weekday; zones have skipped single days. */
function search(spec: DigestSpec, from: number, step: 1 | -1, fits: (day: number) => boolean): number {
  const weekdays = readWeekdays(spec.days)
  for (let day = from; Math.abs(day - from) < 21; day += step) {
    if (weekdays.has((day + 3) % 7) && fits(day)) return day
  }
  throw new RangeError(`no digest within three weeks on ${spec.days}`)
}

function nameOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10)
}

function keyOf(day: number): string {
  return `digest:${nameOf(day)}`
}

/** One escalation in a digest, as its reader needs it. */
export type DigestRow = {
  escalation: number
  ticket: string
  subject: string
  url: string | null
  severity: string
  tier: string | null
  customer: string | null
  plan: string | null
  owner: Actor | null
  openedAt: Date
  /** The promise this row is about, when it was due, and until when it was late: null while it still is. */
  promise: PromiseName | null
  dueAt: Date | null
  lateUntil: Date | null
  /** For how long it has waited on the customer, in all. */
  pausedMs: number
}

/** The rows that are shown, and how many there are in all. */
export type Listed = { total: number; rows: DigestRow[] }

/** How many of something, by what is asked about. */
export type Count = { tier: string | null; severity: string; count: number }
export type BreachCount = Count & { promise: PromiseName }

/** Everything a digest knows: gathered at `now`, for what happened from `from` to `to`. */
export type DigestData = {
  from: Date
  to: Date
  now: Date
  /** The severities of today's policy, most urgent first. */
  severities: readonly string[]
  breached: Listed & {
    counts: BreachCount[]
    /** By how much 95 % of them were late at most. */ p95LateMs: number | null
  }
  dueToday: Listed
  unowned: Listed
  updatesOverdue: Listed
  open: { total: number; counts: Count[] }
  old: Listed
  quarantined: Listed
}

/** Hours, minutes … `hourMs` is what the digest rounds to. */
export const digestStaysFreshMs = 3 * 24 * hourMs
