import { actions, message, said, section } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import { releaseButton } from './quarantined.ts'

/** Something is wrong with Belay itself, or with what it was given: for those who look after it. */
export function alarm(problem: string, quarantined?: number): Message {
  const words = said(problem, 2000) || 'Something went wrong, and nobody wrote down what.'
  return message(`Belay needs attention: ${words}`, [
    section(`:warning: *Belay needs attention*\n${words}`),
    quarantined === undefined ? null : actions(releaseButton(quarantined)),
  ])
}
