import { releaseQuarantined } from '../../store/quarantine.ts'
import type { Message } from '../blocks.ts'
import { notSaved } from '../views/not-saved.ts'
import { refusal } from '../views/refusal.ts'
import { released } from '../views/released.ts'
import type { Listening, Person } from './listening.ts'
import { inTime, isOutsider } from './listening.ts'

/** What only administrators may do, about an escalation; what it answers them. */
export type AdminPress = (
  listening: Listening,
  escalation: number,
  by: Person,
  signal: AbortSignal,
) => Promise<Message>

/** Everybody else is refused, and nothing is done. */
export async function asAdmin(
  listening: Listening,
  press: AdminPress,
  escalation: number,
  by: Person,
): Promise<Message> {
  if (isOutsider(listening, by)) return refusal({ kind: 'outsider' }, null)
  if (!listening.store.book.live.admins.includes(by.id)) return refusal({ kind: 'not_an_admin' }, null)
  const answer = await inTime(listening, (signal) => press(listening, escalation, by, signal))
  return answer ?? notSaved()
}

/** Back under the clock. Pressed twice, it was released once. */
export const release: AdminPress = async ({ store, clock }, escalation, by, signal) => {
  const now = clock.now()
  const ids = await store.db.transaction(async (tx) => {
    const ids = await releaseQuarantined(tx, [escalation], by.id, now)
    signal.throwIfAborted()
    return ids
  })
  return released(escalation, ids.length > 0)
}
