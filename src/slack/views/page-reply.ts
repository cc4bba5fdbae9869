import { actions, message, section } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import { button, link } from '../buttons.ts'
import { askWords, isLive, pageText, whyPaged } from './page-words.ts'
import type { PageNotice, Scene } from './scene.ts'
import { headline, outlook, stateText } from './state.ts'
import { customerOf, drawn, essence, mentions, sentences, severityMark, subjectOf } from './words.ts'

/**
 * A later page to a channel that has a card already: a reply in its thread, as complete as the card's own page. Once it
 * is over it says what became of it, and no longer asks for anything.
 */
export function pageReply(scene: Scene, page: PageNotice): Message {
  const { escalation } = scene
  const asks = isLive(scene, page)
  const first = `${severityMark(scene)} · *E-${escalation.id}* · ${customerOf(escalation.ticket)}`
  const text = asks ? pageText(scene, page) : sentences(essence(escalation), stateText(scene, asks))
  return message(text, [
    section(`${first}\n${subjectOf(escalation.ticket)}`),
    section(asks ? asking(scene, page) : over(scene, page)),
    buttonsOf(scene, asks),
  ])
}

function asking(scene: Scene, page: PageNotice): string {
  const next = page.tier !== null && page.reason !== 'missed_promise' ? outlook(scene) : null
  return [whyPaged(scene, page), `*${askWords(scene, page)}*`, next].filter(Boolean).join('\n')
}

function over(scene: Scene, page: PageNotice): string {
  const asked = page.mention.length > 0 ? `Asked here: ${mentions(page.mention)}` : null
  return [`*${headline(scene, false)}*`, asked].filter(Boolean).join('\n')
}

function buttonsOf({ escalation }: Scene, asks: boolean) {
  const applies = asks && (escalation.state === 'paging' || escalation.state === 'unanswered')
  const ticket = link('open_ticket', escalation.ticket.url)
  const elements = [applies ? button('acknowledge', drawn(escalation)) : null, asks ? ticket : null]
  const shown = elements.filter((element) => element !== null)
  return shown.length > 0 ? actions(...shown) : null
}
