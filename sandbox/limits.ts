import type { Clock } from './clock.ts'

/** Calls a minute by tier, as published ("20+" read as 20); special methods get a generous bucket. */
const PER_MINUTE = { 1: 1, 2: 20, 3: 50, 4: 100, special: 600 } as const
export type Tier = keyof typeof PER_MINUTE

type Bucket = { tokens: number; at: number }

/** Token buckets on the moved clock. */
export class Limits {
  methods: boolean
  channel: { per_second: number; burst: number } | null
  /** events an app gets in an hour, and from how many on too many failures switch them off */
  events = { an_hour: 30_000, busy: 1_000 }
  #clock: Clock
  #buckets = new Map<string, Bucket>()

  constructor(clock: Clock, given: boolean | { methods?: boolean; channel?: Limits['channel'] } = true) {
    this.#clock = clock
    const usual = { per_second: 1, burst: 20 }
    const wanted = typeof given === 'boolean' ? { methods: given, channel: given ? usual : null } : given
    this.methods = wanted.methods ?? true
    this.channel = wanted.channel === undefined ? usual : wanted.channel
  }

  /** Seconds to wait, or 0 when the call may go on. */
  call(app: string, method: string, tier: Tier): number {
    if (!this.methods) return 0
    return this.#take(`${app} ${method}`, PER_MINUTE[tier], PER_MINUTE[tier] / 60)
  }

  /** The same for a message into a channel. */
  post(app: string, channel: string): number {
    if (!this.channel) return 0
    return this.#take(`${app} #${channel}`, this.channel.burst, this.channel.per_second)
  }

  clear(): void {
    this.#buckets.clear()
  }

  #take(key: string, capacity: number, perSecond: number): number {
    const now = this.#clock.ms
    let bucket = this.#buckets.get(key)
    if (!bucket) this.#buckets.set(key, (bucket = { tokens: capacity, at: now }))
    bucket.tokens = Math.min(capacity, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * perSecond)
    bucket.at = now
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond))
    bucket.tokens--
    return 0
  }
}
