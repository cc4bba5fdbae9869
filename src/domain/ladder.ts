import type { Actor, Asked, Escalation, Event, FallbackReason, Happened, PageReason } from './escalation.ts'
import { remindEveryMs } from './escalation.ts'
import type { Terms } from './terms.ts'
import { addMs } from './time.ts'

/** A place on the ladder: the round counts from 1, the rung is the tier's index. */
export type Place = { round: number; rung: number }

/** Where the ladder goes from here; null when all rounds are spent. */
export function nextPlace({ round, rung }: Place, terms: Terms): Place | null {
  if (rung + 1 < terms.ladder.length) return { round, rung: rung + 1 }
  return round < terms.rounds ? { round: round + 1, rung: 0 } : null
}

/** Whoever acted is not pinged about it, unless nobody else would be asked. */
function without(actor: Actor | undefined, asked: Asked): Asked {
  const onCall = asked.onCall.filter((person) => person !== actor)
  const mention = asked.mention.filter((id) => id !== actor)
  return onCall.length + mention.length > 0 ? { ...asked, onCall, mention } : asked
}

/** True when the page would ask nobody although the tier is meant to ask somebody. */
function asksNobody(asked: Asked, expectsPeople: boolean): boolean {
  return expectsPeople && asked.onCall.length === 0 && asked.mention.length === 0
}

/**
 * Pages the tier at this place. A tier that resolves to nobody is skipped at once and the fallback is told; when no
 * tier is left, the escalation is unanswered. One call pages one tier at most.
 */
export function climbTo(
  escalation: Escalation,
  place: Place | null,
  terms: Terms,
  now: Date,
  why: { reason: PageReason; by?: Actor },
): Happened[] {
  if (!place) return goUnanswered(escalation, terms, now)
  const tier = terms.ladder[place.rung]?.tier ?? ''
  const asked = without(why.by, terms.asked(tier, now))
  if (asksNobody(asked, terms.expectsPeople(tier))) return skip(escalation, place, tier, terms, now, why)
  const paged: Event = { kind: 'paged', number: escalation.page + 1, ...place, asked, ...why }
  return [{ at: now, event: paged }]
}

function skip(
  escalation: Escalation,
  place: Place,
  tier: string,
  terms: Terms,
  now: Date,
  why: { reason: PageReason; by?: Actor },
): Happened[] {
  const told = tellFallback(escalation, terms, 'nobody', tier)
  const onward = { ...escalation, page: told.number }
  return [
    { at: now, event: { kind: 'tier_skipped', ...place, tier } },
    { at: now, event: told },
    ...climbTo(onward, nextPlace(place, terms), terms, now, why),
  ]
}

function goUnanswered(escalation: Escalation, terms: Terms, now: Date): Happened[] {
  return [
    { at: now, event: { kind: 'unanswered', remindAt: addMs(now, remindEveryMs) } },
    { at: now, event: tellFallback(escalation, terms, 'unanswered') },
  ]
}

/** A page to the fallback: it is numbered like any other, so that it can't go out twice. */
export function tellFallback(
  escalation: Escalation,
  terms: Terms,
  reason: FallbackReason,
  detail?: string,
): Extract<Event, { kind: 'fallback_told' }> {
  return {
    kind: 'fallback_told',
    number: escalation.page + 1,
    channel: terms.fallback.channel,
    mention: terms.fallback.mention,
    reason,
    ...(detail !== undefined && { detail }),
  }
}
