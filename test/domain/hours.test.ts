import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import {
  HoursSpec,
  addWorking,
  durationMs,
  explainWorking,
  isOpen,
  nextOpen,
  workingMsBetween,
  type Hours,
} from '#domain/hours.ts'
import { hourMs, minuteMs } from '#domain/time.ts'
import { at, hours, shown } from './wall.ts'

const split = { days: 'Mon-Fri', open: '08:30-12:30, 13:30-18:00', holidays: ['2026-12-25', '2027-01-01'] }
const office = hours(split)
const nights = { days: 'Mon-Sun', open: '22:00-06:00' }

function problem(change: object): string | undefined {
  return HoursSpec.safeParse({ ...split, ...change }).error?.issues[0]?.message
}

describe('hours as they are written', () => {
  test.each([
    { open: '00:00-24:00' },
    { open: '22:00-06:00' },
    { open: '16:00-00:00' },
    { open: '22:00-06:00, 06:00-14:00' },
    { open: '13:30-18:00,08:30-12:30' },
    { days: 'Sun' },
    { timezone: 'Asia/Kolkata' },
  ])('%o is fine', (change) => {
    expect(problem(change)).toBeUndefined()
  })
  test.each([
    [{ open: '' }, 'expected opening times such as'],
    [{ open: '08:30' }, 'expected opening times such as'],
    [{ open: '08:30-12:30-18:00' }, 'expected opening times such as'],
    [{ open: '8:30-12:30' }, 'expected a time of day such as 08:30, not "8:30"'],
    [{ open: '08:30-25:00' }, 'expected a time of day such as 08:30, not "25:00"'],
    [{ open: '09:00-09:00' }, '"09:00-09:00" is empty; all day is "00:00-24:00"'],
    [{ open: '24:00-06:00' }, '"24:00-06:00" is empty'],
    [{ open: '08:00-13:00, 12:00-18:00' }, 'expected spans that do not overlap'],
    [{ open: '05:00-08:00, 22:00-06:00' }, 'expected spans that do not overlap'],
    [{ days: 'weekdays' }, 'expected a weekday'],
    [{ holidays: ['25/12/2026'] }, 'expected a date such as 2026-12-25'],
    [{ holidays: ['2026-02-30'] }, 'expected a date such as 2026-12-25'],
    [{ timezone: 'Brussels' }, 'expected an IANA time zone'],
    [{ hollidays: [] }, 'Unrecognized key'],
  ])('%o is not', (change, message) => {
    expect(problem(change)).toContain(message)
  })
})

describe('a duration on the office calendar', () => {
  test.each([
    ['15m', 15 * minuteMs],
    ['4h', 4 * hourMs],
    ['24h', 24 * hourMs],
    ['1d', 8.5 * hourMs],
    ['2w', 10 * 8.5 * hourMs],
  ])('%s is %i open ms', (duration, ms) => {
    expect(durationMs(office, duration)).toBe(ms)
  })
  test.each([
    ['always', 'always' as const, 24],
    ['a night shift', hours(nights), 8],
    ['round the clock', hours({ days: 'Mon-Sun', open: '00:00-24:00' }), 24],
  ])('1d is nominal on %s', (_, calendar, length) => {
    expect(durationMs(calendar, '1d')).toBe(length * hourMs)
  })
})

describe('due on the office calendar', () => {
  test.each([
    ['within a span', '2026-05-04 09:00', '2h', '2026-05-04 11:00'],
    ['over lunch', '2026-05-04 12:00', '1h', '2026-05-04 14:00'],
    ['over night', '2026-05-04 17:30', '1h', '2026-05-05 09:00'],
    ['over the weekend', '2026-05-08 17:30', '1h', '2026-05-11 09:00'],
    ['over a holiday and a weekend', '2026-12-24 17:30', '1h', '2026-12-28 09:00'],
    ['exactly at lunch', '2026-05-04 08:30', '4h', '2026-05-04 12:30'],
    ['exactly at closing time', '2026-05-04 17:00', '1h', '2026-05-04 18:00'],
    ['a day after opening is closing time', '2026-05-04 08:30', '1d', '2026-05-04 18:00'],
    ['two days later', '2026-05-04 10:00', '2d', '2026-05-06 10:00'],
    ['one day is not 24 office hours', '2026-05-04 10:00', '1d', '2026-05-05 10:00'],
    ['24 hours are', '2026-05-04 10:00', '24h', '2026-05-06 18:00'],
    ['a week later', '2026-05-06 10:00', '1w', '2026-05-13 10:00'],
    ['started before opening', '2026-05-04 06:00', '30m', '2026-05-04 09:00'],
    ['started at lunch', '2026-05-04 13:00', '30m', '2026-05-04 14:00'],
    ['started at closing time', '2026-05-04 18:00', '30m', '2026-05-05 09:00'],
    ['started on a Saturday', '2026-05-09 11:00', '30m', '2026-05-11 09:00'],
    ['started on a holiday', '2026-12-25 11:00', '30m', '2026-12-28 09:00'],
    ['over both ends of summer time', '2026-03-27 17:30', '31w', '2026-10-30 17:30'],
  ])('%s', (_, start, duration, due) => {
    expect(shown(addWorking(office, at(start), duration))).toBe(due)
  })
  test('always counts elapsed time', () => {
    expect(shown(addWorking('always', at('2026-03-28 12:00'), '1d'))).toBe('2026-03-29 13:00')
    expect(explainWorking('always', new Date(0), '1s')).toEqual([
      { kind: 'counted', from: new Date(0), to: new Date(1000) },
    ])
  })
  test('a warning is due after its portion', () => {
    expect(shown(addWorking(office, at('2026-05-04 08:30'), '2d', { portion: 0.75 }))).toBe(
      '2026-05-05 13:45',
    )
    expect(addWorking('always', new Date(0), '2h', { portion: 0.75 })).toEqual(new Date(1.5 * hourMs))
  })
  test('a promise that needs over five years is refused', () => {
    expect(() => addWorking(office, at('2026-05-04 10:00'), '99999d')).toThrow(
      /not open for .* in the five years from/,
    )
  })
  test('a calendar that stays closed for over five years is refused', () => {
    const sundays = Array.from({ length: 300 }, (_, week) => {
      return Temporal.PlainDate.from('2026-05-03').add({ weeks: week }).toString()
    })
    const never = hours({ days: 'Sun', open: '10:00-11:00', holidays: sundays })
    expect(isOpen(never, at('2026-05-10 10:00'))).toBe(false)
    expect(() => nextOpen(never, at('2026-05-10 10:00'))).toThrow(RangeError)
  })
})

describe('open', () => {
  test.each([
    ['2026-05-04 08:29', false, '2026-05-04 08:30'],
    ['2026-05-04 08:30', true, '2026-05-04 08:30'],
    ['2026-05-04 12:30', false, '2026-05-04 13:30'],
    ['2026-05-04 17:59', true, '2026-05-04 17:59'],
    ['2026-05-08 18:00', false, '2026-05-11 08:30'],
    ['2026-12-25 10:00', false, '2026-12-28 08:30'],
  ])('at %s: %s, next %s', (wall, open, next) => {
    expect(isOpen(office, at(wall))).toBe(open)
    expect(shown(nextOpen(office, at(wall)))).toBe(next)
  })
  test.each([
    ['Pacific/Kiritimati', '2026-05-03T18:30:00Z'],
    ['Asia/Kolkata', '2026-05-04T03:00:00Z'],
    ['America/New_York', '2026-05-04T12:30:00Z'],
    ['Pacific/Pago_Pago', '2026-05-04T19:30:00Z'],
  ])('in %s on the Monday of that zone', (zone, opening) => {
    const there = hours({ ...split, timezone: zone })
    expect(nextOpen(there, new Date('2026-05-02T20:00:00Z')).toISOString()).toBe(
      opening.replace('Z', '.000Z'),
    )
  })
})

test('decades are counted without remembering every day of them', () => {
  const sundays = hours({ days: 'Sun', open: '10:00-11:00' })
  expect(workingMsBetween(sundays, at('2020-01-06 00:00'), at('2032-01-05 00:00'))).toBe(626 * hourMs)
})

describe('a night shift belongs to the day it starts on', () => {
  const workNights = hours({ days: 'Mon-Fri', open: '22:00-06:00', holidays: ['2026-05-06'] })
  test.each([
    ['Monday before dawn is still Sunday’s', '2026-05-04 03:00', false],
    ['Saturday before dawn is still Friday’s', '2026-05-09 03:00', true],
    ['Saturday evening', '2026-05-09 23:00', false],
    ['before dawn on a holiday', '2026-05-06 03:00', true],
    ['the evening of a holiday', '2026-05-06 23:00', false],
    ['before dawn after a holiday', '2026-05-07 03:00', false],
  ])('%s', (_, wall, open) => {
    expect(isOpen(workNights, at(wall))).toBe(open)
  })
})

describe('pauses', () => {
  const lunchToFive = { from: at('2026-05-04 12:00'), to: at('2026-05-04 17:00') }
  test.each([
    ['within the day', [lunchToFive], '2026-05-05 14:30'],
    ['given twice', [lunchToFive, lunchToFive], '2026-05-05 14:30'],
    [
      'overlapping, in any order',
      [{ ...lunchToFive, from: at('2026-05-04 16:00') }, lunchToFive],
      '2026-05-05 14:30',
    ],
    ['outside hours', [{ from: at('2026-05-04 18:00'), to: at('2026-05-05 08:00') }], '2026-05-05 09:30'],
    ['before the start', [{ from: at('2026-05-01 10:00'), to: at('2026-05-04 09:30') }], '2026-05-05 09:30'],
    [
      'from before the start',
      [{ from: at('2026-05-01 10:00'), to: at('2026-05-04 10:30') }],
      '2026-05-05 10:30',
    ],
    [
      'from the due time on',
      [{ from: at('2026-05-05 09:30'), to: at('2026-05-06 10:00') }],
      '2026-05-05 09:30',
    ],
    ['of no length', [{ from: at('2026-05-04 10:00'), to: at('2026-05-04 10:00') }], '2026-05-05 09:30'],
  ])('%s', (_, pauses, due) => {
    expect(shown(addWorking(office, at('2026-05-04 09:30'), '1d', { pauses }))).toBe(due)
  })
  test('do not count between two instants', () => {
    const [from, to] = [at('2026-05-04 08:30'), at('2026-05-04 18:00')]
    expect(workingMsBetween(office, from, to, [lunchToFive])).toBe(4.5 * hourMs)
    expect(workingMsBetween('always', from, to, [lunchToFive])).toBe(4.5 * hourMs)
    expect(workingMsBetween(office, to, from, [lunchToFive])).toBe(0)
  })
})

describe('an explanation', () => {
  function told(calendar: Hours, start: string, duration: string, pauses: [string, string][] = []): string[] {
    const options = { pauses: pauses.map(([from, to]) => ({ from: at(from), to: at(to) })) }
    const steps = explainWorking(calendar, at(start), duration, options)
    return steps.map(({ kind, from, to }) => `${kind} ${shown(from).slice(5)} - ${shown(to).slice(5)}`)
  }
  test('names breaks, nights, holidays, weekends and pauses', () => {
    const pauses: [string, string][] = [['2026-12-28 17:00', '2026-12-29 10:00']]
    expect(told(office, '2026-12-24 12:00', '2d', pauses)).toEqual([
      'counted 12-24 12:00 - 12-24 12:30',
      'break 12-24 12:30 - 12-24 13:30',
      'counted 12-24 13:30 - 12-24 18:00',
      'night 12-24 18:00 - 12-25 00:00',
      'holiday 12-25 00:00 - 12-26 00:00',
      'weekend 12-26 00:00 - 12-28 00:00',
      'night 12-28 00:00 - 12-28 08:30',
      'counted 12-28 08:30 - 12-28 12:30',
      'break 12-28 12:30 - 12-28 13:30',
      'counted 12-28 13:30 - 12-28 17:00',
      'paused 12-28 17:00 - 12-29 10:00',
      'counted 12-29 10:00 - 12-29 12:30',
      'break 12-29 12:30 - 12-29 13:30',
      'counted 12-29 13:30 - 12-29 15:30',
    ])
  })
  test('does not call the daytime of a night shift a night', () => {
    expect(told(hours(nights), '2026-05-04 21:00', '9h')).toEqual([
      'break 05-04 21:00 - 05-04 22:00',
      'counted 05-04 22:00 - 05-05 06:00',
      'break 05-05 06:00 - 05-05 22:00',
      'counted 05-05 22:00 - 05-05 23:00',
    ])
  })
  test('counts days that touch as one', () => {
    const weekdays = hours({ days: 'Mon-Fri', open: '00:00-24:00' })
    expect(told(weekdays, '2026-05-07 12:00', '2d')).toEqual([
      'counted 05-07 12:00 - 05-09 00:00',
      'weekend 05-09 00:00 - 05-11 00:00',
      'counted 05-11 00:00 - 05-11 12:00',
    ])
  })
})
