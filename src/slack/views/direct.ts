import { actions, inline, message, quoted, section, when } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import { button, link } from '../buttons.ts'
import { isObsolete } from '../../domain/obsolete.ts'
import type { DirectNotice, Scene } from './scene.ts'
import { missedWords } from './page-words.ts'
import {
  answerBy,
  currentTier,
  headline,
  outlook,
  overdue,
  stateText,
  unansweredWords,
  untilLapse,
  waitingWords,
} from './state.ts'
import { cardLink, customerOf, drawn, essence, named, promiseWords, sentences } from './words.ts'
import { severityMark, shortly, subjectOf } from './words.ts'

/** A direct message about an escalation: to one person, and only because it concerns them. */
export function direct(scene: Scene, notice: DirectNotice): Message {
  const short = brief(scene, notice)
  return short === null ? live(scene, notice) : message(short, [section(short), ways(scene, notice, false)])
}

/** A message that stays true: it is edited as a card is, and is as complete. */
function live(scene: Scene, notice: DirectNotice): Message {
  const { escalation } = scene
  const asks = mayAcknowledge(scene, notice)
  const sentence = concern(scene, notice)
  const next = asks && notice.about === 'asked' ? outlook(scene) : null
  const first = `${severityMark(scene)} · *E-${escalation.id}* · ${customerOf(escalation.ticket)}`
  const details = quoted(escalation.ticket.description, 400)
  return message(sentences(essence(escalation), sentence), [
    section(`${first}\n${subjectOf(escalation.ticket)}`),
    section([`*${sentence}*`, next].filter(Boolean).join('\n')),
    asks && details !== '> ' ? section(details) : null,
    ways(scene, notice, asks),
  ])
}

function mayAcknowledge({ escalation }: Scene, notice: DirectNotice): boolean {
  const nobodyHasIt = escalation.state === 'paging' || escalation.state === 'unanswered'
  if (notice.about === 'raised') return nobodyHasIt
  return notice.about === 'asked' && nobodyHasIt && !isObsolete(notice, escalation)
}

/** Why this person hears of it, or what became of it. */
export function concern(scene: Scene, notice: DirectNotice): string {
  const { escalation } = scene
  if (escalation.state === 'acknowledged' && escalation.owner === notice.user) return yours(scene, notice)
  if (notice.about === 'asked' && mayAcknowledge(scene, notice))
    return `You are asked to acknowledge ${byWhen(scene)}.`
  if (notice.about === 'raised' && escalation.state !== 'resolved') return raised(scene)
  return notice.about === 'requested' ? stateText(scene) : headline(scene, false)
}

function byWhen(scene: Scene): string {
  const by = answerBy(scene)
  return `${by ? `by ${when(by)}` : 'it now'}, because you are on call for ${currentTier(scene)}`
}

function yours(scene: Scene, notice: DirectNotice): string {
  const { escalation } = scene
  const handed = notice.about === 'handed_off' ? handedWords(scene, notice) : ''
  return [`${handed}You have it${untilLapse(escalation)}.`, waitingWords(escalation)]
    .filter(Boolean)
    .join(' ')
}

function handedWords({ names }: Scene, { from, note }: DirectNotice): string {
  const by = from ? ` by ${named(names, from)}` : ''
  return `It was handed to you${by}${note ? `: “${inline(note)}”` : ''}. `
}

function raised(scene: Scene): string {
  const missed = overdue(scene.escalation, ['update', 'resolve'])
  const why = missed.length > 0 ? missedWords(scene, missed) : 'A promise to the customer was missed.'
  return `${why} You are asked to see to it now. ${headline(scene, false)}`
}

/** What is said once, in one sentence; null for messages that stay live. */
function brief(scene: Scene, { about, promise = 'update' }: DirectNotice): string | null {
  const { escalation } = scene
  const which = shortly(escalation)
  const { dueAt, breachedAt } = escalation.promises[promise]
  switch (about) {
    case 'asked':
    case 'raised':
    case 'handed_off':
    case 'requested':
      return null
    case 'taken':
      return escalation.owner ? `${taken(scene)}: ${which}.` : `${which}: ${headline(scene)}`
    case 'taken_over':
      return `${which} is no longer yours. ${headline(scene)}`
    case 'lapsed':
      return `Your acknowledgement of ${which} ran out without activity. ${headline(scene)}`
    case 'due_soon':
      return `Due soon: ${promiseWords[promise]} in ${which}${dueAt ? `, by ${when(dueAt)}` : ''}.`
    case 'missed':
      return `Missed: ${promiseWords[promise]} in ${which}${breachedAt ? ` was due ${when(breachedAt)}` : ''}.`
    case 'unanswered':
      return `${unansweredWords(scene)}: ${which}. The fallback channel has been told.${since(scene)}`
    case 'resolved':
      return `${which}: ${headline(scene)}${resolution(scene)}`
  }
}

/** What has changed between the event and this message. */
function since(scene: Scene): string {
  return scene.escalation.state === 'unanswered' ? '' : ` Since then: ${headline(scene)}`
}

function taken({ escalation, names }: Scene): string {
  return `${named(names, escalation.owner)} has it${untilLapse(escalation)}`
}

function resolution({ escalation: { resolution } }: Scene): string {
  return resolution?.trim() ? `\n${quoted(resolution, 700)}` : ''
}

function ways(scene: Scene, { page }: DirectNotice, asks: boolean) {
  const { escalation } = scene
  const elements = [
    asks ? button('acknowledge', drawn(escalation)) : null,
    link('open_card', cardLink(scene, page)),
    link('open_ticket', escalation.ticket.url),
  ].filter((element) => element !== null)
  return elements.length > 0 ? actions(...elements) : null
}
