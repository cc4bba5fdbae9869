import { periodBefore } from '../domain/digest-period.ts'
import type { DigestPeriod } from '../domain/digest-period.ts'
import { dayMs, hourMs } from '../domain/time.ts'
import { claimOnce } from '../store/claims.ts'
import type { Tx } from '../store/database.ts'
import type { Store } from '../store/escalations.ts'
import { firstRunAt, isFirstDigest } from '../store/digest.ts'
import { enqueue } from '../store/save.ts'

/** A digest that could not be sent in time is sent late, but not after this: a weekend and the day before it. */
const staleAfterMs = 3 * dayMs
/** The first digest ever is sent within this time of its due time, or not at all: see `isWanted`. */
const firstWithinMs = hourMs

/**
 * Enqueues the digest that is due, once, whoever comes first, in the transaction that claims its day. What was missed is
 * caught up with one digest, the newest. Returns its day, or null when there is nothing to send.
 */
export async function digestTick(store: Store, now: Date): Promise<string | null> {
  const { digest, timezone } = store.book.live
  if (!digest) return null
  const period = periodBefore(digest, timezone, now)
  if (now.getTime() - period.to.getTime() > staleAfterMs) return null
  const sent = await store.db.transaction((tx) => claimAndEnqueue(tx, digest.channel, period, now))
  if (sent) store.committed()
  return sent ? period.day : null
}

async function claimAndEnqueue(tx: Tx, channel: string, period: DigestPeriod, now: Date): Promise<boolean> {
  const isOurs = await claimOnce(tx, period.key, now)
  if (!isOurs || !(await isWanted(tx, period, now))) return false
  const { key, day, from, to } = period
  const about = { period: day, from: from.toISOString(), to: to.toISOString() }
  const notice = { kind: 'digest', channel, ...about } as const
  await enqueue(tx, [{ key, escalation: null, target: channel, priority: digestPriority, notice }], now)
  return true
}

/** Behind everything that pages or tells of one escalation. */
const digestPriority = 200_000

/**
 * A new Belay must not report on a time before it existed, and a digest that was switched on this afternoon was not
 * missed this morning. In both cases the day is claimed without a word and the next digest is the first.
 */
async function isWanted(tx: Tx, { key, to }: DigestPeriod, now: Date): Promise<boolean> {
  if (!(await isFirstDigest(tx, key))) return true
  const since = await firstRunAt(tx)
  return since !== null && since <= to && now.getTime() - to.getTime() <= firstWithinMs
}
