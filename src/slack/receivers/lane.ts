import type { Ending, Envelope, Hear, Line } from './connection.ts'
import type { SocketStatus } from './status.ts'

/** How patient a lane is. Tests are less so. */
export type Timing = {
  /** No hello by then: the connection is replaced. */
  helloMs: number
  /** The first wait after a failure; it doubles. */
  firstMs: number
  /** The longest wait after a failure. */
  mostMs: number
  /** The wait when Slack refuses us: hurrying would make it worse. */
  refusedMs: number
  /** A connection that lived so long was a good one. */
  steadyMs: number
  /** How far apart two lanes open their sockets, so that Slack does not refresh both at once. */
  apartMs: number
  /** How long a socket that was replaced stays open. */
  lingerMs: number
  /** How often the watchdog looks. */
  lookMs: number
  /** How long stop() waits for handlers; all of a stop has 9 s. */
  drainMs: number
}

/** What a lane needs from the receiver. */
export type Around = {
  timing: Timing
  connect: (hear: Hear) => Line
  envelope: (envelope: Envelope) => void
  /** How long this lane must wait for its turn to open a socket. */
  turnMs: (lane: Lane) => number
  changed: (lane: Lane, what: string, why?: string) => void
}

/** Keeps one socket to Slack: opens it, replaces it before Slack closes it, and opens another when it breaks. */
export class Lane {
  readonly #around: Around
  /** Slack has said hello on it. */
  #serving: Line | undefined
  /** Slack has not said hello on it yet. */
  #opening: Line | undefined
  /** Slack has announced that it will close it. */
  #announced: Line | undefined
  #timer: NodeJS.Timeout | undefined
  #failures = 0
  #liveMs = 0
  #waitingMs = performance.now()
  /** Slack wants to be left alone until then, whatever becomes of the socket that there still is. */
  #restUntilMs = -Infinity
  #stopped = false
  /** Replaced, and not closed yet. */
  readonly #retired = new Map<Line, NodeJS.Timeout>()
  readonly #closing = new Set<Promise<void>>()
  /** When it last tried to open a socket. */
  triedMs = -Infinity
  /** Why it has no socket. */
  reason: string | undefined

  constructor(around: Around) {
    this.#around = around
  }

  get isLive(): boolean {
    return this.#serving?.isOpen ?? false
  }

  status(): SocketStatus {
    const now = performance.now()
    if (this.isLive) return { state: 'live', ageMs: Math.round(now - this.#liveMs) }
    if (this.#opening) return { state: 'connecting', ageMs: Math.round(now - this.#opening.openedMs) }
    return { state: 'waiting', ageMs: Math.round(now - this.#waitingMs) }
  }

  /** Opens a socket when it is this lane's turn. */
  start(): void {
    this.#schedule(0)
  }

  /** Closes its sockets, and resolves when they are closed. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    for (const line of [this.#serving, this.#opening, ...this.#retired.keys()]) this.#close(line)
    await Promise.all(this.#closing)
  }

  /** The watchdog: replaces a socket that only looks like one. */
  look(): void {
    const { helloMs } = this.#around.timing
    const opening = this.#opening
    if (opening && performance.now() - opening.openedMs > helloMs) {
      this.#ended(opening, { kind: 'lost', why: `no hello in ${helloMs} ms` })
      this.#close(opening)
    }
    const serving = this.#serving
    if (serving && !serving.isOpen) {
      this.#ended(serving, { kind: 'lost', why: 'the socket does not answer' })
      this.#close(serving)
    }
  }

  #schedule(waitMs: number): void {
    if (this.#stopped || this.#opening) return
    clearTimeout(this.#timer)
    this.#waitingMs = performance.now()
    const restMs = this.#restUntilMs - this.#waitingMs
    this.#timer = setTimeout(() => this.#open(), Math.max(waitMs, restMs, this.#around.turnMs(this)))
  }

  #open(): void {
    const turnMs = this.#around.turnMs(this)
    if (turnMs > 0) return this.#schedule(turnMs)
    this.triedMs = performance.now()
    this.#opening = this.#around.connect({
      live: (line) => this.#live(line),
      leaving: (line) => this.#leaving(line),
      envelope: (envelope) => this.#around.envelope(envelope),
      ended: (line, ending) => this.#ended(line, ending),
    })
  }

  #live(line: Line): void {
    if (line !== this.#opening) return
    const before = this.#serving
    this.#serving = line
    this.#opening = undefined
    this.#liveMs = performance.now()
    this.reason = undefined
    this.#around.changed(this, 'live')
    this.#retire(before)
  }

  /** It still serves while the next one is opened: at once, unless Slack sends away one young socket after another. */
  #leaving(line: Line): void {
    if (line !== this.#serving || line === this.#announced) return
    this.#announced = line
    this.#around.changed(this, 'refresh')
    const isFirst = this.#failures === 0
    const waitMs = this.#waitMs(this.#wasSteady())
    this.#schedule(isFirst ? 0 : waitMs)
  }

  #ended(line: Line, ending: Ending): void {
    const wasServing = line === this.#serving
    if (!wasServing && line !== this.#opening) return
    const wasGood = wasServing && this.#wasSteady()
    if (wasServing) this.#serving = undefined
    else this.#opening = undefined
    if (this.#stopped) return
    this.reason = ending.why
    this.#around.changed(this, ending.kind, ending.why)
    if (wasServing && this.#isUnderWay()) return
    const waitMs = this.#waitAfter(ending, wasGood)
    if (ending.kind !== 'lost') this.#restUntilMs = performance.now() + waitMs
    this.#schedule(waitMs)
  }

  #isUnderWay(): boolean {
    return this.#opening !== undefined
  }

  #wasSteady(): boolean {
    return performance.now() - this.#liveMs >= this.#around.timing.steadyMs
  }

  #waitAfter(ending: Ending, wasGood: boolean): number {
    const waitMs = this.#waitMs(wasGood)
    if (ending.kind === 'refused') return jittered(this.#around.timing.refusedMs)
    return ending.kind === 'limited' ? Math.max(ending.afterMs, waitMs) : waitMs
  }

  /** Not at all after a good connection, then longer and longer. */
  #waitMs(wasGood: boolean): number {
    const { firstMs, mostMs } = this.#around.timing
    if (wasGood) this.#failures = 0
    else this.#failures += 1
    return this.#failures === 0 ? 0 : jittered(Math.min(mostMs, firstMs * 2 ** (this.#failures - 1)))
  }

  /** Handlers at work still acknowledge on the socket that brought them their payload. */
  #retire(line: Line | undefined): void {
    if (line)
      this.#retired.set(
        line,
        setTimeout(() => this.#close(line), this.#around.timing.lingerMs),
      )
  }

  #close(line: Line | undefined): void {
    if (line === undefined) return
    clearTimeout(this.#retired.get(line))
    this.#retired.delete(line)
    const closed = line.close().finally(() => this.#closing.delete(closed))
    this.#closing.add(closed)
  }
}

/** Between three quarters of it and all of it, so that many processes do not come back at the same instant. */
function jittered(ms: number): number {
  return ms * (0.75 + Math.random() / 4)
}
