import type { Event } from '../../domain/escalation.ts'
import { message, section, when } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import { eventWords, toldText } from './event-words.ts'
import type { Scene } from './scene.ts'
import { shortly } from './words.ts'

/** A promise is noticed when it is noticed, and a line may be late: more than this, and it says when it happened. */
const lateMs = 2 * 60_000

/** What happened, as a line in a card's thread. `at` is when it happened. */
export function line(scene: Scene, event: Event, at: Date): Message {
  const told = eventWords(scene, event)
  const late =
    Number(scene.now) - Number(at) > lateMs && event.kind !== 'promise_breached' ? ` (${when(at)})` : ''
  const which = standsAlone(event) ? `${shortly(scene.escalation)}: ` : ''
  const text = toldText({ ...told, sentence: `${which}${told.sentence}${late}` }, 1500)
  return message(text, [section(text)])
}

/** Shown in the channel too, away from its card: these say which escalation they are about. */
function standsAlone({ kind }: Event): boolean {
  return kind === 'acknowledged' || kind === 'resolved'
}
