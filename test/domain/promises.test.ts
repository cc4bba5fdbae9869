import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  beginUpdate,
  isOverdue,
  marksDue,
  nextPromiseAt,
  pausePromises,
  promiseNames,
} from '#domain/promises.ts'
import { recount, startPromises, type PromiseState } from '#domain/promises.ts'
import { addMs, dayMs, hourMs, minuteMs } from '#domain/time.ts'
import { monday } from '../support/stories.ts'
import { severities } from '../support/terms.ts'
import { at, shown } from './wall.ts'

const critical = severities['critical']!
const high = severities['high']!
const after = (ms: number) => addMs(monday, ms)

describe('what is owed', () => {
  it.each([
    ['critical', '2026-06-01 10:15', '2026-06-01 11:00', '2026-06-01 22:00'],
    ['high', '2026-06-01 10:30', '2026-06-01 15:00', '2026-06-03 10:00'],
    ['normal', '2026-06-01 12:00', '2026-06-02 10:00', '2026-06-08 10:00'],
    ['low', '2026-06-01 15:00', '2026-06-03 10:00', '2026-06-15 10:00'],
  ])('at %s, from Monday at ten', (severity, acknowledge, update, resolve) => {
    const promises = startPromises(severities[severity]!, monday)
    expect(shown(promises.acknowledge.dueAt!)).toBe(acknowledge)
    expect(shown(promises.update.dueAt!)).toBe(update)
    expect(shown(promises.resolve.dueAt!)).toBe(resolve)
    expect(shown(promises.thirtyDays.dueAt!)).toBe('2026-07-01 10:00')
  })

  it('is 30 days at the same time of day, though the clocks change in between', () => {
    const promises = startPromises(critical, at('2026-10-10 09:00'))
    expect(shown(promises.thirtyDays.dueAt!)).toBe('2026-11-09 09:00')
  })

  it('is warned of at three quarters of the working time', () => {
    const promises = startPromises(high, at('2026-06-01 17:00'))
    expect(shown(promises.update.warnAt!)).toBe('2026-06-02 10:30')
    expect(shown(promises.update.dueAt!)).toBe('2026-06-02 11:30')
  })
})

describe('marks', () => {
  it('come in time order, each with its due time, a warning before its breach', () => {
    const marks = marksDue(startPromises(critical, monday), after(hourMs))
    expect(
      marks.map(({ at, kind, promise }) => `${(Number(at) - Number(monday)) / minuteMs} ${kind} ${promise}`),
    ).toEqual([
      '11.25 promise_warned acknowledge',
      '15 promise_breached acknowledge',
      '45 promise_warned update',
      '60 promise_breached update',
    ])
  })

  it('of one promise may lie between those of another', () => {
    const promises = {
      ...startPromises(critical, monday),
      update: beginUpdate(critical, monday, after(20 * hourMs)),
    }
    const marks = marksDue(promises, after(24 * hourMs)).filter(({ promise }) => promise !== 'acknowledge')
    expect(marks.map(({ promise }) => promise)).toEqual(['resolve', 'resolve', 'update', 'update'])
  })

  it('are the same, one after the other, however often they are asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 * 24 * 60 })), (stops) => {
        const promises = startPromises(high, monday)
        const found = stops
          .toSorted((a, b) => a - b)
          .flatMap((minute) => {
            const marks = marksDue(promises, after(minute * minuteMs))
            for (const { kind, promise, at } of marks)
              promises[promise][kind === 'promise_warned' ? 'warnedAt' : 'breachedAt'] = at
            return marks.map(({ at, kind, promise }) => [at, kind, promise])
          })
        const atOnce = marksDue(startPromises(high, monday), after(Math.max(0, ...stops) * minuteMs))
        expect(found).toEqual(atOnce.map(({ at, kind, promise }) => [at, kind, promise]))
      }),
      { numRuns: 100 },
    )
  })

  it('are due first when the next one says so', () => {
    const promises = startPromises(critical, monday)
    const next = nextPromiseAt(promises)!
    expect(marksDue(promises, addMs(next, -1))).toEqual([])
    expect(marksDue(promises, next)).toHaveLength(1)
  })

  it('are none for what is kept, broken or paused', () => {
    const { update } = startPromises(critical, monday)
    const late = after(40 * dayMs)
    const all = (state: Partial<PromiseState>) =>
      Object.fromEntries(promiseNames.map((name) => [name, { ...update, ...state }])) as ReturnType<
        typeof startPromises
      >
    expect(marksDue(all({ keptAt: monday }), late)).toEqual([])
    expect(marksDue(all({ breachedAt: monday }), late)).toEqual([])
    expect(marksDue(all({ dueAt: null, warnAt: null }), late)).toEqual([])
    expect(nextPromiseAt(all({ keptAt: monday }))).toBeNull()
  })
})

describe('a time that a person names', () => {
  it('outranks the interval and is warned of at three quarters', () => {
    const update = beginUpdate(critical, monday, after(8 * hourMs))
    expect(update).toMatchObject({ startedAt: monday, dueAt: after(8 * hourMs), warnAt: after(6 * hourMs) })
    expect(beginUpdate(critical, monday, null)).toMatchObject({ dueAt: after(hourMs), promisedFor: null })
  })
})

describe('counting anew', () => {
  const started = startPromises(critical, monday)

  it('leaves alone what is kept', () => {
    const kept = { ...started, acknowledge: { ...started.acknowledge, keptAt: monday } }
    expect(recount(kept, high, [], monday).acknowledge).toEqual(kept.acknowledge)
  })

  it('changes nothing under the same terms', () => {
    const now = after(hourMs)
    const marked = {
      ...started,
      update: { ...started.update, warnedAt: after(45 * minuteMs), breachedAt: now },
    }
    expect(recount(marked, critical, [], now)).toEqual(marked)
  })

  it('takes back a warning and a breach that are no longer due', () => {
    const now = after(hourMs)
    const marked = {
      ...started,
      update: { ...started.update, warnedAt: after(45 * minuteMs), breachedAt: now },
    }
    expect(recount(marked, high, [], now).update).toMatchObject({ warnedAt: null, breachedAt: null })
  })

  it('never stretches the acknowledgement or the 30 days by a pause', () => {
    const pauses = [{ from: monday, to: after(5 * hourMs) }]
    const counted = recount(started, critical, pauses, after(5 * hourMs))
    expect(counted.acknowledge.dueAt).toEqual(started.acknowledge.dueAt)
    expect(counted.thirtyDays.dueAt).toEqual(started.thirtyDays.dueAt)
    expect(counted.update.dueAt).toEqual(after(6 * hourMs))
  })
})

describe('standing still', () => {
  it('is for the update and the resolution, not for what was due before', () => {
    const paused = pausePromises(startPromises(critical, monday), after(2 * hourMs))
    expect(promiseNames.map((name) => paused[name].dueAt !== null)).toEqual([true, true, false, true])
  })
})

it('is overdue from its breach until it is made good', () => {
  const { update } = startPromises(critical, monday)
  expect(isOverdue(update)).toBe(false)
  expect(isOverdue({ ...update, breachedAt: monday })).toBe(true)
  expect(isOverdue({ ...update, breachedAt: monday, keptAt: monday })).toBe(false)
})
