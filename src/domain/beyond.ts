import type { Event, FallbackReason, Happened, PageReason, Way } from './escalation.ts'
import type { Terms } from './terms.ts'

/**
 * Why somebody beyond Slack is told: the page it is about, by its number, and whether that page only did not arrive
 * within a minute (`isLate`). `detail` as in the page: the channel that could not be reached, or the tiers without people.
 */
export type Cause = {
  number: number
  channel: string
  tier: string | null
  reason: PageReason | FallbackReason
  isLate: boolean
  detail?: string
}

/** What goes out beyond Slack: an e-mail to one address, or the request to the webhook of the policy of then. */
export type BeyondNotice = { kind: 'email'; to: string; cause: Cause } | { kind: 'webhook'; cause: Cause }

/** The ways beyond Slack that the policy of today has. */
export function waysOf({ fallback }: Pick<Terms, 'fallback'>): Way[] {
  return [
    ...(fallback.email.length > 0 ? (['email'] as const) : []),
    ...(fallback.webhook ? (['webhook'] as const) : []),
  ]
}

/** What happened to a page that Slack has not taken; nothing where there is no other way. */
export function fellBack(
  { number, channel, tier, reason }: Pick<Cause, 'number' | 'channel' | 'tier' | 'reason'>,
  terms: Terms,
  isLate: boolean,
  now: Date,
): Happened[] {
  const beyond = waysOf(terms)
  if (beyond.length === 0) return []
  return [{ at: now, event: { kind: 'page_fell_back', number, channel, tier, reason, isLate, beyond } }]
}

/** Who beyond Slack is told of an event. */
export function beyondOf(event: Event, { fallback }: Terms): BeyondNotice[] {
  const cause = causeOf(event)
  if (!cause) return []
  return [
    ...fallback.email.map((to) => ({ kind: 'email' as const, to, cause })),
    ...(fallback.webhook ? [{ kind: 'webhook' as const, cause }] : []),
  ]
}

function causeOf(event: Event): Cause | null {
  switch (event.kind) {
    case 'fallback_told': {
      const { number, channel, reason, detail } = event
      return {
        number,
        channel,
        tier: null,
        reason,
        isLate: false,
        ...(detail !== undefined && { detail }),
      }
    }
    case 'page_fell_back': {
      const { number, channel, tier, reason, isLate } = event
      return { number, channel, tier, reason, isLate }
    }
    default:
      return null
  }
}
