import { Temporal } from 'temporal-polyfill'
import type { PolicyDocument } from './policy.ts'
import { dayMs, instantMs, minuteMs, readTimeOfDay, readWeekdays, wallMs } from './time.ts'
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
    day: nameOf(day),
    key: `digest:${nameOf(day)}`,
    from: new Date(dueOn(spec, zone, before)),
    to: new Date(to),
    nextAt: new Date(dueOn(spec, zone, next)),
  }
}

/** The key of the digest that was due then. */
export function keyDueAt(zone: TimeZone, at: Date): string {
  return `digest:${nameOf(Math.floor(wallMs(zone, at.getTime()) / dayMs))}`
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
  const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone)
  return new Date(local.add({ days: 1 }).startOfDay().epochMilliseconds)
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
