import { message } from '../blocks.ts'
import type { Message } from '../blocks.ts'

/** The database could not take it: an honest answer, in time. */
export function notSaved(): Message {
  return message('Not saved, try again. Belay could not reach its database, so nothing was changed.')
}

/** Only the answer to the commit is missing. */
export function mayBeSaved(): Message {
  return message(
    'It may have been saved: look at the card before you try again. Belay was not told in time whether its database has it.',
  )
}

/** Nothing was to be changed. */
export function notRead(): Message {
  return message('Belay could not read that from its database. Try again.')
}

/** Slack refused to open a form, or was silent; then it may open it yet. */
export function notOpened(): Message {
  return message('Slack did not open the form. If it does not show in a moment, try again.')
}

/** What nobody thought of. */
export function wentWrong(): Message {
  return message(
    'Something went wrong in Belay; its log says what. Look whether it was done before you try again.',
  )
}
