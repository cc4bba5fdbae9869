import type { Message } from '../blocks.ts'
import { message } from '../blocks.ts'

export function help(): Message {
  return message('help')
}
