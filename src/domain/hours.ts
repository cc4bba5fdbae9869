import { z } from 'zod'
import { TimeZone, Weekdays, durationParts, elapsedMs, readTimeOfDay, readWeekdays, written } from './time.ts'
import { dayMs, instantMs, minuteMs, wallMs, type Duration } from './time.ts'

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

type Calendar = {
  readonly zone: TimeZone
  readonly weekdays: ReadonlySet<number>
  /** in minutes since the midnight that a working day starts with; a span over midnight ends after 1440 */
  readonly spans: readonly Span[]
  readonly holidays: ReadonlySet<number>
  /** what resolving a day's wall times gave: it costs a hundred times more than looking it up */
  readonly resolved: Map<number, readonly Span[]>
}

type Span = { from: number; to: number }

/** Time that does not count, such as waiting on the customer. Pauses may overlap and come in any order. */
export type Pause = { from: Date; to: Date }

/** `portion`: how much of the duration, 0.75 for a warning, default all of it. `pauses`: time that does not count. */
export type WorkingOptions = { portion?: number | undefined; pauses?: readonly Pause[] | undefined }

/** One stretch of the way from a start to its due time. The steps follow each other without a gap. */
export type Step = {
  /**
   * `counted`: open, the only one that counts; `paused`: inside a pause, open or not; `night`: before the first or after
   * the last opening of a working day; `break`: between two openings; `holiday`; `weekend`: a weekday without opening
   */
  kind: 'counted' | 'paused' | 'break' | 'night' | 'weekend' | 'holiday'
  from: Date
  to: Date
}

/** Makes a validated spec countable. Throws a RangeError with a sentence for a person when the spec is unreadable. */
export function compileHours(spec: HoursSpec, defaultZone: TimeZone): Hours {
  return {
    zone: spec.timezone ?? defaultZone,
    weekdays: readWeekdays(spec.days),
    spans: readSpans(spec.open),
    holidays: new Set(spec.holidays.map((date) => Date.parse(date) / dayMs)),
    resolved: new Map(),
  }
}

/** What a duration comes to in milliseconds: on a calendar `1d` is its nominal working day, `1w` its working week. */
export function durationMs(hours: Hours, duration: Duration): number {
  const { amount, unit } = durationParts(duration)
  if (hours === 'always' || (unit !== 'd' && unit !== 'w')) return elapsedMs(duration)
  const workingDayMs = hours.spans.reduce((sum, span) => sum + (span.to - span.from) * minuteMs, 0)
  return amount * workingDayMs * (unit === 'w' ? hours.weekdays.size : 1)
}

/** Open at that instant? The closing time itself is closed. */
export function isOpen(hours: Hours, at: Date): boolean {
  return openMsBetween(hours, at.getTime(), at.getTime() + 1) > 0
}

/** The first open instant at or after `at`: itself when open. Throws a RangeError when it is over five years away. */
export function nextOpen(hours: Hours, at: Date): Date {
  return new Date(reach(hours, at.getTime(), 0))
}

/** The open milliseconds from one instant to another that no pause covers; 0 when `to` is not after `from`. */
export function workingMsBetween(hours: Hours, from: Date, to: Date, pauses: readonly Pause[] = []): number {
  const paused = inOrder(pauses, from.getTime(), to.getTime()).map((pause) =>
    openMsBetween(hours, pause.from, pause.to),
  )
  return paused.reduce((left, ms) => left - ms, openMsBetween(hours, from.getTime(), to.getTime()))
}

/**
 * The earliest instant by which the duration has been worked off since `start`. On `always` that is elapsed time; on a
 * calendar seconds, minutes and hours are open ones, `1d` is one nominal working day and `1w` one working week. A due time
 * at closing time stays there. Throws a RangeError when a calendar needs more than five years.
 */
export function addWorking(
  hours: Hours,
  start: Date,
  duration: Duration,
  { portion = 1, pauses = [] }: WorkingOptions = {},
): Date {
  let remaining = Math.round(durationMs(hours, duration) * portion)
  let cursor = start.getTime()
  for (const pause of inOrder(pauses, cursor, Infinity)) {
    const counted = openMsBetween(hours, cursor, pause.from)
    if (counted >= remaining) break
    remaining -= counted
    cursor = pause.to
  }
  return new Date(reach(hours, cursor, remaining))
}

/** Why `addWorking` answers what it does: every counted span, night, weekend, holiday and pause from start to due. */
export function explainWorking(
  hours: Hours,
  start: Date,
  duration: Duration,
  options: WorkingOptions = {},
): Step[] {
  const way = { from: start.getTime(), to: addWorking(hours, start, duration, options).getTime() }
  const paused = inOrder(options.pauses ?? [], way.from, way.to)
  const steps: Step[] = []
  for (const { from, to } of cut(way, [...edges(hours, way), ...paused.flatMap(bothEnds)])) {
    const kind = paused.some((pause) => contains(pause, from)) ? 'paused' : kindAt(hours, from)
    const last = steps.at(-1)
    if (last?.kind === kind) last.to = new Date(to)
    else steps.push({ kind, from: new Date(from), to: new Date(to) })
  }
  return steps
}

function kindAt(hours: Hours, at: number): Step['kind'] {
  if (hours === 'always' || isOpen(hours, new Date(at))) return 'counted'
  const day = Math.floor(wallMs(hours.zone, at) / dayMs)
  if (!hours.weekdays.has(weekdayOf(day))) return 'weekend'
  if (hours.holidays.has(day)) return 'holiday'
  // a calendar that works through midnight has no night: it closes between two openings
  if (hours.spans.some((span) => span.to > 24 * 60)) return 'break'
  const opens = openOn(hours, day)
  return opens.some((span) => span.to <= at) && opens.some((span) => span.from > at) ? 'break' : 'night'
}

/** Every instant inside the stretch at which the calendar opens, closes or starts a new day. */
function edges(hours: Hours, way: Span): number[] {
  if (hours === 'always') return []
  const days = Array.from(
    { length: lastDay(way.to) - firstDay(way.from) + 1 },
    (_, n) => firstDay(way.from) + n,
  )
  const midnights = days.map((day) => instantMs(hours.zone, day * dayMs))
  return [...midnights, ...days.flatMap((day) => openOn(hours, day)).flatMap(bothEnds)]
}

function cut(way: Span, edges: readonly number[]): Span[] {
  const inside = edges.filter((edge) => edge > way.from && edge < way.to)
  const bounds = [way.from, ...new Set(inside.toSorted((a, b) => a - b)), way.to]
  return bounds.slice(1).map((to, n) => ({ from: bounds[n] ?? to, to }))
}

function bothEnds(span: Span): [number, number] {
  return [span.from, span.to]
}

function contains(span: Span, at: number): boolean {
  return span.from <= at && at < span.to
}

/** The parts of the pauses that lie between two instants, sorted and without overlap. */
function inOrder(pauses: readonly Pause[], from: number, to: number): Span[] {
  let end = from
  const sorted = pauses.toSorted((a, b) => a.from.getTime() - b.from.getTime())
  return sorted.flatMap((pause) => {
    const part = { from: Math.max(pause.from.getTime(), end), to: Math.min(pause.to.getTime(), to) }
    if (part.from >= part.to) return []
    end = part.to
    return [part]
  })
}

function openMsBetween(hours: Hours, from: number, to: number): number {
  if (hours === 'always') return Math.max(0, to - from)
  let sum = 0
  for (let day = firstDay(from); day <= lastDay(to); day += 1) {
    for (const span of openOn(hours, day))
      sum += Math.max(0, Math.min(span.to, to) - Math.max(span.from, from))
  }
  return sum
}

const horizonDays = 5 * 366

/** The earliest instant by which `neededMs` have been open since `start`; for 0, the first open one. */
function reach(hours: Hours, start: number, neededMs: number): number {
  if (hours === 'always') return start + neededMs
  let remaining = neededMs
  for (let day = firstDay(start); day <= firstDay(start) + horizonDays; day += 1) {
    for (const span of openOn(hours, day)) {
      const from = Math.max(span.from, start)
      if (from < span.to && remaining <= span.to - from) return from + remaining
      remaining -= Math.max(0, span.to - from)
    }
  }
  throw new RangeError(
    `these hours are not open for ${neededMs / minuteMs} minutes in the five years from ${new Date(start).toISOString()}`,
  )
}

// A zone is at most 14 hours from UTC and a span may run through the night, so these days hold every span that matters.
function firstDay(at: number): number {
  return Math.floor(at / dayMs) - 2
}
function lastDay(at: number): number {
  return Math.floor(at / dayMs) + 1
}

/** A bound on what is remembered, well above the days that one search can look at. */
const rememberedDays = 4096

/** When it is really open on the spans of a local day (days since 1970-01-01), in order. */
function openOn(hours: Calendar, day: number): readonly Span[] {
  const known = hours.resolved.get(day)
  if (known) return known
  if (hours.resolved.size >= rememberedDays) hours.resolved.clear()
  const spans = withoutOverlap(resolve(hours, day), resolve(hours, day - 1).at(-1)?.to)
  hours.resolved.set(day, spans)
  return spans
}

function resolve({ zone, weekdays, holidays, spans }: Calendar, day: number): Span[] {
  if (!weekdays.has(weekdayOf(day)) || holidays.has(day)) return []
  const at = (minute: number): number => instantMs(zone, day * dayMs + minute * minuteMs)
  return spans.map(({ from, to }) => ({ from: at(from), to: at(to) }))
}

/** Where a DST gap moves a wall time later, a span can shrink to nothing or reach into the next one, even the next day's. */
function withoutOverlap(spans: readonly Span[], closedUntil = -Infinity): Span[] {
  let end = closedUntil
  return spans.flatMap(({ from, to }) => {
    const span = { from: Math.max(from, end), to }
    if (span.from >= span.to) return []
    end = span.to
    return [span]
  })
}

function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7 // 1970-01-01 was a Thursday, weekday 3
}

/** `08:30-12:30, 13:30-18:00` in minutes and in order. Throws a RangeError that says what was expected. */
function readSpans(text: string): Span[] {
  const spans = text.split(',').map(readSpan)
  spans.sort((a, b) => a.from - b.from)
  for (const [n, span] of spans.entries()) {
    const next = spans[n + 1]?.from ?? (spans[0]?.from ?? 0) + 24 * 60
    if (span.to > next) throw new RangeError(`expected spans that do not overlap, not "${text}"`)
  }
  return spans
}

function readSpan(text: string): Span {
  const [open = '', close = '', ...rest] = text.split('-').map((time) => time.trim())
  if (!close || rest.length > 0) {
    throw new RangeError(`expected opening times such as "08:30-12:30, 13:30-18:00", not "${text.trim()}"`)
  }
  const [from, to] = [readTimeOfDay(open), readTimeOfDay(close)]
  if (from === to || from === 24 * 60)
    throw new RangeError(`"${text.trim()}" is empty; all day is "00:00-24:00"`)
  return { from, to: to > from ? to : to + 24 * 60 }
}
