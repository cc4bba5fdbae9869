import { minuteMs } from '../domain/time.ts'
import type { Store } from '../store/escalations.ts'
import { nextDue, oldestDue, sweepBatch } from '../store/sweep.ts'
import type { Swept } from '../store/sweep.ts'

/** Rows decided in one transaction: large enough to be cheap, small enough to be quick. */
const batchSize = 250

/** Decides for everything that is due by `now`, batch by batch, until nothing is or `stopped` says so. */
export async function sweep(store: Store, now: Date, stopped: () => boolean = () => false): Promise<Swept> {
  const total: Swept = { due: 0, pages: 0, quarantined: 0 }
  // Most of the time nothing is due, and to see that takes no transaction.
  while (!stopped() && (await oldestDue(store.db, now))) {
    const batch = await sweepBatch(store, now, batchSize)
    total.due += batch.due
    total.pages += batch.pages
    total.quarantined += batch.quarantined
    // What is left is with another replica.
    if (batch.due === 0) break
  }
  return total
}

/** What falls due within so short a time is decided together. */
const together = 50

/**
 * In how many milliseconds the next escalation falls due; null when none does within a minute. The bell may ring once a
 * second only, and a page need not wait for it.
 */
export async function untilDue(store: Store, now: Date): Promise<number | null> {
  const next = await nextDue(store.db, now)
  const inMs = next ? next.getTime() - now.getTime() : Infinity
  return inMs > minuteMs ? null : Math.max(inMs, together)
}
