import { describe, expect, test } from 'vitest'
import { addWorking, isOpen, workingMsBetween } from '#domain/hours.ts'
import { hourMs } from '#domain/time.ts'
import { at, hours, shown } from './wall.ts'

const nights = { days: 'Mon-Sun', open: '22:00-06:00' }
const split = { days: 'Mon-Fri', open: '08:30-12:30, 13:30-18:00' }

describe('when the clocks change', () => {
  test.each([
    ['Europe/Brussels', '2026-03-28', 7, '2026-03-29 23:00'],
    ['Europe/Brussels', '2026-10-24', 9, '2026-10-25 06:00'],
    ['America/New_York', '2026-03-07', 7, '2026-03-08 23:00'],
    ['America/New_York', '2026-10-31', 9, '2026-11-01 06:00'],
    ['Australia/Lord_Howe', '2026-10-03', 7.5, '2026-10-04 22:30'],
    ['Australia/Lord_Howe', '2026-04-04', 8.5, '2026-04-05 06:00'],
    ['Asia/Kolkata', '2026-03-28', 8, '2026-03-29 06:00'],
  ])('%s: the night of %s has %d hours', (zone, day, length, eightHours) => {
    const night = hours(nights, zone)
    const start = at(`${day} 22:00`, zone)
    const noon = new Date(start.getTime() + 14 * hourMs)
    expect(workingMsBetween(night, start, noon)).toBe(length * hourMs)
    const due = addWorking(night, start, length > 8 ? `${length * 60}m` : '8h')
    expect(shown(due, zone)).toBe(eightHours)
  })
  test.each([
    ['Europe/Brussels', '2026-03-27 17:00', '2026-03-30 09:30'],
    ['Europe/Brussels', '2026-10-23 17:00', '2026-10-26 09:30'],
    ['America/New_York', '2026-03-06 17:00', '2026-03-09 09:30'],
    ['America/New_York', '2026-10-30 17:00', '2026-11-02 09:30'],
    ['Australia/Lord_Howe', '2026-04-03 17:00', '2026-04-06 09:30'],
    ['Australia/Lord_Howe', '2026-10-02 17:00', '2026-10-05 09:30'],
    ['Asia/Kolkata', '2026-03-27 17:00', '2026-03-30 09:30'],
  ])('%s: two office hours from %s keep their wall time', (zone, start, due) => {
    expect(shown(addWorking(hours(split, zone), at(start, zone), '2h'), zone)).toBe(due)
  })
  test.each([
    ['opens inside the gap: that much later', '02:30-04:00', '2026-03-29', 0.5],
    ['closes inside the gap: that much later', '01:00-02:30', '2026-03-29', 1.5],
    ['lies in the gap: not at all', '02:00-03:00', '2026-03-29', 0],
    ['reaches into the next one: counted once', '02:00-02:30, 03:00-04:00', '2026-03-29', 1],
    ['opens at a time shown twice: the first', '02:30-04:00', '2026-10-25', 2.5],
    ['closes at a time shown twice: the first', '01:00-02:30', '2026-10-25', 1.5],
    ['lies in the hour shown twice: both', '02:00-03:00', '2026-10-25', 2],
  ])('a span that %s', (_, open, day, length) => {
    const calendar = hours({ days: 'Mon-Sun', open })
    expect(workingMsBetween(calendar, at(`${day} 00:00`), at(`${day} 12:00`))).toBe(length * hourMs)
  })
  test('a span that a midnight gap moves into the next day’s is counted once', () => {
    const open = '01:00-03:00, 16:00-00:30'
    const santiago = hours({ days: 'Mon-Sun', open, timezone: 'America/Santiago' })
    const noons = ['2026-09-05 12:00', '2026-09-06 12:00'].map((noon) => at(noon, 'America/Santiago')) as [
      Date,
      Date,
    ]
    expect(workingMsBetween(santiago, ...noons)).toBe(10 * hourMs)
  })
})

test('far west of UTC a shift may end two UTC days after it started', () => {
  const long = hours({ days: 'Mon', open: '20:00-19:00', timezone: 'Pacific/Pago_Pago' })
  expect(isOpen(long, at('2026-05-05 18:59', 'Pacific/Pago_Pago'))).toBe(true)
  expect(isOpen(long, at('2026-05-05 19:00', 'Pacific/Pago_Pago'))).toBe(false)
})
