import type { Message } from '../blocks.ts'
import { message } from '../blocks.ts'

export function notSaved(): Message {
  return message('Not saved, try again.')
}
