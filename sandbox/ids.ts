/** Repeatable randomness and identifiers: the same seed gives the same ids in the same order. */
export class Ids {
  #state: number
  #counts = new Map<string, number>()

  constructor(seed = 1) {
    this.#state = seed >>> 0
  }

  /** A number in [0, 1). */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)]!
  }

  /** `Ev000000001` and the like: a prefix and a counter of its own. */
  next(prefix: string): string {
    const count = (this.#counts.get(prefix) ?? 0) + 1
    this.#counts.set(prefix, count)
    return prefix + count.toString(36).toUpperCase().padStart(9, '0')
  }

  /** Letters and digits for tokens and tickets. */
  secret(length: number): string {
    const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'
    let text = ''
    while (text.length < length) text += alphabet[Math.floor(this.random() * 36)]!
    return text
  }

  uuid(): string {
    const hex = Array.from({ length: 32 }, () => Math.floor(this.random() * 16).toString(16)).join('')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
  }
}
