import { describe, expect, it } from 'vitest'
import { endOfDay, keyDueAt, periodBefore, periodSoFar, usualDigest } from '#domain/digest-period.ts'
import { spelled } from '#domain/spelled.ts'
import { at, brussels, shown } from './wall.ts'

const daily = usualDigest
const period = (now: string, spec = daily) => {
  const { from, to, nextAt, ...rest } = periodBefore(spec, brussels, at(now))
  return { ...rest, from: shown(from), to: shown(to), nextAt: shown(nextAt) }
}

describe('the digest that is due', () => {
  it("covers a day, and on Monday everything since Friday's", () => {
    expect(period('2026-11-24 09:00')).toEqual({
      day: '2026-11-24',
      key: 'digest:2026-11-24',
      from: '2026-11-23 09:00',
      to: '2026-11-24 09:00',
      nextAt: '2026-11-25 09:00',
    })
    expect(period('2026-11-23 10:12')).toMatchObject({ day: '2026-11-23', from: '2026-11-20 09:00' })
  })

  it('is the one before until the very minute', () => {
    expect(period('2026-11-24 08:59')).toMatchObject({ day: '2026-11-23', nextAt: '2026-11-24 09:00' })
    expect(period('2026-11-22 23:00')).toMatchObject({ day: '2026-11-20', nextAt: '2026-11-23 09:00' })
  })

  it('follows the clocks of its zone when they change', () => {
    const { from, to } = periodBefore({ at: '09:00', days: 'Mon-Sun' }, brussels, at('2026-03-29 12:00'))
    expect(Number(to) - Number(from)).toBe(23 * 3_600_000)
    const autumn = periodBefore({ at: '02:30', days: 'Mon-Sun' }, brussels, at('2026-10-25 12:00'))
    expect(autumn.to.toISOString()).toBe('2026-10-25T00:30:00.000Z')
  })

  it('in a time that spring skips is that much later, once', () => {
    const skipped = { at: '02:30', days: 'Mon-Sun' }
    expect(period('2026-03-29 12:00', skipped)).toMatchObject({ day: '2026-03-29', to: '2026-03-29 03:30' })
    expect(period('2026-03-29 03:29', skipped)).toMatchObject({ day: '2026-03-28' })
  })

  it('has its days in its own zone', () => {
    const spec = { ...daily, timezone: 'Pacific/Auckland' }
    const { day, to } = periodBefore(spec, brussels, new Date('2026-11-22T21:00:00Z'))
    expect({ day, to: shown(to, 'Pacific/Auckland') }).toEqual({ day: '2026-11-23', to: '2026-11-23 09:00' })
  })

  it('can be weekly', () => {
    expect(period('2026-11-25 12:00', { at: '07:00', days: 'Mon' })).toEqual({
      day: '2026-11-23',
      key: 'digest:2026-11-23',
      from: '2026-11-16 07:00',
      to: '2026-11-23 07:00',
      nextAt: '2026-11-30 07:00',
    })
  })

  it('never covers nothing where a zone skips a whole day', () => {
    const apia = { at: '09:00', days: 'Mon-Sun', timezone: 'Pacific/Apia' }
    const { from, to } = periodBefore(apia, 'UTC', new Date('2011-12-31T00:00:00Z'))
    expect(from < to).toBe(true)
  })

  it('chains: each one starts where the one before ended, and no instant is left out', () => {
    let next = periodBefore(daily, brussels, at('2026-01-05 09:00'))
    for (let count = 0; count < 300; count++) {
      const after = periodBefore(daily, brussels, next.nextAt)
      expect([after.from, after.to, after.day > next.day]).toEqual([next.to, next.nextAt, true])
      next = after
    }
  })
})

describe('around a period', () => {
  it('names the digest that was due at an instant', () => {
    expect(keyDueAt(brussels, at('2026-11-20 09:00'))).toBe('digest:2026-11-20')
  })

  it('asks for what happened since the last digest', () => {
    const now = at('2026-11-24 15:00')
    expect(periodSoFar({ timezone: brussels, digest: undefined }, now)).toEqual({
      from: at('2026-11-24 09:00'),
      to: now,
    })
  })

  it('ends the day at midnight, whatever its length', () => {
    expect(shown(endOfDay(brussels, at('2026-03-29 12:00')))).toBe('2026-03-30 00:00')
    expect(shown(endOfDay(brussels, at('2026-10-25 00:00')))).toBe('2026-10-26 00:00')
  })
})

describe('a length of time', () => {
  it.each([
    [0, 'no time'],
    [45_000, '45 s'],
    [90_000, '1 min 30 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [86_400_000 * 3 + 3_600_000 * 4 + 60_000, '3 d 4 h'],
  ])('of %i ms is spelled %s', (ms, text) => expect(spelled(ms)).toBe(text))
})
