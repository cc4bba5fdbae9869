import { actions, channelName, message, section } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import { link as linkButton } from '../buttons.ts'

/** `already`: the ticket had an open escalation, which now knows more. `link` leads to its card, once there is one. */
export type Opened = { id: number; already: boolean; channel: string | null; link: string | null }

/** To the person who escalated, as soon as it is saved. */
export function opened({ id, already, channel, link }: Opened): Message {
  const where = channel ? ` Its card is in ${channelName(channel)}.` : ''
  const text = already
    ? `This ticket is being escalated already, as E-${id}: what you wrote was added to it.${where}`
    : `E-${id} is open.${where} You will hear when somebody has it.`
  const card = linkButton('open_card', link)
  return message(text, [section(text), card && actions(card)])
}
