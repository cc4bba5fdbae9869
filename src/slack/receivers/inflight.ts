import { within } from './within.ts'

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
    return await within(this.#drained(), mostMs, false)
  }

  async #drained(): Promise<true> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
    return true
  }
}
