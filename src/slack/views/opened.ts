import type { Message } from '../blocks.ts'
import { message } from '../blocks.ts'

/** `already`: the ticket had an open escalation, which now knows more. `link` leads to its card, once there is one. */
export type Opened = { id: number; already: boolean; channel: string | null; link: string | null }

export function opened({ id }: Opened): Message {
  return message(`E-${id}`)
}
