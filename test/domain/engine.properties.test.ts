import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { workingMsBetween, durationMs } from '#domain/hours.ts'
import { nextPromiseAt } from '#domain/promises.ts'
import type { Terms } from '#domain/terms.ts'
import { addMs, dayMs, elapsedMs, type Duration } from '#domain/time.ts'
import * as verbs from '#domain/verbs.ts'
import type { Verb } from '#domain/verbs.ts'
import { monday, Story } from '../support/stories.ts'
import { severities, termsWith } from '../support/terms.ts'
import { holds, rests, saidRight } from './laws.ts'

const person = fc.constantFrom('U0AGENT', 'U0FRONT', 'U0ENG', 'U0HEAD', 'U0SAM')
const severity = fc.constantFrom(...Object.keys(severities))
const duration: fc.Arbitrary<Duration> = fc.oneof(
  fc.integer({ min: 1, max: 90 }).map((n) => `${n}s`),
  fc.integer({ min: 1, max: 90 }).map((n) => `${n}m`),
  fc.integer({ min: 1, max: 60 }).map((n) => `${n}h`),
  fc.integer({ min: 1, max: 20 }).map((n) => `${n}d`),
)
const ladder = ['frontline', 'engineering', 'management', 'wall', 'frontline']
const someTerms: fc.Arbitrary<Terms> = fc
  .record({
    ladder: fc.integer({ min: 1, max: ladder.length }).map((length) => ladder.slice(0, length)),
    rounds: fc.integer({ min: 1, max: 3 }),
    missedPromise: fc.constantFrom([], ['manager'], ['manager', 'director']),
    waits: fc.constantFrom<Record<string, Duration>>({}, { frontline: '5m', engineering: '1d' }),
  })
  .map((changes) => termsWith(changes))

/** Who has left changes what the tiers resolve to, in the middle of a story. */
const gone = fc.subarray(['U0FRONT', 'U0ENG', 'S0LEADS', 'U0HEAD', 'U0MANAGER'])
const leave = (story: Story, left: string[]) => {
  const there = (id: string) => !left.includes(id)
  const { asked } = termsWith()
  story.terms = {
    ...story.terms,
    asked: (tier, at) => {
      const all = asked(tier, at)
      return { ...all, onCall: all.onCall.filter(there), mention: all.mention.filter(there) }
    },
  }
}

const promising: fc.Arbitrary<Verb> = fc.oneof(
  fc.constantFrom(verbs.acknowledge, verbs.waitForCustomer, verbs.resume),
  severity.map(verbs.changeSeverity),
  person.map((to) => verbs.handOff(to)),
  fc.option(fc.integer({ min: 1, max: 200 })).map(promiseIn),
)
const anyVerb: fc.Arbitrary<Verb> = fc.oneof(
  promising,
  fc.constantFrom(verbs.escalateNow, verbs.escalateNow, verbs.release, verbs.reply),
  fc.constantFrom(verbs.resolve('done'), verbs.reopen('again'), verbs.note('hm')),
  severity.map((told) => verbs.updateTicket({ id: 'T-1', subject: 'It is worse', severity: told }, true)),
)

/** Tells the customer something; `hours` from then they hear again. */
function promiseIn(hours: number | null): Verb {
  return (escalation, terms, who, now) =>
    verbs.tellCustomer('We are on it', hours === null ? null : addMs(now, hours * 3_600_000))(
      escalation,
      terms,
      who,
      now,
    )
}

type Act = (story: Story) => void
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(anyVerb, person, fc.option(fc.nat(4)))
      .map(([verb, by, old]): Act => acts(verb, by, old)),
  },
  {
    weight: 3,
    arbitrary: duration.map(
      (time): Act =>
        (story) =>
          rests(story.passes(time)),
    ),
  },
  {
    weight: 1,
    arbitrary: duration.map(
      (time): Act =>
        (story) =>
          void story.sleeps(time),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Act>((story) => void story.delivers()) },
  {
    weight: 1,
    arbitrary: fc.nat(3).map(
      (back): Act =>
        (story) =>
          loses(story, back),
    ),
  },
  {
    weight: 1,
    arbitrary: gone.map(
      (left): Act =>
        (story) =>
          leave(story, left),
    ),
  },
)

function acts(verb: Verb, by: string, old: number | null): Act {
  return (story) => {
    const [before, steps] = [structuredClone(story.is), story.steps.length]
    const refusal = story.tries(verb, by, old === null ? null : story.is.version - old)
    if (refusal) expect([story.is, story.steps.length]).toEqual([before, steps])
  }
}

/** One of the newest pages turns out to be undeliverable. */
function loses(story: Story, back: number): void {
  const pages = story.notices().flatMap(({ notice }) => (notice.kind === 'page' ? [notice] : []))
  const page = pages.at(-1 - back)
  if (page) story.loses(page.number, page.channel)
}

const beginning = fc.record({
  terms: someTerms,
  severity,
  by: fc.oneof(person, fc.constant('generic')),
  at: fc.integer({ min: 0, max: 14 * 24 * 60 }).map((minutes) => addMs(monday, minutes * 60_000)),
})

describe('whatever people do, and however the clock moves', () => {
  it('every law of the engine holds', () => {
    fc.assert(
      fc.property(beginning, fc.array(act, { maxLength: 40 }), (start, acts) => {
        const story = new Story(start)
        for (const one of acts) {
          const steps = story.steps.length
          one(story)
          for (const step of story.steps.slice(steps)) holds(step, story.terms)
          if (story.is.state !== 'resolved') expect(story.is.wakeAt).not.toBeNull()
          saidRight(story)
        }
        rests(story.sweep())
      }),
      { numRuns: 500 },
    )
  })

  it('the same promises are broken at the same times, whether the clock looks all the time or once', () => {
    const acts = fc.array(fc.tuple(duration, promising, person), { maxLength: 8 })
    fc.assert(
      fc.property(beginning, acts, duration, (start, acts, rest) => {
        const [awake, asleep] = [new Story(start), new Story(start)]
        for (const [time, verb, by] of acts) {
          watches(awake, time).tries(verb, by)
          asleep.sleeps(time).tries(verb, by)
        }
        watches(awake, rest)
        asleep.sleeps(rest).sweep()
        expect(broken(asleep)).toEqual(broken(awake))
        expect(asleep.is.promises).toEqual(awake.is.promises)
      }),
      { numRuns: 200 },
    )
  })
})

/** The clock looks whenever a promise is due: all the time, as far as promises are concerned. */
function watches(story: Story, time: Duration): Story {
  const end = addMs(story.now, elapsedMs(time))
  for (
    let next = nextPromiseAt(story.is.promises);
    next && next <= end;
    next = nextPromiseAt(story.is.promises)
  ) {
    story.now = next > story.now ? next : story.now
    story.sweep()
  }
  story.now = end
  return story
}

/** What was warned of and what was broken, and when it was due. */
function broken(story: Story): string[] {
  return story.steps
    .flatMap(({ happened }) => happened)
    .flatMap(({ at, event }) =>
      event.kind === 'promise_warned' || event.kind === 'promise_breached'
        ? [`${at.toISOString()} ${event.kind} ${event.promise}`]
        : [],
    )
    .toSorted()
}

describe('waiting for the customer', () => {
  const stretches = fc.array(fc.tuple(duration, duration), { minLength: 1, maxLength: 4 })
  it('moves the update and the resolution by exactly the working time that we waited, the 30 days by nothing', () => {
    fc.assert(
      fc.property(beginning, stretches, (start, stretches) => {
        const story = new Story(start)
        const { thirtyDays } = story.is.promises
        for (const [work, wait] of stretches) {
          story.sleeps(work).does(verbs.waitForCustomer).sleeps(wait).does(verbs.resume)
        }
        const { hours, update, resolve } = severities[story.is.severity]!
        const { promises, pauses } = story.is
        for (const [promise, time] of [
          [promises.update, update],
          [promises.resolve, resolve],
        ] as const) {
          expect(workingMsBetween(hours, start.at, promise.dueAt!, pauses)).toBe(durationMs(hours, time))
        }
        expect(promises.thirtyDays.dueAt).toEqual(thirtyDays.dueAt)
        expect(Number(thirtyDays.dueAt) - Number(start.at)).toBe(30 * dayMs)
      }),
      { numRuns: 100 },
    )
  })
})
