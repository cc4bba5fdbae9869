import { actions, channelName, message, said, section } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import { releaseButton } from './quarantined.ts'

/** Something is wrong with Belay itself, or with what it was given: for those who look after it. */
export function alarm(problem: string, quarantined?: number): Message {
  const words =
    said(problem, 2000).replace(channelInIt, (_, id: string) => channelName(id)) ||
    'Something went wrong, and nobody wrote down what.'
  return message(`Belay needs attention: ${words}`, [
    section(`:warning: *Belay needs attention*\n${words}`),
    quarantined === undefined ? null : actions(releaseButton(quarantined)),
  ])
}

/** A channel's name pings nobody, so it may stay a name whoever wrote it. */
const channelInIt = /&lt;#([CG][A-Z0-9]{2,})&gt;/g
