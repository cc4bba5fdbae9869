import type { Actor, Asked, Escalation, Event, FallbackReason, Happened, PageReason } from './escalation.ts'
import { remindEveryMs } from './escalation.ts'
import type { Terms } from './terms.ts'
import { waysOf } from './beyond.ts'
import { addMs } from './time.ts'

/** A place on the ladder: the round counts from 1, the rung is the tier's index. */
export type Place = { round: number; rung: number }

export function placeOf({ round, tier }: Escalation): Place {
  return { round, rung: tier }
}

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

/** True when a page would ask nobody although the tier is meant to ask somebody. */
export function asksNobody({ tier, onCall, mention }: Asked, terms: Terms): boolean {
  return onCall.length + mention.length === 0 && terms.expectsPeople(tier)
}

/**
 * Pages the tier at this place. Tiers that resolve to nobody are skipped at once and the fallback is told, once for all
 * of them; when no tier is left, the escalation is unanswered. One call pages one tier at most.
 */
export function climbTo(
  escalation: Escalation,
  place: Place | null,
  terms: Terms,
  now: Date,
  why: { reason: PageReason; by?: Actor },
): Happened[] {
  const { skipped, found } = search(place, terms, now, why.by)
  const told = skipped.length > 0 ? [tellFallback(escalation, terms, 'nobody', namesOf(skipped))] : []
  const page = told.at(-1)?.number ?? escalation.page
  const end: Event[] = found
    ? [{ kind: 'paged', number: page + 1, ...found, ...why }]
    : [
        { kind: 'unanswered', remindAt: addMs(now, remindEveryMs) },
        tellFallback({ page }, terms, 'unanswered'),
      ]
  return [...skipped, ...told, ...end].map((event) => ({ at: now, event }))
}

type Skipped = Extract<Event, { kind: 'tier_skipped' }>

/** The first tier from here on that asks somebody. Each is looked at once: a further round at the same instant finds nobody either. */
function search(place: Place | null, terms: Terms, now: Date, by: Actor | undefined) {
  const skipped: Skipped[] = []
  for (let at = place; at && skipped.length < terms.ladder.length; at = nextPlace(at, terms)) {
    const tier = terms.ladder[at.rung]?.tier ?? ''
    const asked = without(by, terms.asked(tier, now))
    if (!asksNobody(asked, terms)) return { skipped, found: { ...at, asked } }
    skipped.push({ kind: 'tier_skipped', ...at, tier })
  }
  return { skipped, found: null }
}

function namesOf(skipped: Skipped[]): string {
  return [...new Set(skipped.map(({ tier }) => tier))].join(', ')
}

/** A page to the fallback: it is numbered like any other, so that it can't go out twice. */
export function tellFallback(
  { page }: Pick<Escalation, 'page'>,
  terms: Terms,
  reason: FallbackReason,
  detail?: string,
): Extract<Event, { kind: 'fallback_told' }> {
  const beyond = waysOf(terms)
  return {
    kind: 'fallback_told',
    number: page + 1,
    channel: terms.fallback.channel,
    mention: terms.fallback.mention,
    reason,
    ...(detail !== undefined && { detail }),
    ...(beyond.length > 0 && { beyond }),
  }
}
