import { z } from 'zod'
import { Weekdays, TimeZone, written, type Duration } from './time.ts'

/** Opening hours as the policy file writes them. Built in beside them is `always`. */
export const HoursSpec = z.strictObject({
  /** `Mon-Fri`, `Mon-Thu, Sat`, `Sun` */
  days: Weekdays,
  /** `08:30-12:30, 13:30-18:00`; `00:00-24:00`; `22:00-06:00` belongs to the day it starts on */
  open: written(readSpans),
  /** days on which nothing opens, as `2026-12-25` */
  holidays: z.array(z.iso.date('expected a date such as 2026-12-25')).default([]),
  /** default: the policy's zone */
  timezone: TimeZone.optional(),
})
export type HoursSpec = z.infer<typeof HoursSpec>

/** A compiled calendar: compile it once and keep it, for it remembers the spans that it has resolved. */
export type Hours = 'always' | Calendar

type Calendar = { readonly zone: TimeZone }

/** Time that does not count, such as waiting on the customer. Pauses may overlap and come in any order. */
export type Pause = { from: Date; to: Date }

/** `portion`: how much of the duration, 0.75 for a warning, default all of it. `pauses`: time that does not count. */
export type WorkingOptions = { portion?: number | undefined; pauses?: readonly Pause[] | undefined }

/** One stretch of the way from a start to its due time; only `counted` ones count. The steps follow each other without a gap. */
export type Step = {
  /**
   * `counted`: open; `paused`: inside a pause, open or not; `night`: before the first or after the last opening of a
   * working day; `break`: between two openings of a day; `holiday`; `weekend`: a weekday the calendar does not list
   */
  kind: 'counted' | 'paused' | 'break' | 'night' | 'weekend' | 'holiday'
  from: Date
  to: Date
}

/** Makes a validated spec countable. Throws a RangeError with a sentence for a person when the spec is unreadable. */
export function compileHours(spec: HoursSpec, defaultZone: TimeZone): Hours {
  return { zone: spec.timezone ?? defaultZone }
}

/** What a duration comes to in milliseconds: on a calendar `1d` is its nominal working day, `1w` its working week. */
export function durationMs(_hours: Hours, _duration: Duration): number {
  throw new Error('not written yet')
}

/** Open at that instant? The closing time itself is closed. */
export function isOpen(_hours: Hours, _at: Date): boolean {
  throw new Error('not written yet')
}

/** The first open instant at or after `at`: itself when open. Throws a RangeError when it is over five years away. */
export function nextOpen(_hours: Hours, _at: Date): Date {
  throw new Error('not written yet')
}

/** The open milliseconds from one instant to another that no pause covers; 0 when `to` is not after `from`. */
export function workingMsBetween(
  _hours: Hours,
  _from: Date,
  _to: Date,
  _pauses: readonly Pause[] = [],
): number {
  throw new Error('not written yet')
}

/**
 * The earliest instant by which the duration has been worked off since `start`. On `always` that is elapsed time; on a
 * calendar seconds, minutes and hours are open ones, `1d` is one nominal working day and `1w` one working week. A due time
 * at closing time stays there. Throws a RangeError when a calendar needs more than five years.
 */
export function addWorking(
  _hours: Hours,
  _start: Date,
  _duration: Duration,
  _options: WorkingOptions = {},
): Date {
  throw new Error('not written yet')
}

/** Why `addWorking` answers what it does: every counted span, night, weekend, holiday and pause from start to due. */
export function explainWorking(
  _hours: Hours,
  _start: Date,
  _duration: Duration,
  _options: WorkingOptions = {},
): Step[] {
  throw new Error('not written yet')
}

function readSpans(_text: string): void {}
