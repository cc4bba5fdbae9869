import type { Asked } from './escalation.ts'
import type { PromiseTerms } from './promises.ts'
import { addWorking } from './hours.ts'
import type { Duration } from './time.ts'

/** What a severity owes, and how long an acknowledgement holds. */
export type SeverityTerms = PromiseTerms & { lapse: Duration }

/** One rung of the ladder: a tier, and how long it has at each severity. */
type Rung = { tier: string; wait: (severity: string) => Duration }

/**
 * Everything a decision needs besides the escalation and the time: the policy version it started with, and the people
 * of this moment. Built by `termsOf` (policy-terms.ts); tests build their own.
 */
export type Terms = {
  ladder: readonly Rung[]
  rounds: number
  /** Tiers to whom a missed update or resolution is raised, one more per miss. */
  missedPromise: readonly string[]
  severity: (name: string) => SeverityTerms
  hasSeverity: (name: string) => boolean
  /** 0 for the most urgent severity. */
  urgency: (severity: string) => number
  /** Who is asked when this tier is paged at this instant, by today's rotations. */
  asked: (tier: string, at: Date) => Asked
  /** False for a tier that is only a channel: its page asks whoever reads there. */
  expectsPeople: (tier: string) => boolean
  /**
   * Told when a page can't reach its own target, and when nobody answers: in Slack, and beyond it by e-mail to these
   * addresses and by a webhook.
   */
  fallback: { channel: string; mention: string[]; email: readonly string[]; webhook: boolean }
}

/** When an acknowledgement given (or renewed) now lapses. */
export function lapseAfter(terms: Terms, severity: string, now: Date): Date {
  const { hours, lapse } = terms.severity(severity)
  return addWorking(hours, now, lapse)
}

/** When the time of a tier that is paged at this instant is up. */
export function waitAfter(terms: Terms, rung: number, severity: string, from: Date): Date {
  const { hours } = terms.severity(severity)
  const step = terms.ladder[rung]
  return step ? addWorking(hours, from, step.wait(severity)) : from
}
