import type { Enqueued } from '../domain/notice.ts'
import type { PolicyDocument } from '../domain/policy.ts'
import type { Store } from './escalations.ts'
import { enqueue } from './save.ts'

/** For the fallback channel, and for the administrators: once per problem and hour. */
export function alarmsOf({ admins, fallback }: PolicyDocument, problem: string, now: Date): Enqueued[] {
  const hour = now.toISOString().slice(0, 13)
  return [fallback.channel, ...admins].map((to) => ({
    key: `alarm:${to}:${hour}:${problem}`.slice(0, 900),
    escalation: null,
    target: to,
    priority: 90_000,
    notice: { kind: 'alarm' as const, to, problem },
  }))
}

/** Tells the administrators of a problem. */
export async function tellAdmins(store: Store, problem: string, now: Date): Promise<void> {
  await store.db.transaction((tx) => enqueue(tx, alarmsOf(store.book.live, problem, now), now))
  store.committed()
}
