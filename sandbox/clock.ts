import type { SandboxClock } from './protocol.ts'

type Timer = { at: number; order: number; run: () => void }

/** Real time plus an offset; can stand still. Work booked with `at` runs when the clock gets there, however it gets there. */
export class Clock implements SandboxClock {
  #offset = 0
  #stoppedAt: number | undefined
  #timers: Timer[] = []
  #booked = 0
  #alarm: NodeJS.Timeout | undefined
  readonly moved: () => void

  constructor(start?: Date, frozen = false, moved: () => void = () => {}) {
    this.moved = moved
    if (start) this.#offset = start.getTime() - Date.now()
    if (frozen) this.freeze()
  }

  get frozen(): boolean {
    return this.#stoppedAt !== undefined
  }

  /** Milliseconds since the epoch. */
  get ms(): number {
    return this.#stoppedAt ?? Date.now() + this.#offset
  }

  now(): Date {
    return new Date(this.ms)
  }

  advance(ms: number): void {
    if (ms < 0) return this.set(new Date(this.ms + ms))
    const target = this.ms + ms
    const wasFrozen = this.frozen
    const realStart = Date.now()
    for (let due = this.#next(target); due; due = this.#next(target)) {
      this.#stoppedAt = Math.max(this.ms, due.at)
      due.run()
    }
    this.#stoppedAt = wasFrozen ? target : undefined
    if (!wasFrozen) this.#offset = target - realStart
    this.#arm()
    this.moved()
  }

  set(instant: Date): void {
    const difference = instant.getTime() - this.ms
    if (difference >= 0) return this.advance(difference)
    if (this.#stoppedAt === undefined) this.#offset += difference
    else this.#stoppedAt += difference
    this.#arm()
    this.moved()
  }

  freeze(): void {
    this.#stoppedAt = this.ms
    this.#arm()
  }

  run(): void {
    if (this.#stoppedAt === undefined) return
    this.#offset = this.#stoppedAt - Date.now()
    this.#stoppedAt = undefined
    this.#arm()
  }

  /** Books work for an instant (ms); returns the cancellation. */
  at(instant: number, run: () => void): () => void {
    const timer = { at: instant, order: this.#booked++, run }
    this.#timers.push(timer)
    this.#timers.sort((a, b) => a.at - b.at || a.order - b.order)
    this.#arm()
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** Books work for later by so many ms. */
  in(ms: number, run: () => void): () => void {
    return this.at(this.ms + ms, run)
  }

  /** Forgets all booked work. */
  clear(): void {
    this.#timers = []
    this.#arm()
  }

  #next(target: number): Timer | undefined {
    const first = this.#timers[0]
    if (!first || first.at > target) return undefined
    return this.#timers.shift()
  }

  #arm(): void {
    clearTimeout(this.#alarm)
    const first = this.#timers[0]
    if (!first || (this.frozen && first.at > this.ms)) return
    const wait = Math.min(Math.max(first.at - this.ms, 0), 2 ** 30)
    this.#alarm = setTimeout(() => this.advance(0), wait)
    this.#alarm.unref()
  }
}
