import { message } from '../blocks.ts'
import type { Message } from '../blocks.ts'

/** To the administrator who pressed Release. `was`: it was quarantined until then. */
export function released(escalation: number, was: boolean): Message {
  return message(
    was
      ? `E-${escalation} is back under the clock. If it can't be decided again, it is left alone again, and you hear of it.`
      : `E-${escalation} is not quarantined, so there was nothing to release.`,
  )
}
