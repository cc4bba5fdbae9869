import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { addMs } from '../domain/time.ts'
import type { Observer } from '../observer.ts'
import type { Db } from '../store/database.ts'
import { skewAtMostMs, skewOf, skewToldMs, skewWords } from '../store/skew.ts'

export type SkewWork = {
  db: Db
  /** The machine's own clock, whatever time Belay is told to live in. */
  machine: Clock
  log: Logger
  observer: Observer
}

/** The last measurement, in milliseconds; null before there is one. */
export type Skew = { measure: () => Promise<void>; ms: () => number | null }

/**
 * Replicas agree about what is due as far as their clocks agree, and the database's is the one that all of them can see:
 * ours is compared with it.
 */
export function watchSkew({ db, machine, log, observer }: SkewWork): Skew {
  let last: number | null = null
  return {
    ms: () => last,
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
  const sharedMs = () => {
    const ms = skew.ms() ?? 0
    return Math.abs(ms) > skewAtMostMs ? 0 : ms
  }
  return { now: () => addMs(own.now(), sharedMs()) }
}
