import * as fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import { RotationSpec, compileRotation, onCallAt, shifts, type Shift } from '#domain/rotation.ts'
import { at } from './wall.ts'

const people = ['U0A', 'U0B', 'U0C']
const weekly = { people, every: '1w', handoff: 'Mon 09:00' }

function rotation(spec: unknown, zone = 'Europe/Brussels') {
  return compileRotation(RotationSpec.parse(spec), zone)
}

/** What the clocks show, and how far they are from UTC. */
function shown(instant: Date, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone)
  return local.toString({ timeZoneName: 'never', smallestUnit: 'minute' })
}

function problems(spec: unknown): string[] {
  return (
    RotationSpec.safeParse(spec).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ??
    []
  )
}

describe('a rotation as it is written', () => {
  test.each([
    weekly,
    { people: ['W0A'], every: '1d', handoff: '10:00', timezone: 'America/New_York', group: 'S0G' },
    { people, every: '12h', handoff: '08:00' },
  ])('%o is fine', (spec) => {
    expect(problems(spec)).toEqual([])
  })
  test.each([
    [{ ...weekly, people: [] }, 'people'],
    [{ ...weekly, people: ['@someone'] }, 'people.0: expected a Slack user id'],
    [{ ...weekly, every: '90m' }, 'every: expected hours, days or weeks'],
    [{ ...weekly, handoff: '09:00' }, 'handoff: turns of weeks change on a weekday'],
    [{ ...weekly, every: '1d' }, 'handoff: turns of hours or days change at a time of day'],
    [{ ...weekly, handoff: 'Monday 09:00' }, 'handoff: expected a weekday'],
    [{ ...weekly, handoff: 'Mon 9:00' }, 'handoff: expected a time of day'],
    [{ ...weekly, handoff: 'Mon 24:00' }, 'handoff: expected a handoff before 24:00'],
    [{ ...weekly, handoff: 'on Mon 09:00' }, 'handoff: expected a handoff such as'],
    [{ ...weekly, timezone: 'Mars/Olympus' }, 'timezone: expected an IANA time zone'],
    [{ ...weekly, group: 'frontline' }, 'group: expected a Slack user group id'],
    [{ ...weekly, evry: '1w' }, 'Unrecognized key'],
  ])('%o is not', (spec, problem) => {
    expect(problems(spec).join('\n')).toContain(problem)
  })
})

describe('the order', () => {
  test('starts with the first person in the week of 2024-01-01', () => {
    expect(onCallAt(rotation(weekly), at('2024-01-01T09:00'))).toEqual({
      person: 'U0A',
      since: at('2024-01-01T09:00'),
      until: at('2024-01-08T09:00'),
    })
    expect(onCallAt(rotation({ ...weekly, handoff: 'Thu 09:00' }), at('2024-01-04T09:00')).person).toBe('U0A')
  })
  test('runs from there both ways', () => {
    const weeks = ['2023-12-18', '2023-12-25', '2024-01-01', '2024-01-08', '2024-01-15', '2024-01-22']
    const order = weeks.map((week) => onCallAt(rotation(weekly), at(`${week}T12:00`)).person)
    expect(order).toEqual(['U0B', 'U0C', 'U0A', 'U0B', 'U0C', 'U0A'])
  })
  test('changes at the handoff, not before', () => {
    expect(onCallAt(rotation(weekly), at('2024-01-08T08:59:59.999')).person).toBe('U0A')
    expect(onCallAt(rotation(weekly), at('2024-01-08T09:00')).person).toBe('U0B')
  })
  test('gives two turns to whoever is named twice', () => {
    const twice = rotation({ people: ['U0A', 'U0A', 'U0B'], every: '1d', handoff: '09:00' })
    const turns = shifts(twice, at('2024-01-01T09:00'), at('2024-01-05T09:00'))
    expect(turns.map(({ person }) => person)).toEqual(['U0A', 'U0A', 'U0B', 'U0A'])
  })
  test('lets one person hand over to themselves', () => {
    const alone = onCallAt(rotation({ ...weekly, people: ['U0A'] }), at('2026-05-05T12:00'))
    expect(alone).toEqual({ person: 'U0A', since: at('2026-05-04T09:00'), until: at('2026-05-11T09:00') })
  })
  test('takes the zone of the rotation before that of the policy', () => {
    const newYork = rotation({ people, every: '1d', handoff: '10:00', timezone: 'America/New_York' })
    expect(onCallAt(newYork, new Date('2026-07-01T12:00:00Z')).until).toEqual(
      new Date('2026-07-01T14:00:00Z'),
    )
  })
})

describe('handoffs keep their wall time when the clocks change', () => {
  const halfDays = { people, every: '12h', handoff: '08:00' }
  test.each([
    [
      'Europe/Brussels',
      '2026-03-28',
      ['03-28T20:00+01:00', '03-29T08:00+02:00', '03-29T20:00+02:00'],
      [11, 12],
    ],
    [
      'Europe/Brussels',
      '2026-10-24',
      ['10-24T20:00+02:00', '10-25T08:00+01:00', '10-25T20:00+01:00'],
      [13, 12],
    ],
    [
      'America/New_York',
      '2026-03-07',
      ['03-07T20:00-05:00', '03-08T08:00-04:00', '03-08T20:00-04:00'],
      [11, 12],
    ],
    [
      'America/New_York',
      '2026-10-31',
      ['10-31T20:00-04:00', '11-01T08:00-05:00', '11-01T20:00-05:00'],
      [13, 12],
    ],
    [
      'Australia/Lord_Howe',
      '2026-04-04',
      ['04-04T20:00+11:00', '04-05T08:00+10:30', '04-05T20:00+10:30'],
      [12.5, 12],
    ],
    [
      'Australia/Lord_Howe',
      '2026-10-03',
      ['10-03T20:00+10:30', '10-04T08:00+11:00', '10-04T20:00+11:00'],
      [11.5, 12],
    ],
    ['Asia/Kolkata', '2026-03-28', ['03-28T20:00+05:30', '03-29T08:00+05:30', '03-29T20:00+05:30'], [12, 12]],
  ])('%s, night of %s', (zone, day, handoffs, hours) => {
    const first = at(`${day}T20:00`, zone)
    const turns = shifts(rotation(halfDays, zone), first, new Date(first.getTime() + 20 * 3_600_000))
    expect([first, ...turns.map(({ until }) => until)].map((each) => shown(each, zone))).toEqual(
      handoffs.map((handoff) => `2026-${handoff}`),
    )
    expect(turns.map(({ since, until }) => (until.getTime() - since.getTime()) / 3_600_000)).toEqual(hours)
  })
  test('a handoff inside the gap is that much later, one shown twice happens the first time', () => {
    const daily = rotation({ people, every: '1d', handoff: '02:30' })
    expect(shown(onCallAt(daily, at('2026-03-29T12:00')).since, 'Europe/Brussels')).toBe(
      '2026-03-29T03:30+02:00',
    )
    expect(shown(onCallAt(daily, at('2026-10-25T12:00')).since, 'Europe/Brussels')).toBe(
      '2026-10-25T02:30+02:00',
    )
  })
  test('around such a handoff the clock on the wall does not decide', () => {
    const daily = rotation({ people, every: '1d', handoff: '02:30' })
    const [spring, autumn] = [at('2026-03-29T03:10'), new Date('2026-10-25T01:10:00Z')]
    expect(onCallAt(daily, spring).until).toEqual(at('2026-03-29T03:30'))
    expect(onCallAt(daily, autumn).since).toEqual(new Date('2026-10-25T00:30:00Z'))
  })
  test('a turn that the gap swallows is nobody’s', () => {
    const hourly = rotation({ people, every: '1h', handoff: '00:00' })
    const turns = shifts(hourly, at('2026-03-29T01:00'), at('2026-03-29T04:00'))
    expect(turns.map(({ since }) => shown(since, 'Europe/Brussels').slice(11, 16))).toEqual([
      '01:00',
      '03:00',
    ])
    const [before, after] = turns.map(({ person }) => people.indexOf(person))
    expect(after).toBe(((before ?? 0) + 2) % 3)
  })
})

test('it does not matter what was asked before', () => {
  const spec = { people, every: '12h', handoff: '08:00' }
  const minutes = fc.array(fc.integer({ min: 0, max: 5 * 24 * 60 }), { minLength: 2, maxLength: 10 })
  fc.assert(
    fc.property(minutes, (asked) => {
      const known = rotation(spec)
      for (const minute of [...asked, ...asked.map((some) => Math.floor(some / 360) * 360)]) {
        const instant = new Date(Date.UTC(2026, 2, 27) + minute * 60_000)
        expect(onCallAt(known, instant)).toEqual(onCallAt(rotation(spec), instant))
      }
    }),
    { numRuns: 50 },
  )
})

describe('always', () => {
  const zones = [
    'Europe/Brussels',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'Pacific/Kiritimati',
  ]
  const minute = fc.integer({ min: 0, max: 1439 })
  const clock = minute.map(
    (m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`,
  )
  const spec = fc.oneof(
    fc.record({ every: fc.constantFrom('1h', '5h', '8h', '12h', '1d', '2d', '10d'), handoff: clock }),
    fc.record({
      every: fc.constantFrom('1w', '2w'),
      handoff: fc.tuple(fc.constantFrom('Mon', 'Thu', 'Sun'), clock).map((parts) => parts.join(' ')),
    }),
  )
  const rotations = fc
    .tuple(spec, fc.integer({ min: 1, max: 4 }), fc.constantFrom(...zones))
    .map(([times, size, zone]) =>
      rotation({ ...times, people: ['U0A', 'U0B', 'U0C', 'U0D'].slice(0, size) }, zone),
    )
  const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2032-01-01'), noInvalidDate: true })

  test('somebody is on call, from then until the next handoff', () => {
    fc.assert(
      fc.property(rotations, instant, (rotation, now) => {
        const turn = onCallAt(rotation, now)
        expect(turn.since <= now && now < turn.until).toBe(true)
        expect(onCallAt(rotation, turn.since)).toEqual(turn)
        expect(onCallAt(rotation, new Date(turn.until.getTime() - 1))).toEqual(turn)
        expect(onCallAt(rotation, turn.until).since).toEqual(turn.until)
      }),
      { numRuns: 300 },
    )
  })
  test('shifts tile the time that was asked for', () => {
    fc.assert(
      fc.property(rotations, instant, fc.integer({ min: 1, max: 100 }), (rotation, from, hours) => {
        const to = new Date(from.getTime() + hours * 3_600_000)
        const turns = shifts(rotation, from, to)
        expect(turns[0]).toEqual(onCallAt(rotation, from))
        expect(turns.slice(1).map(({ since }) => since)).toEqual(turns.slice(0, -1).map(({ until }) => until))
        expect((turns.at(-1) as Shift).since < to && (turns.at(-1) as Shift).until >= to).toBe(true)
      }),
      { numRuns: 100 },
    )
  })
  test('no time at all has no shifts', () => {
    expect(shifts(rotation(weekly), at('2026-05-05T12:00'), at('2026-05-05T12:00'))).toEqual([])
  })
})
