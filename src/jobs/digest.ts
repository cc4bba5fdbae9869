import type { Store } from '../store/escalations.ts'

/** Enqueues the digest that is due, once, whoever comes first. Returns its day, or null when there is nothing to send. */
export async function digestTick(_store: Store, _now: Date): Promise<string | null> {
  return null
}
