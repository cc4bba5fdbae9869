import type { KnownBlock } from '@slack/types'
import type { Escalation } from '../../domain/escalation.ts'
import { actions, context, fields, inline, message, quoted, section, when } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import { button, link, more } from '../buttons.ts'
import type { ButtonName, EntryName } from '../buttons.ts'
import { trouble } from './page-fate.ts'
import { askWords, isLive, pageText, whyPaged } from './page-words.ts'
import type { PageNotice, Scene } from './scene.ts'
import { canClimb, headline, outlook, promiseLines, stateText, waitingWords } from './state.ts'
import { customerOf, drawn, essence, failedIn, mentions, named } from './words.ts'
import { sentences, severityMark, subjectOf, ticketLink } from './words.ts'

/**
 * The live card of an escalation. `page` is the page it was posted as, for its whole life: whom it asked stays on it,
 * so that nothing looks lost when it is edited.
 */
export function card(scene: Scene, page: PageNotice | null = null): Message {
  const { escalation } = scene
  const asks = page === null || isLive(scene, page)
  const text = page && asks ? pageText(scene, page) : sentences(essence(escalation), stateText(scene, asks))
  return message(text, [
    title(scene),
    section(standing(scene, page, asks)),
    quote('Resolution', escalation.resolution, 700),
    troubles(scene, page),
    fields(...promiseLines(scene)),
    // Above the details: on a phone the buttons must not be a long way down.
    actions(...cardButtons(scene)),
    quote('Details', escalation.ticket.description, 700),
    quote('Already tried', escalation.ticket.tried, 500),
    conversation(scene),
    told(scene),
    context(...origins(scene)),
  ])
}

function title(scene: Scene): KnownBlock {
  const { escalation } = scene
  const { ticket } = escalation
  const first = `${severityMark(scene)} · *E-${escalation.id}* · ${customerOf(ticket)}`
  const open = escalation.state === 'resolved' ? null : link('open_ticket', ticket.url)
  return section(`${first}\n${subjectOf(ticket)}`, open ?? undefined)
}

/** State and owner first, then why this channel was asked and whom, then what happens next. */
function standing(scene: Scene, page: PageNotice | null, asks: boolean): string {
  const repeated = page?.reason === 'unanswered' && asks
  const rows = [
    `*${headline(scene, asks)}*`,
    ...(page ? askedHere(scene, page, asks) : []),
    waitingWords(scene.escalation),
    repeated ? null : outlook(scene),
  ]
  return rows.filter(Boolean).join('\n')
}

function askedHere(scene: Scene, page: PageNotice, asks: boolean): (string | null)[] {
  const why = whyPaged(scene, page)
  const asked = page.mention.length > 0 ? `Asked here: ${mentions(page.mention)}` : null
  if (page.tier !== null) return [asks ? why : null, asked]
  if (!asks) return [`Told here because: ${why}`, asked]
  return [page.reason === 'unanswered' ? null : why, askWords(scene, page)]
}

function quote(label: string, text: string | null | undefined, max: number): KnownBlock | null {
  const shown = quoted(text, max)
  return shown === '> ' ? null : section(`*${label}*\n${shown}`)
}

/** The last turns of the conversation, so that the customer never has to say it again. */
function conversation({ escalation: { ticket } }: Scene): KnownBlock | null {
  const transcript = ticket.transcript?.filter(({ text }) => text.trim() !== '') ?? []
  const turns = transcript.slice(-3).map(({ from, name, text }) => {
    const speaker = inline(name, 60) || inline(from, 60) || 'customer'
    return `> *${speaker}*: ${inline(text, 200)}`
  })
  const title =
    turns.length < transcript.length
      ? `The last ${turns.length} of ${transcript.length} messages`
      : 'Conversation'
  return turns.length > 0 ? section(`*${title}*\n${turns.join('\n')}`) : null
}

function told({ escalation, names }: Scene): KnownBlock | null {
  const { told } = escalation
  return (
    told &&
    section(`*The customer was told* ${when(told.at)} by ${named(names, told.by)}\n${quoted(told.text, 300)}`)
  )
}

/** Where it comes from, and where on the ladder it stands. */
function origins({ escalation, names, ladder, rounds }: Scene): string[] {
  const { ticket, openedBy, openedAt, round, tier, state } = escalation
  const by = inline(ticket.requestedBy, 120)
  const contact = inline(ticket.customer?.contact, 120)
  const place = `Tier ${tier + 1} of ${ladder.length}, round ${round} of ${rounds}`
  const from = ticketLink(ticket)
  return [
    ...(from ? [from] : []),
    ...(by ? [`Asked for by ${by}`] : []),
    `Opened by ${named(names, openedBy)}, ${when(openedAt)}`,
    ...(contact ? [`Customer's contact: ${contact}`] : []),
    ...(state === 'resolved' ? [] : [place]),
  ]
}

/** What became of pages, only where something went wrong: the newest three. What `page` is about stands above already. */
function troubles({ pages }: Scene, page: PageNotice | null): KnownBlock | null {
  const above = page?.reason === 'undeliverable' && page.detail ? failedIn(pages, page.detail) : undefined
  const shown = pages.filter((one) => one !== above || one.beyond.length > 0)
  const lines = shown.map(trouble).filter((line) => line !== null)
  return lines.length > 0 ? context(...lines.slice(-3)) : null
}

function cardButtons(scene: Scene) {
  const { escalation } = scene
  const now = drawn(escalation)
  if (escalation.state === 'resolved') return [button('reopen', now)]
  const names: ButtonName[] = [
    ...(escalation.state === 'acknowledged' ? [] : (['acknowledge'] as const)),
    ...(canClimb(scene) ? (['escalate_now'] as const) : []),
    'hand_off',
    'update_customer',
    'resolve',
  ]
  return [...names.map((name) => button(name, now)), more(now, entriesOf(escalation))]
}

function entriesOf({ state, waitingSince }: Escalation): EntryName[] {
  return [
    ...(state === 'acknowledged' ? (['release'] as const) : []),
    'note',
    waitingSince ? 'resume' : 'wait',
    'severity',
  ]
}
