import { expect } from 'vitest'
import { isPerson, type Escalation, type Event } from '#domain/escalation.ts'
import { nextPlace, type Place } from '#domain/ladder.ts'
import { isObsolete } from '#domain/obsolete.ts'
import { promiseNames } from '#domain/promises.ts'
import type { Terms } from '#domain/terms.ts'
import type { Step, Story } from '../support/stories.ts'

type Of<K extends Event['kind']> = Extract<Event, { kind: K }>

function only<K extends Event['kind']>(step: Step, ...kinds: K[]): Of<K>[] {
  return step.happened
    .map(({ event }) => event)
    .filter((event): event is Of<K> => kinds.some((kind) => kind === event.kind))
}

/** What holds of every change, whoever or whatever made it. */
export function holds(step: Step, terms: Terms): void {
  countsVersions(step)
  keepsTimeInOrder(step)
  numbersPages(step)
  climbsOneRung(step, terms)
  losesNoOwnerSilently(step)
  keepsPromises(step)
  raisesOnce(step, terms)
  pingsNobodyWhoActed(step)
}

/** What holds of a story at rest, when the clock has looked at everything that is due. */
export function rests(story: Story): void {
  const { is, now } = story
  expect(is.toRaise).toEqual([])
  if (is.state === 'resolved') expect(is.wakeAt).toBeNull()
  else expect(Number(is.wakeAt)).toBeGreaterThan(Number(now))
}

/** What holds of everything that was said in a story. */
export function saidRight(story: Story): void {
  const { is } = story
  const all = story.notices()
  const keys = all.map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
  for (const { notice } of all) {
    if (notice.kind !== 'page') continue
    const current =
      (is.state === 'paging' && notice.number === is.rungPage) ||
      (is.state === 'unanswered' && notice.number === is.fallbackPage)
    if (current) expect(isObsolete(notice, is)).toBe(false)
    const ofTheLadder = notice.tier !== null && notice.reason !== 'missed_promise'
    if (ofTheLadder || notice.reason === 'unanswered') expect(isObsolete(notice, is)).toBe(!current)
    if (is.state === 'resolved') expect(isObsolete(notice, is)).toBe(true)
  }
}

function countsVersions({ before, after }: Step): void {
  expect(after.version).toBe(before.version + 1)
  expect(after.turn).toBeLessThanOrEqual(after.version)
  const turned = (['state', 'owner', 'round', 'tier', 'severity'] as const).some(
    (key) => before[key] !== after[key],
  )
  if (turned) expect(after.turn).toBe(after.version)
  else expect(after.turn).toBeGreaterThanOrEqual(before.turn)
}

function keepsTimeInOrder({ happened, now }: Step): void {
  const times = happened.map(({ at }) => Number(at))
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(times.at(-1)).toBeLessThanOrEqual(Number(now))
  for (const { at, event } of happened) {
    if (event.kind === 'promise_breached') expect(at).toEqual(event.dueAt)
    else if (event.kind !== 'promise_warned') expect(at).toEqual(now)
  }
}

function numbersPages(step: Step): void {
  const numbers = only(step, 'paged', 'raised', 'fallback_told').map((event) => event.number)
  expect(numbers).toEqual(numbers.map((_, n) => step.before.page + 1 + n))
  expect(step.after.page).toBe(step.before.page + numbers.length)
  expect(step.after.rungPage).toBeLessThanOrEqual(step.after.page)
}

/** One place after the other: from here when it was given back, from the first when it starts again, else from the next. */
function climbsOneRung(step: Step, terms: Terms): void {
  const { before, after } = step
  const places: Place[] = only(step, 'tier_skipped', 'paged').map(({ round, rung }) => ({ round, rung }))
  const [paged, ...more] = only(step, 'paged')
  expect(more).toEqual([])
  const here = { round: before.round, rung: before.tier }
  const anew = only(step, 'opened', 'reopened').length > 0
  const again = only(step, 'lapsed', 'released').length > 0
  let expected: Place | null = anew ? { round: 1, rung: 0 } : again ? here : nextPlace(here, terms)
  for (const place of places) {
    expect(place).toEqual(expected)
    expected = nextPlace(place, terms)
  }
  if (paged) expect(places.at(-1)).toEqual({ round: paged.round, rung: paged.rung })
  expect({ round: after.round, rung: after.tier }).toEqual(places.at(-1) ?? here)
  expect(places.length).toBeLessThanOrEqual(terms.ladder.length)
}

function losesNoOwnerSilently(step: Step): void {
  const { before, after } = step
  expect(after.owner !== null).toBe(
    after.state === 'acknowledged' || (after.state === 'resolved' && after.owner !== null),
  )
  if (before.owner === null || before.owner === after.owner) return
  const said =
    only(step, 'lapsed').some(({ owner }) => owner === before.owner) ||
    only(step, 'released').some(({ by }) => by === before.owner) ||
    only(step, 'handed_off').some(({ from, to }) => from === before.owner && to === after.owner) ||
    only(step, 'paged').some(({ reason, by }) => reason === 'escalated' && by !== undefined) ||
    only(step, 'reopened').length > 0
  expect(said).toBe(true)
}

function keepsPromises(step: Step): void {
  const { before, after, now } = step
  const anew = only(step, 'opened', 'reopened').length > 0
  for (const name of promiseNames) {
    const [was, is] = [before.promises[name], after.promises[name]]
    if (was.keptAt && !anew) expect(is).toEqual(was)
    if (is.breachedAt) expect(is.breachedAt).toEqual(is.dueAt)
    if (is.breachedAt) expect(Number(is.breachedAt)).toBeLessThanOrEqual(Number(now))
    const said = only(step, 'promise_warned', 'promise_breached').filter(({ promise }) => promise === name)
    expect(said.map(({ kind }) => kind)).toEqual(
      said
        .map(({ kind }) => kind)
        .toSorted()
        .toReversed(),
    )
    if (said.length > 0 && !anew) expect([was.breachedAt, was.keptAt]).toEqual([null, null])
  }
  expect(after.promises.thirtyDays.dueAt).toEqual(before.promises.thirtyDays.dueAt)
  expect(after.promises.acknowledge.dueAt).not.toBeNull()
  if (after.waitingSince) standsStill(after, after.waitingSince)
}

function standsStill({ promises }: Escalation, since: Date): void {
  for (const { keptAt, dueAt } of [promises.update, promises.resolve])
    if (!keptAt && dueAt) expect(Number(dueAt)).toBeLessThanOrEqual(Number(since))
}

function raisesOnce(step: Step, terms: Terms): void {
  const raised = only(step, 'raised')
  expect(raised.length).toBeLessThanOrEqual(1)
  const from = only(step, 'reopened').length > 0 ? 0 : step.before.raised
  expect(step.after.raised).toBe(from + raised.length)
  expect(step.after.raised).toBeLessThanOrEqual(terms.missedPromise.length)
  for (const { asked } of raised) expect(asked.tier).toBe(terms.missedPromise[from])
  for (const { missed } of raised) expect(new Set(missed).size).toBe(missed.length)
}

/** Whoever acted hears nothing of it, unless they alone can be asked. */
function pingsNobodyWhoActed(step: Step): void {
  const actors = new Set(
    step.happened.map(({ event }) => ('by' in event && event.by) || '').filter((by) => isPerson(by)),
  )
  const asked = only(step, 'paged').map((event) => new Set(event.asked.onCall.concat(event.asked.mention)))
  const alone = asked.flatMap((people) => (people.size === 1 ? Array.from(people) : []))
  for (const { notice } of step.notices) {
    const pinged = notice.kind === 'direct' && notice.about !== 'requested' ? [notice.user] : []
    const mentioned = notice.kind === 'page' && notice.tier !== null ? notice.mention : []
    for (const user of [...pinged, ...mentioned]) if (actors.has(user)) expect(alone).toContain(user)
  }
}
