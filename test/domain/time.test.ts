import { describe, expect, test } from 'vitest'
import {
  Duration,
  TimeOfDay,
  TimeZone,
  Weekdays,
  durationParts,
  earliest,
  elapsedMs,
  hourMs,
  instantMs,
  isDue,
  readTimeOfDay,
  readWeekdays,
  wallMs,
} from '#domain/time.ts'

describe('a duration', () => {
  test.each(['30s', '15m', '4h', '2d', '1w'])('may be %s', (text) => {
    expect(Duration.parse(text)).toBe(text)
  })
  test.each(['', '0m', '-1h', '1.5h', '15', '15 m', '1mo', '100000m'])('may not be "%s"', (text) => {
    expect(Duration.safeParse(text).error?.issues[0]?.message).toMatch(/expected a duration such as 30s/)
  })
  test('has an amount and a unit', () => {
    expect(durationParts('15m')).toEqual({ amount: 15, unit: 'm' })
  })
  test.each([
    ['30s', 30_000],
    ['15m', 900_000],
    ['4h', 14_400_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
  ])('%s elapses in %i ms', (duration, ms) => {
    expect(elapsedMs(duration)).toBe(ms)
  })
})

describe('a due time', () => {
  const now = new Date('2026-05-05T12:00:00Z')
  test('is due at its own instant and after it', () => {
    expect(isDue(now, now)).toBe(true)
    expect(isDue(new Date(now.getTime() + 1), now)).toBe(false)
    expect(isDue(null, now)).toBe(false)
    expect(isDue(undefined, now)).toBe(false)
  })
  test('the earliest one ignores those that are not set', () => {
    expect(earliest(null, new Date(5), undefined, new Date(3))).toEqual(new Date(3))
    expect(earliest(new Date(0))).toEqual(new Date(0))
    expect(earliest(null, undefined)).toBeNull()
  })
})

describe('what the policy writes', () => {
  test.each([
    ['Mon-Fri', [0, 1, 2, 3, 4]],
    ['Mon-Thu, Sat', [0, 1, 2, 3, 5]],
    ['Sun', [6]],
    ['Sun-Thu', [6, 0, 1, 2, 3]],
    ['Mon,Wed,Fri', [0, 2, 4]],
  ])('weekdays %s', (text, days) => {
    expect(readWeekdays(text)).toEqual(new Set(days))
  })
  test.each(['', 'Monday', 'mon-fri', 'Mon-', 'Mon-Wed-Fri', 'Mon;Tue', 'Mon,,Tue'])(
    'no weekdays "%s"',
    (text) => {
      expect(Weekdays.safeParse(text).error?.issues[0]?.message).toMatch(/^expected (a weekday|weekdays)/)
    },
  )
  test('times of day', () => {
    expect(['00:00', '08:30', '24:00'].map(readTimeOfDay)).toEqual([0, 510, 1440])
    expect(TimeOfDay.safeParse('24:00').success).toBe(false)
  })
  test.each(['', '8:30', '24:01', '12:60', '12.30', ' 09:00', '9am'])('no time of day "%s"', (text) => {
    expect(TimeOfDay.safeParse(text).error?.issues[0]?.message).toMatch(/^expected a time of day/)
  })
  test.each(['Europe/Brussels', 'UTC', 'Australia/Lord_Howe'])('zone %s', (zone) => {
    expect(TimeZone.parse(zone)).toBe(zone)
  })
  test.each(['', 'Brussels', '+02:00', 'Europe/Atlantis'])('no zone "%s"', (zone) => {
    expect(TimeZone.safeParse(zone).success).toBe(false)
  })
})

describe('wall time', () => {
  test.each([
    ['Europe/Brussels', '2026-07-01T00:30:00Z', '2026-07-01T02:30:00Z'],
    ['America/New_York', '2026-07-01T00:30:00Z', '2026-06-30T20:30:00Z'],
    ['Asia/Kolkata', '2026-07-01T00:30:00Z', '2026-07-01T06:00:00Z'],
    ['Australia/Lord_Howe', '2026-07-01T00:30:00Z', '2026-07-01T11:00:00Z'],
    ['Europe/Brussels', '1965-01-01T00:00:00Z', '1965-01-01T01:00:00Z'],
  ])('in %s clocks show another time and come back', (zone, instant, shown) => {
    expect(wallMs(zone, Date.parse(instant))).toBe(Date.parse(shown))
    expect(instantMs(zone, Date.parse(shown))).toBe(Date.parse(instant))
  })
  test('a skipped time counts as that much later', () => {
    expect(instantMs('Europe/Brussels', Date.UTC(2026, 2, 29, 2, 30))).toBe(Date.UTC(2026, 2, 29, 1, 30))
    expect(instantMs('Australia/Lord_Howe', Date.UTC(2026, 9, 4, 2, 10))).toBe(Date.UTC(2026, 9, 3, 15, 40))
  })
  test('of a time that is shown twice the first counts', () => {
    const first = Date.UTC(2026, 9, 25, 0, 30)
    expect(instantMs('Europe/Brussels', Date.UTC(2026, 9, 25, 2, 30))).toBe(first)
    expect(wallMs('Europe/Brussels', first + hourMs)).toBe(wallMs('Europe/Brussels', first))
  })
})
