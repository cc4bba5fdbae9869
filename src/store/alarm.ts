import type { Store } from './escalations.ts'
import { enqueue } from './save.ts'

/** Into the fallback channel, and to the administrators: once per problem and hour. */
export async function tellAdmins(store: Store, problem: string, now: Date): Promise<void> {
  const { admins, fallback } = store.book.live
  const hour = now.toISOString().slice(0, 13)
  const alarms = [fallback.channel, ...admins].map((to) => ({
    key: `alarm:${to}:${hour}:${problem}`.slice(0, 900),
    escalation: null,
    target: to,
    priority: 90_000,
    notice: { kind: 'alarm' as const, to, problem },
  }))
  await store.db.transaction((tx) => enqueue(tx, alarms, now))
  store.committed()
}
