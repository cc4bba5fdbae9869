import { isObsolete } from '../../domain/obsolete.ts'
import type { PromiseName } from '../../domain/promises.ts'
import { when } from '../blocks.ts'
import type { PageNotice, Scene } from './scene.ts'
import { answerBy, headline, unansweredWords } from './state.ts'
import { essence, failureOf, listed, mentions, promiseWords, sentences, tierName } from './words.ts'

/** True while the page still asks for something. */
export function isLive(scene: Scene, page: PageNotice): boolean {
  return !isObsolete(page, scene.escalation)
}

/** Why this page went out, as a sentence; nothing for the first one. */
export function whyPaged(scene: Scene, page: PageNotice): string | null {
  switch (page.reason) {
    case 'opened':
      return null
    case 'no_answer':
      return 'Nobody who was asked before has acknowledged it.'
    case 'lapsed':
      return 'The acknowledgement ran out without activity.'
    case 'released':
      return 'It was given back.'
    case 'escalated':
      return 'It was escalated by hand.'
    case 'reopened':
      return 'It was reopened.'
    case 'missed_promise':
      return missedWords(scene, page.missed ?? [])
    case 'unanswered':
      return `${unansweredWords(scene)}.`
    case 'undeliverable':
      return page.detail ? `${failureOf(scene.pages, page.detail)}.` : 'A page could not be delivered.'
    case 'nobody':
      return skippedWords(page.detail)
  }
}

/** `The next update to the customer was due …` for each promise that was missed. */
export function missedWords({ escalation: { promises } }: Scene, missed: readonly PromiseName[]): string {
  const each = missed.map((name) => {
    const { breachedAt, dueAt } = promises[name]
    const due = breachedAt ?? dueAt
    return `${promiseWords[name]}${due ? ` was due ${when(due)}` : ''}`
  })
  return `Missed: ${listed(each) || 'a promise'}.`
}

/** Who is asked by this page, and by when: with the mentions, so only for the page itself. */
export function askWords(scene: Scene, page: PageNotice): string {
  const who = page.tier === null ? 'The fallback channel' : tierName(page.tier)
  const asked = `${who} is asked${page.mention.length > 0 ? ` (${mentions(page.mention)})` : ''}`
  const by = answerBy(scene)
  const soon = by ? `by ${when(by)}` : 'it now'
  if (page.reason === 'missed_promise') return `${asked} to see to it now. ${headline(scene, false)}`
  if (page.reason === 'unanswered')
    return `${asked} to acknowledge it now, or to find somebody who can${againWords(scene)}.`
  if (page.tier === null) return `${asked} to ${fallbackDuty(scene, soon)}.`
  return `${asked} to acknowledge ${soon}.`
}

/** What the fallback channel can do depends on whether somebody has it by now. */
function fallbackDuty(scene: Scene, soon: string): string {
  return scene.escalation.state === 'acknowledged'
    ? `make sure that it is seen to. ${headline(scene, false).replace(/\.$/, '')}`
    : `make sure that somebody acknowledges ${soon}`
}

/** `detail` names the tiers that were skipped in one go, with commas between them. */
function skippedWords(detail: string | undefined): string {
  const tiers = (detail ?? 'unknown').split(', ').map(tierName)
  return tiers.length > 1
    ? `Nobody is on call in the tiers ${listed(tiers)}, so they were skipped.`
    : `Nobody is on call in tier ${tiers[0]}, so it was skipped.`
}

function againWords({ escalation: { remindAt } }: Scene): string {
  return remindAt ? `; this is repeated at ${when(remindAt)} until somebody has it` : ''
}

/** The whole page in one text: severity, customer, summary, who is asked and by when. Complete on a locked phone. */
export function pageText(scene: Scene, page: PageNotice): string {
  return sentences(essence(scene.escalation), whyPaged(scene, page), askWords(scene, page))
}
