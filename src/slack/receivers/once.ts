/** More than Slack sends in the minutes in which it may repeat itself. */
const remembered = 5_000

/** Does a thing once for each id, however often it is asked to, and gives everybody the one answer. */
export class Once<T> {
  readonly #known = new Map<string, Promise<T>>()

  /** What fails is forgotten, so that it can be tried again. */
  async run(id: string, work: () => Promise<T>): Promise<T> {
    const known = this.#known.get(id)
    if (known) return await known
    const result = work()
    this.#known.set(id, result)
    this.#forgetOldest()
    try {
      return await result
    } catch (error) {
      this.#known.delete(id)
      throw error
    }
  }

  #forgetOldest(): void {
    if (this.#known.size <= remembered) return
    const [oldest] = this.#known.keys()
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}
