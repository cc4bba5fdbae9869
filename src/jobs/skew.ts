import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Observer } from '../observer.ts'
import type { Db } from '../store/database.ts'
import { skewOf, skewToldMs, skewWords } from '../store/skew.ts'

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
      const ms = await skewOf(db, () => machine.now())
      last = ms
      observer.skewed(ms)
      if (Math.abs(ms) > skewToldMs) log.warn({ ms }, `${skewWords(ms)}: let both set their clocks by NTP`)
    },
  }
}
