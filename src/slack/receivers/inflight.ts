import { setTimeout as sleep } from 'node:timers/promises'

/** Handlers that are still at work. */
export class Inflight {
  readonly #running = new Set<Promise<unknown>>()

  get count(): number {
    return this.#running.size
  }

  /** Counts it until it settles. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    try {
      return await work
    } finally {
      this.#running.delete(work)
    }
  }

  /** Waits for all of them, but no longer than this. False: some are still at work. */
  async idle(mostMs: number): Promise<boolean> {
    const patience = new AbortController()
    const over = sleep(mostMs, false, { signal: patience.signal }).catch(() => false)
    const done = this.#drained()
    try {
      return await Promise.race([done, over])
    } finally {
      patience.abort()
    }
  }

  async #drained(): Promise<true> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
    return true
  }
}
