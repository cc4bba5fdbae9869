import type { Actor, Escalation } from './escalation.ts'
import { startPromises } from './promises.ts'
import type { Terms } from './terms.ts'
import type { Ticket } from './ticket.ts'

/**
 * What starts an escalation. The policy and severity were chosen by the rules. `askedAt`: when the source asked for a human,
 * by its own clock, if it says so.
 */
export type Opening = {
  source: string
  ticket: Ticket
  by: Actor
  policy: string
  severity: string
  askedAt?: Date | null
}

/** An escalation before anything has happened to it: what `open` decides on. Its id is given by the store. */
export function unopened(opening: Opening, policyHash: string, terms: Terms, now: Date): Escalation {
  const { source, ticket, by, policy, severity, askedAt = null } = opening
  const promises = startPromises(terms.severity(severity), now)
  const chosen = { policy, policyHash, severity, promises }
  return { ...untouched, source, ticket, openedBy: by, openedAt: now, askedAt, ...chosen }
}

const untouched = {
  id: 0,
  version: 0,
  turn: 0,
  state: 'paging',
  round: 1,
  tier: 0,
  page: 0,
  rungPage: 0,
  fallbackPage: 0,
  pagedAt: null,
  waitUntil: null,
  waitFrom: null,
  owner: null,
  acknowledgedAt: null,
  lapseAt: null,
  remindAt: null,
  raised: 0,
  toRaise: [],
  waitingSince: null,
  pauses: [],
  channels: [],
  home: '',
  told: null,
  resolvedAt: null,
  resolvedBy: null,
  resolution: null,
  wakeAt: null,
} satisfies Partial<Escalation>
