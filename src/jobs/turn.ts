/** Work that is never done twice at once, and once more when it was asked for meanwhile. `work` must not fail. */
export class Turn {
  readonly #work: () => Promise<void>
  #running: Promise<void> | null = null
  #again = false

  constructor(work: () => Promise<void>) {
    this.#work = work
  }

  /** What is being done now; null while nothing is. */
  get running(): Promise<void> | null {
    return this.#running
  }

  /** Returns at once. */
  wake(): void {
    if (this.#running) {
      this.#again = true
      return
    }
    this.#running = this.#work().finally(() => {
      this.#running = null
      if (!this.#again) return
      this.#again = false
      this.wake()
    })
  }
}
