import type { Escalation } from '../../domain/escalation.ts'
import { actions, mention, section } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import { button } from '../buttons.ts'
import type { DirectNotice, PageNotice } from './scene.ts'

/**
 * A page when the views can't word it: as little code as a page can be said with, so that no fault of theirs loses one.
 * Its card is drawn as it should be as soon as they can again.
 */
export function plainPage(
  { id, turn, severity, ticket }: Escalation,
  notice: PageNotice | DirectNotice,
): Message {
  const customer = ticket.customer?.name ?? 'customer not named'
  const text = `E-${id} ${bare(severity)}, ${bare(customer)}: ${bare(ticket.subject)}. ${asked(notice)} to acknowledge it now.`
  return { text, blocks: [section(text), actions(button('acknowledge', { e: id, v: turn }))] }
}

function asked(notice: PageNotice | DirectNotice): string {
  if (notice.kind === 'direct') return 'You are asked'
  const people = notice.mention.slice(0, 20).map((who) => mention(who))
  return `${bare(notice.tier ?? 'The fallback channel')} is asked (${people.join(', ') || 'this channel'})`
}

/** What somebody wrote, whatever it is: short, on one line, and unable to mention anybody. */
function bare(text: unknown): string {
  const short = String(text).replace(/\s+/g, ' ').slice(0, 300).toWellFormed()
  return short.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
