import type { App, Receiver, ReceiverEvent } from '@slack/bolt'
import type { Logger } from 'pino'
import { describe } from '../log.ts'
import { Acknowledgement, patienceMs } from './acknowledgement.ts'
import { Connection, type Envelope } from './connection.ts'
import { Inflight } from './inflight.ts'
import { NotKept, typeOf, type Intake } from './intake.ts'
import { Lane, type Timing } from './lane.ts'
import { Once } from './once.ts'
import { receivedNow } from './received.ts'
import type { ReceiverStatus } from './status.ts'

type Options = {
  appToken: string
  apiUrl: string
  intake: Intake
  logger: Logger
  now: () => Date
  timing?: Partial<Timing>
}

const usualTiming: Timing = {
  helloMs: 30_000,
  firstMs: 500,
  mostMs: 15_000,
  refusedMs: 30_000,
  steadyMs: 30_000,
  apartMs: 5_000,
  lingerMs: patienceMs,
  lookMs: 1_000,
  drainMs: 3_000,
}

const lanes = 2

/** What a refusal of Slack's asks the operator to do. */
const advice: Readonly<Record<string, string>> = {
  link_disabled: 'Socket Mode is switched off for this app',
  too_many_websockets: 'this app has as many sockets open as Slack allows',
  missing_scope: 'the app token lacks connections:write',
}

/** What a listener answered, or that none did. */
type Answer = { given: true; answer: unknown } | { given: false }

/**
 * Takes what Slack sends over two sockets, so that one is there while the other is replaced. Slack sends each payload over
 * any of them, and may send one twice.
 */
export class RedundantSocketReceiver implements Receiver {
  readonly #options: Options
  readonly #timing: Timing
  /** What it brought, and is not handled yet. */
  readonly inflight = new Inflight()
  readonly #once = new Once<Answer>()
  #lanes: Lane[] = []
  #watchdog: NodeJS.Timeout | undefined
  #app: App | undefined
  #lastEventAt: Date | null = null

  constructor(options: Options) {
    this.#options = options
    this.#timing = { ...usualTiming, ...options.timing }
  }

  init(app: App): void {
    this.#app = app
  }

  /** Resolves at once; a Slack that cannot be reached is tried again and again in the background. */
  async start(): Promise<void> {
    if (this.#lanes.length > 0) return
    this.#lanes = Array.from({ length: lanes }, () => this.#createLane())
    for (const lane of this.#lanes) lane.start()
    this.#watchdog = setInterval(() => {
      for (const lane of this.#lanes) lane.look()
    }, this.#timing.lookMs)
  }

  /** Waits until no handler is at work, then disconnects. Until then it takes what comes: a press is sent once only. */
  async stop(): Promise<void> {
    const isIdle = await this.inflight.idle(this.#timing.drainMs)
    if (!isIdle)
      this.#options.logger.warn({ handlers: this.inflight.count }, 'stopped before all handlers were done')
    clearInterval(this.#watchdog)
    const lanes = this.#lanes
    this.#lanes = []
    await Promise.all(lanes.map((lane) => lane.stop()))
  }

  status(): ReceiverStatus {
    const base = { sockets: this.#lanes.map((lane) => lane.status()), lastEventAt: this.#lastEventAt }
    if (this.#lanes.some((lane) => lane.isLive)) return { ok: true, ...base }
    return { ok: false, reason: this.#reason(), ...base }
  }

  #reason(): string {
    if (this.#lanes.length === 0) return 'not started'
    const why = this.#lanes.map(({ reason }) => reason).find((reason) => reason !== undefined)
    return why === undefined ? 'connecting' : `no socket to Slack: ${explained(why)}`
  }

  #createLane(): Lane {
    const { appToken, apiUrl, logger } = this.#options
    return new Lane({
      timing: this.#timing,
      connect: (hear) => new Connection({ appToken, apiUrl, logger, hear }),
      envelope: (envelope) => this.#hear(envelope),
      turnMs: (lane) => this.#turnMs(lane),
      changed: (lane, what, why) => this.#report(lane, what, why),
    })
  }

  #turnMs(lane: Lane): number {
    const others = this.#lanes.filter((other) => other !== lane).map(({ triedMs }) => triedMs)
    return Math.max(0, Math.max(-Infinity, ...others) + this.#timing.apartMs - performance.now())
  }

  #report(lane: Lane, what: string, why: string | undefined): void {
    const { logger } = this.#options
    const about = {
      socket: this.#lanes.indexOf(lane),
      live: this.#lanes.filter(({ isLive }) => isLive).length,
    }
    if (why === undefined) logger.info({ ...about, what }, 'socket to Slack')
    else logger.warn({ ...about, what, why: explained(why) }, 'socket to Slack')
  }

  #hear(envelope: Envelope): void {
    this.#lastEventAt = this.#options.now()
    void this.inflight.track(this.#take(envelope))
  }

  /** Never rejects. What cannot be taken is not acknowledged, so that Slack sends it again. */
  async #take(envelope: Envelope): Promise<void> {
    let isFirst = false
    try {
      const result = await this.#once.run(envelope.id, () => {
        isFirst = true
        return this.#work(envelope)
      })
      if (!isFirst && result.given) await envelope.ack(result.answer)
    } catch (error) {
      const { logger } = this.#options
      const about = {
        type: typeOf(envelope.body),
        why: describe(error instanceof NotKept ? error.cause : error),
      }
      logger.error(
        about,
        error instanceof NotKept ? 'an event was not kept; Slack will send it again' : 'not handled',
      )
    }
  }

  /** Resolves when the listeners are done: a second copy that comes after the acknowledgement gets the same answer. */
  async #work({ body, ack, retryNum, retryReason }: Envelope): Promise<Answer> {
    const app = this.#app
    if (app === undefined) throw new Error('Bolt was not given to the receiver')
    let result: Answer = { given: false }
    using acknowledgement = new Acknowledgement({
      send: async (answer) => {
        result = { given: true, answer }
        await ack(answer)
      },
      complain: (what) => this.#complain(what, body),
      mostMs: patienceMs,
    })
    const event: ReceiverEvent = {
      body: body as ReceiverEvent['body'],
      ack: acknowledgement.ack,
      customProperties: receivedNow(),
      ...(retryNum === undefined ? {} : { retryNum }),
      ...(retryReason === undefined ? {} : { retryReason }),
    }
    await this.#options.intake(event, (event) => app.processEvent(event))
    if (!acknowledgement.given) this.#options.logger.error({ type: typeOf(body) }, 'nobody acknowledged')
    return result
  }

  #complain(what: 'late' | 'again', body: unknown): void {
    const about = { type: typeOf(body) }
    if (what === 'again') this.#options.logger.warn(about, 'acknowledged twice; only the first was sent')
    else
      this.#options.logger.error(
        about,
        'not acknowledged in time: Slack has shown an error, or sends it again',
      )
  }
}

function explained(why: string): string {
  const hint = advice[why]
  if (hint !== undefined) return `${hint} (${why})`
  return /^(invalid_auth|not_authed|account_inactive|token_|not_allowed_token)/.test(why)
    ? `Slack refuses the app token (${why})`
    : why
}
