import type { Notice } from './domain/notice.ts'
import type { Found, Repaired } from './store/audit.ts'
import type { Swept } from './store/sweep.ts'

/**
 * What came of one attempt to deliver a notice. `retry`: surely not sent, tried again. `unsure`: Slack may have it.
 * `away`: Slack refuses us altogether. `permanent`: it can never arrive. `dropped`: nobody needs it any more.
 */
export const deliveryOutcomes = ['sent', 'retry', 'unsure', 'away', 'permanent', 'dropped'] as const
export type DeliveryOutcome = (typeof deliveryOutcomes)[number]

/** `sent`: the receiver took it. `withheld`: something was not well, so nothing was said. */
export const heartbeatOutcomes = ['sent', 'failed', 'withheld'] as const
export type HeartbeatOutcome = (typeof heartbeatOutcomes)[number]

/** Who is told how it goes, as it goes. The metrics listen; nothing that Belay does depends on what is told here. */
export type Observer = {
  swept: (swept: Swept) => void
  delivered: (kind: Notice['kind'], outcome: DeliveryOutcome) => void
  /** A page is in Slack, so long after it was decided. */
  pageArrived: (afterMs: number) => void
  /** Somebody has it, so long after the ladder's newest page was decided. */
  acknowledged: (afterMs: number) => void
  /** Slack did not do what it was asked to. `code` is one of a few (see slack/classify.ts). */
  slackFailed: (method: string, code: string) => void
  /** One of Slack's events could not be handled, however often it was tried. */
  gaveUp: () => void
  heartbeat: (outcome: HeartbeatOutcome) => void
  /** What the self-audit found, and what of it was put right; null when there was nothing to mend. */
  audited: (found: Found, repaired: Repaired | null) => void
  /** How far the database's clock is ahead of this machine's (behind: negative). */
  skewed: (ms: number) => void
}
