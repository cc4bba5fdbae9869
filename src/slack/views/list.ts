import type { Escalation } from '../../domain/escalation.ts'
import type { Message } from '../blocks.ts'
import { message } from '../blocks.ts'

export type ListRow = { escalation: Escalation; owner: string | null; link: string | null }

/** `total`: how many are open, when `rows` are only the first of them. */
export function list(rows: readonly ListRow[], total: number = rows.length): Message {
  return message(`${total}`)
}
