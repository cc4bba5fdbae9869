import { message } from '../blocks.ts'
import type { Message } from '../blocks.ts'

/** The database could not take it: an honest answer, in time. */
export function notSaved(): Message {
  return message('Not saved, try again. Belay could not reach its database, so nothing was changed.')
}
