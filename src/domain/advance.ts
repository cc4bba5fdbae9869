import type { Escalation, Happened } from './escalation.ts'
import { after, ladderAt, remindEveryMs } from './escalation.ts'
import { asksNobody, climbTo, nextPlace, placeOf, tellFallback } from './ladder.ts'
import { marksDue } from './promises.ts'
import type { Terms } from './terms.ts'
import { waitAfter } from './terms.ts'
import { addMs, isDue } from './time.ts'

/**
 * The verb of the clock: every event that is due by `now`, in time order. Promises wait for nobody: each warning and
 * breach carries its due time. The ladders wait for people: one call pages one tier at most, and whatever else is due
 * stays due, so the next call finds it.
 */
export function advance(escalation: Escalation, terms: Terms, now: Date): Happened[] {
  if (escalation.state === 'resolved') return []
  const broken = promisesDue(escalation, terms, now)
  const warned = after(escalation, broken)
  const raised = raise(warned, terms, now)
  const climbed = raised.length > 0 ? [] : ladder(warned, terms, now)
  return [...broken, ...raised, ...climbed].sort((a, b) => Number(a.at) - Number(b.at))
}

/** Every warning and breach that is due, stamped with its due time. */
export function promisesDue(escalation: Escalation, terms: Terms, now: Date): Happened[] {
  const rungsLeft = escalation.raised < terms.missedPromise.length
  return marksDue(escalation.promises, now).map(({ at, kind, promise, dueAt }) =>
    kind === 'promise_warned'
      ? { at, event: { kind, promise, dueAt } }
      : {
          at,
          event: {
            kind,
            promise,
            dueAt,
            raise: rungsLeft && (promise === 'update' || promise === 'resolve'),
          },
        },
  )
}

/**
 * A missed update or resolution climbs the hierarchical ladder one rung; several missed at once climb it together. The
 * fallback is asked in the place of a tier that resolves to nobody.
 */
function raise(escalation: Escalation, terms: Terms, now: Date): Happened[] {
  const tier = terms.missedPromise[escalation.raised]
  if (escalation.toRaise.length === 0 || tier === undefined) return []
  const number = escalation.page + 1
  const found = terms.asked(tier, now)
  const { channel, mention } = terms.fallback
  const asked = asksNobody(found, terms) ? { tier, onCall: [], channel, mention } : found
  return [{ at: now, event: { kind: 'raised', number, asked, missed: escalation.toRaise } }]
}

function ladder(escalation: Escalation, terms: Terms, now: Date): Happened[] {
  if (!isDue(ladderAt(escalation), now)) return []
  switch (escalation.state) {
    case 'paging':
      return waitedFor(escalation, terms, now)
    case 'acknowledged':
      return lapsed(escalation, terms, now)
    case 'unanswered':
      return remind(escalation, terms, now)
    case 'resolved':
      return []
  }
}

/**
 * A tier whose page could not be delivered in time has its time from now on. Had the clock stood still meanwhile, then
 * counting from when the page was decided would end that time before anybody was asked.
 */
function waitedFor(escalation: Escalation, terms: Terms, now: Date): Happened[] {
  if (!escalation.waitUntil) {
    const waitUntil = waitAfter(terms, escalation.tier, escalation.severity, now)
    return [{ at: now, event: { kind: 'wait_started', number: escalation.rungPage, waitUntil } }]
  }
  return climbTo(escalation, nextPlace(placeOf(escalation), terms), terms, now, { reason: 'no_answer' })
}

/** The tier where it was acknowledged is asked again, and it climbs from there. */
function lapsed(escalation: Escalation, terms: Terms, now: Date): Happened[] {
  if (!escalation.owner) return []
  return [
    { at: now, event: { kind: 'lapsed', owner: escalation.owner } },
    ...climbTo(escalation, placeOf(escalation), terms, now, { reason: 'lapsed' }),
  ]
}

function remind(escalation: Escalation, terms: Terms, now: Date): Happened[] {
  return [
    { at: now, event: { kind: 'reminded', remindAt: addMs(now, remindEveryMs) } },
    { at: now, event: tellFallback(escalation, terms, 'unanswered') },
  ]
}
