import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'

/**
 * Instants are `Date`: what pg, zod and JSON speak without translation. They are compared with `<` and `<=`, never
 * changed in place. Calendar arithmetic (hours, rotations, the 30 days) is Temporal's, in an IANA zone.
 */

/** How long, as the policy writes it: `30s`, `15m`, `4h`, `2d`, `1w`. On an hours calendar days and weeks are working ones. */
export const Duration = z
  .string()
  .regex(/^[1-9]\d{0,4}[smhdw]$/, 'expected a duration such as 30s, 15m, 4h, 2d or 1w')
export type Duration = z.infer<typeof Duration>

export type DurationUnit = 's' | 'm' | 'h' | 'd' | 'w'

export const secondMs = 1000
export const minuteMs = 60 * secondMs
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

const unitMs: Record<DurationUnit, number> = {
  s: secondMs,
  m: minuteMs,
  h: hourMs,
  d: dayMs,
  w: 7 * dayMs,
}

/** `15m` -> `{ amount: 15, unit: 'm' }`. */
export function durationParts(duration: Duration): { amount: number; unit: DurationUnit } {
  return { amount: Number(duration.slice(0, -1)), unit: duration.slice(-1) as DurationUnit }
}

/** Length on a clock that never closes, in milliseconds: `1d` is 24 hours. For hours calendars see hours.ts. */
export function elapsedMs(duration: Duration): number {
  const { amount, unit } = durationParts(duration)
  return amount * unitMs[unit]
}

export function addMs(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms)
}

/** The earliest of the instants that are set, or null when none is. */
export function earliest(...instants: (Date | null | undefined)[]): Date | null {
  const set = instants.filter((instant): instant is Date => !!instant)
  return set.length === 0 ? null : new Date(Math.min(...set.map(Number)))
}

/** True when the instant is set and not after `now`. */
export function isDue(at: Date | null | undefined, now: Date): at is Date {
  return !!at && at <= now
}

/** An IANA zone name the runtime knows, such as `Europe/Brussels`. */
export const TimeZone = z.string().refine(isTimeZone, 'expected an IANA time zone such as Europe/Brussels')
export type TimeZone = z.infer<typeof TimeZone>

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions()
    return !/^[+-]/.test(name)
  } catch {
    return false
  }
}

/**
 * A string that must be readable by `read`, which throws an Error whose message says what was expected.
 * The schema keeps the text as it was written, so that a policy can be shown and stored as its author wrote it.
 */
export function written(read: (text: string) => unknown): z.ZodType<string, string> {
  return z.string().superRefine((text, context) => {
    try {
      read(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    }
  })
}

const weekdayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** `Mon` -> 0 … `Sun` -> 6. Throws a RangeError on anything else. */
export function readWeekday(name: string): number {
  const weekday = weekdayNames.indexOf(name)
  if (weekday < 0)
    throw new RangeError(`expected a weekday (Mon, Tue, Wed, Thu, Fri, Sat or Sun), not "${name}"`)
  return weekday
}

/** `Mon-Thu, Sat` -> the set {0, 1, 2, 3, 5}; a range may pass the end of the week (`Sun-Thu`). Throws a RangeError. */
export function readWeekdays(text: string): Set<number> {
  const days = text.split(',').flatMap((part) => {
    const [first = '', last = first, ...rest] = part.split('-').map((name) => name.trim())
    if (rest.length > 0)
      throw new RangeError(`expected weekdays such as "Mon-Fri" or "Mon-Thu, Sat", not "${text}"`)
    const from = readWeekday(first)
    const length = ((readWeekday(last) - from + 7) % 7) + 1
    return Array.from({ length }, (_, step) => (from + step) % 7)
  })
  return new Set(days)
}

/** Weekdays as the policy writes them: `Mon-Fri`, `Mon-Thu, Sat`, `Sun`. */
export const Weekdays = written(readWeekdays)
export type Weekdays = z.infer<typeof Weekdays>

/** `08:30` -> 510, the minutes since midnight. `24:00` is the end of a day. Throws a RangeError. */
export function readTimeOfDay(text: string): number {
  const [, hours, minutes] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text) ?? []
  const sum = Number(hours) * 60 + Number(minutes)
  if (!(sum <= 24 * 60)) throw new RangeError(`expected a time of day such as 08:30, not "${text}"`)
  return sum
}

/** Wall clock time, as the policy writes it: `09:00`. */
export const TimeOfDay = written((text) => {
  if (readTimeOfDay(text) === 24 * 60) throw new RangeError('expected a time of day before 24:00')
})
export type TimeOfDay = z.infer<typeof TimeOfDay>

/**
 * What the clocks in a zone show at an instant, as a number that arithmetic is easy on: the milliseconds that UTC clocks
 * would need to show the same since 1970-01-01 00:00. `Math.floor(wallMs / dayMs)` is therefore the zone's day.
 */
export function wallMs(zone: TimeZone, atMs: number): number {
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone)
  return atMs + local.offsetNanoseconds / 1e6
}

/**
 * The instant, in milliseconds, at which the clocks in a zone show `wall` (see `wallMs`). A time that a DST change skips
 * counts as that much later; of a time that is shown twice, the first.
 */
export function instantMs(zone: TimeZone, wall: number): number {
  const shown = Temporal.Instant.fromEpochMilliseconds(wall).toZonedDateTimeISO('UTC').toPlainDateTime()
  return shown.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds
}
