import type { MayCommit } from '../../store/escalations.ts'
import { releaseQuarantined } from '../../store/quarantine.ts'
import type { Message } from '../blocks.ts'
import { refusal } from '../views/refusal.ts'
import { released } from '../views/released.ts'
import type { Listening, Person } from './listening.ts'
import { isOutsider, saving } from './listening.ts'

/** What only administrators may do, about an escalation; what it answers them. */
export type AdminPress = (
  listening: Listening,
  escalation: number,
  by: Person,
  mayCommit: MayCommit,
) => Promise<Message>

/** Everybody else is refused, and nothing is done. */
export async function asAdmin(
  listening: Listening,
  press: AdminPress,
  escalation: number,
  by: Person,
  since: number,
): Promise<Message> {
  if (isOutsider(listening, by)) return refusal({ kind: 'outsider' }, null)
  if (!listening.store.book.live.admins.includes(by.id)) return refusal({ kind: 'not_an_admin' }, null)
  const saved = await saving(listening, since, (mayCommit) => press(listening, escalation, by, mayCommit))
  return saved.ok ? saved.done : saved.sorry
}

/** Back under the clock. Pressed twice, it was released once. */
export const release: AdminPress = async ({ store, clock }, escalation, by, mayCommit) => {
  const now = clock.now()
  const ids = await store.db.transaction(async (tx) => {
    const ids = await releaseQuarantined(tx, [escalation], by.id, now)
    mayCommit()
    return ids
  })
  return released(escalation, ids.length > 0)
}
