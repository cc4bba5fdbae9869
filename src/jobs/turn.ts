/**
 * Work that is never done twice at once, and once more when it was asked for meanwhile; in a rush of wakes it begins once in
 * `everyMs` and takes together what came. `work` must not fail.
 */
export class Turn {
  readonly #work: () => Promise<void>
  readonly #everyMs: number
  #running: Promise<void> | null = null
  #again = false
  #beganMs = -Infinity
  #begin: (() => void) | null = null

  constructor(work: () => Promise<void>, everyMs: number) {
    this.#work = work
    this.#everyMs = everyMs
  }

  /** What is being done now, or about to be; null while nothing is. */
  get running(): Promise<void> | null {
    return this.#running
  }

  /** Returns at once. */
  wake(): void {
    if (this.#running) {
      this.#again = true
      return
    }
    this.#running = this.#run().finally(() => {
      this.#running = null
      if (this.#again) this.wake()
    })
  }

  /** One that only waits for its time begins at once. */
  hurry(): void {
    this.#begin?.()
  }

  async #run(): Promise<void> {
    const waitMs = this.#beganMs + this.#everyMs - performance.now()
    if (waitMs > 0) await this.#wait(waitMs)
    this.#beganMs = performance.now()
    this.#again = false
    await this.#work()
  }

  async #wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    this.#begin = resolve
    await promise
    clearTimeout(timer)
    this.#begin = null
  }
}
