import type { Actor, Escalation, Way } from '../../domain/escalation.ts'
import type { Notice } from '../../domain/notice.ts'

/** What became of one page: for the card and `/escalate show`. */
export type PageFate = {
  number: number
  /** The tier's name; null for the fallback. */
  tier: string | null
  channel: string
  state: 'pending' | 'sending' | 'unsure' | 'sent' | 'dropped' | 'failed'
  attempts: number
  /** When it was decided, and when its fate was settled. */
  at: Date
  settledAt: Date | null
  error: string | null
  /** True when it went out in a summary with others. */
  together: boolean
  /** How it, or the same at once, was told beyond Slack. */
  beyond: readonly BeyondFate[]
}

/** What became of one e-mail, or of the request to the webhook, about a page. */
export type BeyondFate = Pick<PageFate, 'state' | 'attempts' | 'at' | 'settledAt' | 'error'> & {
  way: Way
  to: string
}

/** Everything a view of one escalation may know: gathered once at delivery, so that a view is data in, JSON out. */
export type Scene = {
  escalation: Escalation
  now: Date
  /** The policy's tiers in order, and how many rounds it goes through them. */
  ladder: readonly { tier: string; channel: string }[]
  rounds: number
  /** Severities, most urgent first. */
  severities: readonly string[]
  /** Display names by Slack id; someone unknown is missing. */
  names: ReadonlyMap<Actor, string>
  /** Newest last. */
  pages: readonly PageFate[]
  /** Where its cards are, so that one card can link another: permalinks by channel. */
  links: ReadonlyMap<string, string>
  /**
   * When the paged tier's time is up. While its page is still on its way nothing is saved yet: then as it will be if
   * the page arrives now, because a page says by when it wants an answer.
   */
  answerBy?: Date | null
}

export type PageNotice = Extract<Notice, { kind: 'page' }>
export type DirectNotice = Extract<Notice, { kind: 'direct' }>
