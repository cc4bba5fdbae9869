import type { Cause } from './beyond.ts'
import type { Escalation } from './escalation.ts'
import type { Notice, Page } from './notice.ts'

/** True when a page would now ask for what is no longer needed: somebody has it, or a later page took its place. */
export function isObsolete(notice: Notice, escalation: Escalation): boolean {
  if (notice.kind === 'page') return pageIsObsolete(notice, escalation)
  if (notice.kind === 'email' || notice.kind === 'webhook') return pageIsObsolete(notice.cause, escalation)
  if (notice.kind !== 'direct') return false
  if (notice.about === 'asked') return escalation.state !== 'paging' || notice.page !== escalation.rungPage
  return notice.about === 'raised' && escalation.state === 'resolved'
}

/**
 * True when a live message has nothing more to say once it has been edited a last time: the page is over and its outcome
 * stands there. A channel's card is never over.
 */
export function isOver(notice: Notice, escalation: Escalation): boolean {
  if (notice.kind !== 'direct') return isObsolete(notice, escalation)
  if (escalation.owner === notice.user) return false
  return notice.about === 'handed_off' || isObsolete(notice, escalation)
}

function pageIsObsolete(page: Pick<Page | Cause, 'number' | 'reason'>, escalation: Escalation): boolean {
  switch (page.reason) {
    // the page that could not be delivered may be a raise, which somebody who has it does not make good
    case 'missed_promise':
    case 'undeliverable':
    case 'quarantined':
      return escalation.state === 'resolved'
    case 'unanswered':
      return escalation.state !== 'unanswered' || page.number !== escalation.fallbackPage
    case 'nobody':
      return escalation.state === 'resolved' || escalation.state === 'acknowledged'
    default:
      return escalation.state !== 'paging' || page.number !== escalation.rungPage
  }
}
