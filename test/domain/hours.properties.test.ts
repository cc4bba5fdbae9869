import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  HoursSpec,
  addWorking,
  compileHours,
  durationMs,
  explainWorking,
  isOpen,
  nextOpen,
  workingMsBetween,
  type Hours,
  type Pause,
} from '#domain/hours.ts'
import { dayMs, hourMs, minuteMs, type TimeZone } from '#domain/time.ts'

/** Each zone with two days on which its clocks change, or would if they did. */
const changes: Record<TimeZone, [string, string]> = {
  'Europe/Brussels': ['2026-03-29', '2026-10-25'],
  'America/New_York': ['2026-03-08', '2026-11-01'],
  'Australia/Lord_Howe': ['2026-04-05', '2026-10-04'],
  'Asia/Kolkata': ['2026-03-29', '2026-10-25'],
  'Pacific/Kiritimati': ['2026-03-29', '2026-10-25'],
}
/** None opens or closes at a time that a change skips or repeats: what happens then is a table in hours.clocks.test.ts. */
const weeks = [
  { days: 'Mon-Fri', open: '08:30-12:30, 13:30-18:00' },
  { days: 'Mon-Thu, Sat', open: '09:00-17:00' },
  { days: 'Sat-Mon', open: '22:00-06:00' },
  { days: 'Mon-Sun', open: '00:00-24:00' },
  { days: 'Sun-Thu', open: '16:00-00:00, 05:00-07:15' },
]

type Situation = {
  hours: Hours
  zone: TimeZone
  week: (typeof weeks)[number]
  holidays: string[]
  start: Date
}

const situation: fc.Arbitrary<Situation> = fc
  .record({
    change: fc.constantFrom(
      ...Object.entries(changes).flatMap(([zone, days]) => days.map((day) => [zone, day] as const)),
    ),
    week: fc.constantFrom(...weeks),
    startMinute: fc.integer({ min: -4 * 1440, max: 2 * 1440 }),
    offs: fc.array(fc.integer({ min: -3, max: 4 }), { maxLength: 2 }),
  })
  .map(({ change: [zone, day], week, startMinute, offs }) => {
    const midnight = Date.parse(day)
    const holidays = offs.map((off) => new Date(midnight + off * dayMs).toISOString().slice(0, 10))
    const hours = compileHours(HoursSpec.parse({ ...week, holidays }), zone)
    return { hours, zone, week, holidays, start: new Date(midnight + startMinute * minuteMs) }
  })

const minutes = (max: number) => fc.integer({ min: 0, max })
const duration = fc.oneof(
  fc.integer({ min: 1, max: 5000 }).map((amount) => `${amount}s`),
  fc.integer({ min: 1, max: 3000 }).map((amount) => `${amount}m`),
  fc.constantFrom('1h', '20h', '1d', '2d', '5d', '1w'),
)
/** Pauses in minutes after the start. */
const pauses = fc.array(fc.tuple(minutes(4000), minutes(2000)), { maxLength: 3 })

function pausesFrom(start: Date, offsets: [number, number][]): Pause[] {
  return offsets.map(([after, length]) => ({ from: later(start, after), to: later(start, after + length) }))
}

function later(at: Date, minutes: number): Date {
  return new Date(at.getTime() + minutes * minuteMs)
}

/** What the slowest and plainest reading of the calendar says of one minute: look at the clock on the wall. */
function wallSaysOpen({ zone, week, holidays }: Situation): (at: Date) => boolean {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
  const names = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
  const listed: Record<string, string[]> = {
    'Mon-Fri': ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'],
    'Mon-Thu, Sat': ['Mon', 'Tue', 'Wed', 'Thu', 'Sat'],
    'Sat-Mon': ['Sat', 'Sun', 'Mon'],
    'Mon-Sun': names,
    'Sun-Thu': ['Sun', 'Mon', 'Tue', 'Wed', 'Thu'],
  }
  const works = (day: string) =>
    listed[week.days]?.includes(names[new Date(day).getUTCDay()] ?? '') && !holidays.includes(day)
  const dayBefore = (day: string) => new Date(Date.parse(day) - dayMs).toISOString().slice(0, 10)
  const spans = week.open
    .split(', ')
    .map((span) => span.replace('-00:00', '-24:00').split('-') as [string, string])
  return (at) => {
    const [day = '', time = ''] = clock.format(at).split(' ')
    return spans.some(([open, close]) => {
      if (open < close) return open <= time && time < close && works(day)
      return (open <= time && works(day)) || (time < close && works(dayBefore(day)))
    })
  }
}

/** The minutes that count, of so many after the start: each by how many lie before it. */
function countedMinutes(at: Situation, length: number, paused: Pause[]): number[] {
  const open = wallSaysOpen(at)
  return Array.from({ length }, (_, n) => n).filter((n) => {
    const minute = later(at.start, n)
    return open(minute) && !paused.some(({ from, to }) => from <= minute && minute < to)
  })
}

describe('against a walk through every minute', () => {
  test('the same time is counted', () => {
    fc.assert(
      fc.property(situation, minutes(5 * 1440), pauses, (at, length, offsets) => {
        const paused = pausesFrom(at.start, offsets)
        const ms = workingMsBetween(at.hours, at.start, later(at.start, length), paused)
        expect(ms).toBe(countedMinutes(at, length, paused).length * minuteMs)
      }),
      { numRuns: 120 },
    )
  })
  test('the due time is the end of the minute that completes the duration', () => {
    fc.assert(
      fc.property(situation, fc.integer({ min: 1, max: 1500 }), pauses, (at, needed, offsets) => {
        const paused = pausesFrom(at.start, offsets)
        const due = addWorking(at.hours, at.start, `${needed}m`, { pauses: paused })
        const length = (due.getTime() - at.start.getTime()) / minuteMs
        const counted = countedMinutes(at, length, paused)
        expect(counted).toHaveLength(needed)
        expect(counted.at(-1)).toBe(length - 1)
      }),
      { numRuns: 40 },
    )
  })
  test('the same minutes are open', () => {
    fc.assert(
      fc.property(situation, (at) => {
        expect(isOpen(at.hours, at.start)).toBe(wallSaysOpen(at)(at.start))
      }),
      { numRuns: 500 },
    )
  })
})

describe('working time', () => {
  const runs = { numRuns: 200 }
  test('that is added is what lies between', () => {
    fc.assert(
      fc.property(situation, duration, pauses, ({ hours, start }, duration, offsets) => {
        const paused = pausesFrom(start, offsets)
        const due = addWorking(hours, start, duration, { pauses: paused })
        expect(workingMsBetween(hours, start, due, paused)).toBe(durationMs(hours, duration))
      }),
      runs,
    )
  })
  test('adds up', () => {
    fc.assert(
      fc.property(situation, minutes(9000), minutes(9000), pauses, ({ hours, start }, one, two, offsets) => {
        const paused = pausesFrom(start, offsets)
        const [middle, end] = [later(start, one), later(start, one + two)]
        const halves =
          workingMsBetween(hours, start, middle, paused) + workingMsBetween(hours, middle, end, paused)
        expect(workingMsBetween(hours, start, end, paused)).toBe(halves)
      }),
      runs,
    )
  })
  test('that starts later is never due earlier', () => {
    fc.assert(
      fc.property(situation, duration, minutes(6000), ({ hours, start }, duration, wait) => {
        const [first, second] = [start, later(start, wait)].map((at) => addWorking(hours, at, duration))
        expect(Number(first)).toBeLessThanOrEqual(Number(second))
      }),
      runs,
    )
  })
  test('that is longer is due later', () => {
    fc.assert(
      fc.property(situation, fc.integer({ min: 1, max: 5000 }), ({ hours, start }, length) => {
        const [less, more] = [length, length + 1].map((minutes) => addWorking(hours, start, `${minutes}m`))
        expect(Number(less)).toBeLessThan(Number(more))
      }),
      runs,
    )
  })
  test('is pushed by exactly the open time that the pauses cover', () => {
    fc.assert(
      fc.property(
        situation,
        duration,
        minutes(4000),
        minutes(3000),
        ({ hours, start }, duration, after, length) => {
          const pause = { from: later(start, after), to: later(start, after + length) }
          const plain = addWorking(hours, start, duration)
          const pushed = addWorking(hours, start, duration, { pauses: [pause] })
          const covered = plain <= pause.from ? 0 : workingMsBetween(hours, pause.from, pause.to)
          expect(workingMsBetween(hours, plain, pushed)).toBe(covered)
        },
      ),
      runs,
    )
  })
  test('counts a portion of the same time', () => {
    fc.assert(
      fc.property(
        situation,
        duration,
        fc.constantFrom(0.5, 0.75, 0.9, 1),
        pauses,
        (at, duration, portion, offsets) => {
          const paused = pausesFrom(at.start, offsets)
          const warned = addWorking(at.hours, at.start, duration, { portion, pauses: paused })
          expect(warned <= addWorking(at.hours, at.start, duration, { pauses: paused })).toBe(true)
          const counted = workingMsBetween(at.hours, at.start, warned, paused)
          expect(counted).toBe(Math.round(durationMs(at.hours, duration) * portion))
        },
      ),
      runs,
    )
  })
  test('on always is elapsed time without the pauses', () => {
    fc.assert(
      fc.property(situation, pauses, fc.integer({ min: 1, max: 90 }), ({ start }, offsets, length) => {
        const paused = pausesFrom(start, offsets)
        const due = addWorking('always', start, `${length}h`, { pauses: paused })
        expect(workingMsBetween('always', start, due, paused)).toBe(length * hourMs)
      }),
      runs,
    )
  })
})

describe('the next opening', () => {
  test('is open, and nothing opens before it', () => {
    fc.assert(
      fc.property(situation, ({ hours, start }) => {
        const opening = nextOpen(hours, start)
        expect(isOpen(hours, opening)).toBe(true)
        expect(workingMsBetween(hours, start, opening)).toBe(0)
        expect(opening.getTime() === start.getTime()).toBe(isOpen(hours, start))
      }),
      { numRuns: 300 },
    )
  })
})

describe('an explanation', () => {
  test('leads from the start to the due time, and its counted steps add up', () => {
    fc.assert(
      fc.property(situation, duration, pauses, ({ hours, start }, duration, offsets) => {
        const options = { pauses: pausesFrom(start, offsets) }
        const steps = explainWorking(hours, start, duration, options)
        expect(steps[0]?.from).toEqual(start)
        expect(steps.at(-1)?.to).toEqual(addWorking(hours, start, duration, options))
        expect(steps.slice(1).map(({ from }) => from)).toEqual(steps.slice(0, -1).map(({ to }) => to))
        const counted = steps.filter(({ kind }) => kind === 'counted')
        const sum = counted.reduce((ms, { from, to }) => ms + (to.getTime() - from.getTime()), 0)
        expect(sum).toBe(durationMs(hours, duration))
      }),
      { numRuns: 100 },
    )
  })
})
