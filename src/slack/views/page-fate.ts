import { channelName, inline, when } from '../blocks.ts'
import type { BeyondFate, PageFate } from './scene.ts'
import { counted, errorWords, sentences, tierName, wayLabels, waysWords } from './words.ts'

/** What went wrong with a page, and where it fell back to; null when nothing went wrong. For the card. */
export function trouble(page: PageFate): string | null {
  const lost = page.beyond.filter(({ state }) => state === 'failed')
  if (!isTroubled(page) && !hasFallenBack(page) && lost.length === 0) return null
  return sentences(slackTrouble(page), fallenBack(page), ...lost.map(lostWords))
}

/** What happened to a page, in Slack and beyond it. For `/escalate show`. */
export function fate(page: PageFate): string {
  const { number, tier, channel } = page
  const plainly = `Page ${number} to ${tierName(tier)} in ${channelName(channel)} ${course(page)}.`
  const inSlack = isTroubled(page) || hasFallenBack(page) ? slackTrouble(page) : plainly
  return sentences(inSlack, fallenBack(page), ...page.beyond.map(beyondWords))
}

function slackTrouble(page: PageFate): string {
  const what = `:warning: The page to ${tierName(page.tier)} in ${channelName(page.channel)} ${course(page)}.`
  if (page.state === 'failed') return `${what} The fallback was told.`
  return page.state === 'unsure' ? `${what} We are looking, and send it again if it is not there.` : what
}

/** More than one attempt, or an end that nobody wanted. */
function isTroubled({ state, attempts }: PageFate): boolean {
  return state === 'failed' || state === 'unsure' || (state !== 'dropped' && attempts > 1)
}

/** The fallback's own pages are told beyond Slack at once, which is no trouble. */
function hasFallenBack({ tier, beyond }: PageFate): boolean {
  return tier !== null && beyond.length > 0
}

function course({ state, attempts, settledAt, at, error, together }: PageFate): string {
  const settled = when(settledAt ?? at)
  switch (state) {
    case 'sent':
      return `arrived${together ? ', in a summary' : ''}${attempts > 1 ? ` after ${counted(attempts, 'attempt')}` : ''}, ${settled}`
    case 'failed':
      return `could not be delivered: ${errorWords(error)}, ${settled}`
    case 'unsure':
      return 'may not have arrived: Slack did not answer'
    case 'dropped':
      return `was not sent, because nobody needed it any more, ${settled}`
    case 'pending':
    case 'sending':
      return attempts > 1
        ? `is being tried again, after ${counted(attempts - 1, 'attempt')}`
        : `is on its way, ${settled}`
  }
}

function fallenBack(page: PageFate): string | null {
  const [first] = page.beyond
  if (!first || !hasFallenBack(page)) return null
  const ways = [...new Set(page.beyond.map(({ way }) => way))]
  return `It fell back to ${waysWords(ways)}, ${when(first.at)}.`
}

function lostWords(beyond: BeyondFate): string {
  return `:warning: The ${wayLabels[beyond.way]} could not be delivered: ${inline(beyond.error, 200)}.`
}

function beyondWords(beyond: BeyondFate): string {
  const { way, to } = beyond
  const place = way === 'email' ? `E-mail to ${inline(to, 254)}` : 'Webhook'
  return `${place}: ${beyondCourse(beyond)}.`
}

function beyondCourse({ state, attempts, settledAt, at, error }: BeyondFate): string {
  const settled = when(settledAt ?? at)
  switch (state) {
    case 'sent':
      return `taken${attempts > 1 ? ` after ${counted(attempts, 'attempt')}` : ''}, ${settled}`
    case 'failed':
      return `could not be delivered, ${settled}: ${inline(error, 200)}`
    case 'dropped':
      return `not sent, because ${inline(error, 200)}`
    default:
      return error ? `being tried again: ${inline(error, 200)}` : 'on its way'
  }
}
