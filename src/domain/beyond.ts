import type { Event, FallbackReason, Happened, PageReason, Way } from './escalation.ts'
import type { Page } from './notice.ts'
import type { Terms } from './terms.ts'

/**
 * Why somebody beyond Slack is told: the page it is about, by its number, and whether that page only did not arrive
 * within a minute (`isLate`). `detail` as in the page: the channel that could not be reached, or the tiers without people.
 * What is `quarantined` is about no page (0), and `detail` says why it can't be decided.
 */
export type Cause = {
  number: number
  channel: string
  tier: string | null
  reason: PageReason | FallbackReason | 'quarantined'
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
  { number, channel, tier, reason }: Pick<Page, 'number' | 'channel' | 'tier' | 'reason'>,
  terms: Terms,
  isLate: boolean,
  now: Date,
): Happened[] {
  const beyond = waysOf(terms)
  if (beyond.length === 0) return []
  return [{ at: now, event: { kind: 'page_fell_back', number, channel, tier, reason, isLate, beyond } }]
}

/** Who beyond Slack is told of an event. */
export function beyondOf(event: Event, { fallback }: Pick<Terms, 'fallback'>): BeyondNotice[] {
  const cause = causeOf(event, fallback.channel)
  if (!cause) return []
  return [
    ...fallback.email.map((to) => ({ kind: 'email' as const, to, cause })),
    ...(fallback.webhook ? [{ kind: 'webhook' as const, cause }] : []),
  ]
}

function causeOf(event: Event, fallback: string): Cause | null {
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
    case 'quarantined': {
      const { kind, reason } = event
      return { number: 0, channel: fallback, tier: null, reason: kind, isLate: false, detail: reason }
    }
    default:
      return null
  }
}
