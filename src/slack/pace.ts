import { addMs, earliest, minuteMs, secondMs } from '../domain/time.ts'

/** Slack allows about one post a second and channel, and bursts of a size it does not tell. */
const burst = 5
const everyMs = secondMs

/**
 * So many targets that are refused within this time have met a limit that all of them share ("several hundred a minute" for
 * a workspace). Then nothing is posted for as long as Slack says, and not for longer than this: it may still be a coincidence.
 */
const shared = { targets: 3, withinMs: secondMs, atMostMs: 2 * secondMs }

/**
 * The shared limit is learned: from then on half as many go out a second as Slack took in the one before, a little more after
 * each while without a refusal, and less after each refusal. What is first in line then need not wait for a crowd that was
 * refused.
 */
const learned = {
  /** Slack's "several hundred a minute". */
  atLeast: 5,
  more: { factor: 1.05, everyMs: 5 * secondMs },
  /** Without a refusal for so long we know too little, and go up faster. */
  muchMore: { afterMs: 15 * secondMs, everyMs: secondMs },
  less: { factor: 0.95, everyMs: secondMs / 4 },
  /** Refused again so soon, it is far too much. */
  muchLess: { factor: 0.8, againMs: secondMs },
  wavesInSecond: 10,
  forMs: minuteMs,
}

/** Blocked while Slack can't be reached or refuses us: a long outbox must not knock at a closed door all at once. */
export const everywhere = '*'

/**
 * When each target may be posted to again. A target is a channel, a person or a method; what Slack told us to wait for
 * (`Retry-After`) holds for that target only.
 */
export class Pace {
  /** When each target's allowance will be whole again. */
  readonly #wholeAt = new Map<string, number>()
  readonly #blockedUntil = new Map<string, number>()
  /** When something went to each target last, and the time before: what is refused was not its turn. */
  readonly #turns = new Map<string, { lastAt: number; beforeAt: number }>()
  /** When each target was refused last. */
  readonly #refusedAt = new Map<string, number>()

  /** When something went out, in the last second. */
  #spentAt: number[] = []
  /** How many may go out a second in all, and since when; null while we know of no limit. */
  #shared: { rate: number; sinceMs: number; refusedMs: number } | null = null

  /** How many may go out at once, to whatever targets. */
  wave(now: Date): number {
    if (this.#shared && now.getTime() > this.#shared.refusedMs + learned.forMs) this.#shared = null
    return this.#shared ? Math.max(1, Math.round(this.#shared.rate / learned.wavesInSecond)) : Infinity
  }

  /** So many are about to go out. */
  took(count: number, now: Date): void {
    if (!this.#shared || count === 0) return
    const { rate, sinceMs, refusedMs } = this.#shared
    const isLongAgo = now.getTime() > refusedMs + learned.muchMore.afterMs
    const { everyMs: riseMs } = isLongAgo ? learned.muchMore : learned.more
    if (now.getTime() >= sinceMs + riseMs) this.#learn(rate * learned.more.factor, now)
    const from = Math.max(this.#blockedUntil.get(everywhere) ?? 0, now.getTime())
    this.block(everywhere, new Date(from + (count * secondMs) / rate))
  }

  /** The clock was set back by so many milliseconds: what is known of then holds for as long as it would have. */
  setBack(ms: number): void {
    for (const times of [this.#wholeAt, this.#blockedUntil, this.#refusedAt])
      for (const [target, at] of times) times.set(target, at - ms)
    for (const [target, { lastAt, beforeAt }] of this.#turns)
      this.#turns.set(target, { lastAt: lastAt - ms, beforeAt: beforeAt - ms })
    this.#spentAt = this.#spentAt.map((at) => at - ms)
    if (this.#shared) {
      this.#shared.sinceMs -= ms
      this.#shared.refusedMs -= ms
    }
  }

  #learn(rate: number, now: Date, refusedMs = this.#shared?.refusedMs ?? now.getTime()): void {
    this.#shared = { rate: Math.max(learned.atLeast, rate), sinceMs: now.getTime(), refusedMs }
  }

  /** Refusals of the same moment are one. */
  #takeLess(now: Date): void {
    if (!this.#shared) return
    const { rate, refusedMs } = this.#shared
    if (now.getTime() < refusedMs + learned.less.everyMs) return
    const isAgain = now.getTime() < refusedMs + learned.muchLess.againMs
    this.#learn(rate * (isAgain ? learned.muchLess : learned.less).factor, now, now.getTime())
  }

  /** One post has gone to this target. */
  spent(target: string, now: Date): void {
    this.#spentAt = this.#spentAt.filter((at) => at > now.getTime() - secondMs)
    this.#spentAt.push(now.getTime())
    const from = Math.max(this.#wholeAt.get(target) ?? 0, now.getTime())
    this.#wholeAt.set(target, from + everyMs)
    this.#turns.set(target, {
      lastAt: now.getTime(),
      beforeAt: this.#turns.get(target)?.lastAt ?? -Infinity,
    })
  }

  /** Slack asked us to leave this target alone for a while. */
  block(target: string, untilAt: Date): void {
    this.#blockedUntil.set(target, untilAt.getTime())
  }

  /** Slack takes no more for this target until then; nor, it seems, for any other, when several are refused at once. */
  refused(target: string, untilAt: Date, now: Date): void {
    this.block(target, untilAt)
    this.#missedTurn(target)
    this.#spentAt.pop()
    this.#takeLess(now)
    this.#refusedAt.set(target, now.getTime())
    for (const [known, at] of this.#refusedAt)
      if (at <= now.getTime() - shared.withinMs) this.#refusedAt.delete(known)
    if (this.#shared || this.#refusedAt.size < shared.targets) return
    this.block(everywhere, new Date(Math.min(untilAt.getTime(), now.getTime() + shared.atMostMs)))
    this.#learn(this.#spentAt.length / 2, now, now.getTime())
  }

  /** Nothing has gone there after all: it keeps its place among those who wait. */
  #missedTurn(target: string): void {
    const turn = this.#turns.get(target)
    if (turn) this.#turns.set(target, { ...turn, lastAt: turn.beforeAt })
  }

  /** When this target may be used again; null when it may now. */
  readyAt(target: string, now: Date): Date | null {
    const spentUntil = (this.#wholeAt.get(target) ?? 0) - (burst - 1) * everyMs
    const until = Math.max(spentUntil, this.#blockedUntil.get(target) ?? 0)
    return until > now.getTime() ? addMs(now, until - now.getTime()) : null
  }

  /** Targets that may not be used now. Forgets those whose allowance is whole. */
  busy(now: Date): string[] {
    for (const known of [this.#wholeAt, this.#blockedUntil])
      for (const [target, until] of known) if (until <= now.getTime()) known.delete(target)
    const targets = new Set([...this.#wholeAt.keys(), ...this.#blockedUntil.keys()])
    return [...targets].filter((target) => this.readyAt(target, now) !== null)
  }

  /** Targets that something went to lately, whether or not more may go there now. */
  served(now: Date): string[] {
    return [...this.#wholeAt].filter(([, until]) => until > now.getTime()).map(([target]) => target)
  }

  /** Targets that something went to in the last minute, the longest ago first: whose turn it is when all share a limit. */
  turns(now: Date): string[] {
    for (const [target, { lastAt }] of this.#turns)
      if (lastAt <= now.getTime() - minuteMs) this.#turns.delete(target)
    return [...this.#turns].sort(([, a], [, b]) => a.lastAt - b.lastAt).map(([target]) => target)
  }

  /** When the first of the busy targets may be used again; null when none is busy. */
  nextReadyAt(now: Date): Date | null {
    return earliest(...this.busy(now).map((target) => this.readyAt(target, now)))
  }
}
