import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { addMs } from '../domain/time.ts'
import type { Observer } from '../observer.ts'
import type { Db } from '../store/database.ts'
import type { Store } from '../store/escalations.ts'
import { redate } from '../store/misdated.ts'
import { skewAtMostMs, skewOf, skewToldMs, skewWords } from '../store/skew.ts'

export type SkewWork = {
  db: Db
  /** The machine's own clock, whatever time Belay is told to live in. */
  machine: Clock
  log: Logger
  observer: Observer
}

/** The last measurement, in milliseconds; null before there is one. `isSmall`: as small as it is where a replica is well. */
export type Skew = { measure: () => Promise<void>; ms: () => number | null; isSmall: () => boolean }

/**
 * Replicas agree about what is due as far as their clocks agree, and the database's is the one that all of them can see:
 * ours is compared with it.
 */
export function watchSkew({ db, machine, log, observer }: SkewWork): Skew {
  let last: number | null = null
  return {
    ms: () => last,
    isSmall: () => Math.abs(last ?? 0) <= skewAtMostMs,
    measure: async () => {
      const ms = await skewOf(db, () => machine.now(), last ?? 0)
      last = ms
      observer.skewed(ms)
      if (Math.abs(ms) > skewToldMs) log.warn({ ms }, `${skewWords(ms)}: let both set their clocks by NTP`)
    },
  }
}

/**
 * The time that all replicas share: the database's, so that none takes what another is sending for left behind. A clock that
 * is further off than a replica may be that is well stays as it is: nobody knows which of the two is wrong.
 */
export function sharedClock(own: Clock, skew: Skew): Clock {
  return { now: () => addMs(own.now(), skew.isSmall() ? (skew.ms() ?? 0) : 0) }
}

/** Compares the clocks; and where ours is right, what was written under one that was ahead waits no longer. */
export async function watchClocks(
  skew: Skew,
  { store, clock, log }: { store: Store; clock: Clock; log: Logger },
): Promise<void> {
  await skew.measure()
  const rows = skew.isSmall() ? await redate(store.db, clock.now()) : 0
  if (rows === 0) return
  log.warn({ rows }, 'what was written under a clock that was ahead is dated now')
  store.committed()
}
