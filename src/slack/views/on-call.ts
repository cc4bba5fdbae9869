import type { Message } from '../blocks.ts'
import { message } from '../blocks.ts'

/** Who is on call in one rotation; `person` is a display name, null when it resolves to nobody. */
export type OnCallRow = {
  rotation: string
  tiers: readonly string[]
  person: string | null
  until: Date | null
  next: string | null
}

export function onCall(rows: readonly OnCallRow[]): Message {
  return message(`${rows.length}`)
}
