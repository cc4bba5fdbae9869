import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App, Receiver, ReceiverEvent } from '@slack/bolt'
import type { Logger } from 'pino'
import { describe } from '../log.ts'
import { Acknowledgement, patienceMs } from './acknowledgement.ts'
import { Inflight } from './inflight.ts'
import { NotKept, typeOf, type Intake } from './intake.ts'
import { receivedNow, type Received } from './received.ts'
import { Refused, checkSignature, checkSize, isSslCheck, parseBody, readBody, retryOf } from './request.ts'
import type { ReceiverStatus } from './status.ts'

type Options = {
  signingSecret: string
  intake: Intake
  logger: Logger
  now: () => Date
  /** How long a person's click may go unacknowledged. */
  ackMs?: number
  /** How long stop() waits for handlers; default 3 s. */
  drainMs?: number
}

/** Takes what Slack posts to us. The process's own server mounts `handle` at POST /slack/events. */
export class HttpReceiver implements Receiver {
  readonly #options: Required<Options>
  /** What it brought, and is not handled yet. */
  readonly inflight = new Inflight()
  #app: App | undefined
  #state: 'new' | 'started' | 'stopped' = 'new'
  #lastEventAt: Date | null = null

  constructor(options: Options) {
    this.#options = { ackMs: patienceMs, drainMs: 3_000, ...options }
  }

  init(app: App): void {
    this.#app = app
  }

  async start(): Promise<void> {
    this.#state = 'started'
  }

  /** Waits for the handlers at work. What still comes, the process's server has let in: nobody would send a press again. */
  async stop(): Promise<void> {
    this.#state = 'stopped'
    if (await this.inflight.idle(this.#options.drainMs)) return
    this.#options.logger.warn({ handlers: this.inflight.count }, 'stopped before all handlers were done')
  }

  status(): ReceiverStatus {
    const base = { sockets: [], lastEventAt: this.#lastEventAt }
    return this.#state === 'started' ? { ok: true, ...base } : { ok: false, reason: 'not started', ...base }
  }

  /** Answers one request. Pass the raw bytes when they were read already. Resolves when its handlers are done. */
  async handle(request: IncomingMessage, response: ServerResponse, rawBody?: Buffer): Promise<void> {
    const received = receivedNow()
    try {
      const raw = rawBody === undefined ? await readBody(request) : checkSize(rawBody)
      const payload = this.#check(request, raw)
      if (payload === undefined) return answer(response, 200)
      if (payload.challenge !== undefined) return answer(response, 200, { challenge: payload.challenge })
      await this.inflight.track(this.#take(request, response, payload.body, received))
    } catch (error) {
      this.#refuse(response, error)
    }
  }

  /** The payload of a request that is Slack's; nothing for the one kind that wants no more than an answer. */
  #check(
    request: IncomingMessage,
    raw: Buffer,
  ): { body: ReceiverEvent['body']; challenge?: unknown } | undefined {
    const { signingSecret, now } = this.#options
    if (isSslCheck(request.headers, raw)) return undefined
    checkSignature({ headers: request.headers, raw, secret: signingSecret, now: now() })
    const body = parseBody(request.headers, raw) as ReceiverEvent['body']
    this.#lastEventAt = now()
    const challenge: unknown = body?.['type'] === 'url_verification' ? body['challenge'] : undefined
    return challenge === undefined ? { body } : { body, challenge }
  }

  async #take(
    request: IncomingMessage,
    response: ServerResponse,
    body: ReceiverEvent['body'],
    customProperties: Received,
  ): Promise<void> {
    const app = this.#app
    if (app === undefined || this.#state === 'new') throw new Refused(503, 'not started')
    using acknowledgement = new Acknowledgement({
      send: (said) => answer(response, 200, said),
      complain: (what) => this.#complain(what, response, body),
      mostMs: this.#options.ackMs,
    })
    const event = { body, ack: acknowledgement.ack, customProperties, ...retryOf(request.headers) }
    await this.#options.intake(event, (event) => app.processEvent(event))
    if (!acknowledgement.given) throw new Refused(500, `nobody acknowledged ${typeOf(body)}`)
  }

  /** Slack has told the person by then that we did not answer; 200 would only make our own logs believe otherwise. */
  #complain(what: 'late' | 'again', response: ServerResponse, body: unknown): void {
    const { logger } = this.#options
    if (what === 'again')
      return logger.warn({ type: typeOf(body) }, 'acknowledged twice; only the first was sent')
    logger.error(
      { type: typeOf(body) },
      'not acknowledged in time: Slack has shown an error, or sends it again',
    )
    answer(response, 503)
  }

  #refuse(response: ServerResponse, error: unknown): void {
    const status = error instanceof Refused ? error.status : error instanceof NotKept ? 503 : 500
    const { logger } = this.#options
    const level = status < 500 ? 'warn' : 'error'
    logger[level]({ status, why: describe(error) }, 'refused a request to /slack/events')
    answer(response, status)
  }
}

/** The first answer counts. After a refusal the connection is closed, so that the rest of a body is not waited for. */
function answer(response: ServerResponse, status: number, said?: unknown): void {
  if (response.headersSent || response.destroyed) return
  if (status === 413) {
    response.setHeader('connection', 'close')
    response.req.resume()
  }
  if (said === undefined || said === null || said === '') {
    response.writeHead(status).end()
    return
  }
  const isText = typeof said === 'string'
  const type = isText ? 'text/plain' : 'application/json'
  response
    .writeHead(status, { 'content-type': `${type}; charset=utf-8` })
    .end(isText ? said : JSON.stringify(said))
}
