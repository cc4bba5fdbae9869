type Listener = (channels: Set<string>) => void

/** Tells listeners that something changed, once per turn of the event loop. */
export class Changes {
  revision = 0
  #listeners = new Set<Listener>()
  #pending: Set<string> | undefined

  touch(channel?: string): void {
    this.revision++
    if (this.#listeners.size === 0) return
    if (!this.#pending) {
      this.#pending = new Set()
      setImmediate(() => {
        const channels = this.#pending!
        this.#pending = undefined
        for (const listener of this.#listeners) listener(channels)
      })
    }
    if (channel) this.#pending.add(channel)
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Looks now and after every change until there is an answer. */
  until<T>(
    look: () => T | undefined | null | false,
    what: string | (() => string),
    timeoutMs = 10_000,
  ): Promise<T> {
    const first = look()
    if (first !== undefined && first !== null && first !== false) return Promise.resolve(first)
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        stop()
        settle()
      }
      const stop = this.listen(() => {
        try {
          const found = look()
          if (found !== undefined && found !== null && found !== false) finish(() => resolve(found))
        } catch (error) {
          finish(() => reject(error))
        }
      })
      const timer = setTimeout(() => {
        finish(() =>
          reject(new Error(`waited ${timeoutMs} ms for ${typeof what === 'string' ? what : what()}`)),
        )
      }, timeoutMs)
    })
  }
}
