import { SocketModeClient, type SocketModeOptions } from '@slack/socket-mode'
import type { Logger } from 'pino'
import { classify } from '../classify.ts'
import { abortableFetch } from '../clients.ts'
import { describe, slackLogger } from '../log.ts'
import { within } from './within.ts'

/** One frame of Slack's with something in it, and the way to acknowledge it on the socket that brought it. */
export type Envelope = {
  id: string
  body: unknown
  retryNum?: number
  retryReason?: string
  ack: (answer?: unknown) => Promise<void>
}

/** Why a connection is over, or never came to be. */
export type Ending =
  /** Slack does not want us: a bad token, Socket Mode switched off, too many sockets. */
  | { kind: 'refused'; why: string }
  /** Slack wants us to come back later. */
  | { kind: 'limited'; afterMs: number; why: string }
  /** It broke, or never worked. */
  | { kind: 'lost'; why: string }

/** What a lane knows of a connection. */
export type Line = Pick<Connection, 'close' | 'isOpen' | 'openedMs'>

/** What a connection tells whoever opened it. */
export type Hear = {
  /** Slack has said hello: it may send from now on. */
  live: (line: Line) => void
  /** Slack will close this connection soon. It works until then. */
  leaving: (line: Line) => void
  envelope: (envelope: Envelope) => void
  /** Said once. */
  ended: (line: Line, ending: Ending) => void
}

type Options = { appToken: string; apiUrl: string; logger: Logger; hear: Hear }

const openMs = 10_000
/** A peer that does not answer our goodbye by then is cut off. The SDK would wait for 30 s. */
const goodbyeMs = 1_000
const websocketOpen = 1

/**
 * One connection to Slack, from apps.connections.open to its end. It never comes back: the SDK's own way to reconnect
 * leaves gaps, and gives up for good when apps.connections.open fails.
 */
export class Connection {
  readonly openedMs = performance.now()
  readonly #client: FrameClient
  readonly #hear: Hear
  readonly #opening = new AbortController()
  readonly #gone = Promise.withResolvers<void>()
  #isGone = false
  #ended = false
  #closing = false
  #broken: string | undefined

  constructor({ appToken, apiUrl, logger, hear }: Options) {
    this.#hear = hear
    const options = clientOptions({ appToken, apiUrl, logger, giveUp: this.#opening.signal })
    this.#client = new FrameClient(options, (reason) => this.#disconnect(reason))
    this.#client.on('connected', () => this.#live())
    this.#client.on('slack_event', (frame: Frame) => this.#envelope(frame))
    this.#client.on('error', (error: unknown) => (this.#broken = describe(error)))
    this.#client.on('disconnected', () =>
      this.#leave({ kind: 'lost', why: this.#broken ?? 'the socket was closed' }),
    )
    // The SDK goes on connecting after a goodbye that came while it asked for an address.
    this.#client.on('connecting', () => queueMicrotask(() => this.#closing && this.#hangUp()))
    this.#client.start().catch((error: unknown) => this.#leave(endingOf(error, this.#broken)))
  }

  /** Whether frames can go out on it. */
  get isOpen(): boolean {
    return !this.#ended && this.#client.websocket?.readyState === websocketOpen
  }

  /** Ends it. Resolves when the socket is gone, at the latest after a second. */
  async close(): Promise<void> {
    if (this.#closing || this.#isGone) return this.#gone.promise
    this.#closing = true
    this.#opening.abort()
    if (this.#client.websocket !== undefined) {
      this.#hangUp()
      await within(this.#gone.promise, goodbyeMs, undefined)
      // A second goodbye, to a socket that is closing, makes the SDK destroy it.
      if (!this.#isGone) this.#client.websocket.disconnect()
    }
    this.#leave({ kind: 'lost', why: 'closed by us' })
  }

  #hangUp(): void {
    void this.#client.disconnect()
  }

  #live(): void {
    if (!this.#closing) this.#hear.live(this)
  }

  /** Slack announces that it will close the socket. The SDK would close it at once and only then open another. */
  #disconnect(reason: string): void {
    if (reason === 'warning' || reason === 'refresh_requested') return this.#hear.leaving(this)
    this.#end({ kind: 'refused', why: reason })
    void this.close()
  }

  #envelope({ envelope_id: id, body, retry_num: retryNum, retry_reason: retryReason, ack }: Frame): void {
    this.#hear.envelope({
      id,
      body,
      ack: async (answer) => ack(answer),
      ...(retryNum === undefined ? {} : { retryNum }),
      ...(retryReason === undefined ? {} : { retryReason }),
    })
  }

  #end(ending: Ending): void {
    if (this.#ended) return
    this.#ended = true
    this.#hear.ended(this, ending)
  }

  /** The socket is gone, whoever closed it. */
  #leave(ending: Ending): void {
    this.#isGone = true
    this.#gone.resolve()
    this.#end(ending)
  }
}

type Frame = {
  envelope_id: string
  body: unknown
  retry_num?: number
  retry_reason?: string
  ack: (answer?: unknown) => Promise<void>
}

/** The SDK's client, with the two kinds of frames that it handles badly taken out of its hands. */
class FrameClient extends SocketModeClient {
  readonly #onDisconnect: (reason: string) => void

  constructor(options: SocketModeOptions, onDisconnect: (reason: string) => void) {
    super(options)
    this.#onDisconnect = onDisconnect
  }

  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    const frame = isBinary ? undefined : parse(data)
    if (frame === undefined) return
    if (frame.type === 'disconnect') return this.#onDisconnect(String(frame.reason))
    // Such as app_rate_limited: 3.1.0 throws where nobody can catch it.
    if (frame.type === 'events_api' && typeof frame.payload?.event?.type !== 'string')
      return this.#pass(frame)
    await super.onWebSocketMessage(data, isBinary)
  }

  #pass({ envelope_id, payload }: Raw): void {
    if (typeof envelope_id !== 'string') return
    const ack = async () => this.websocket?.send(JSON.stringify({ envelope_id }), () => undefined)
    this.emit('slack_event', { envelope_id, body: payload, ack })
  }
}

type Raw = {
  type?: unknown
  reason?: unknown
  envelope_id?: unknown
  payload?: { event?: { type?: unknown } }
}

function parse(data: string | ArrayBuffer): Raw | undefined {
  try {
    const frame: unknown = JSON.parse(typeof data === 'string' ? data : new TextDecoder().decode(data))
    return typeof frame === 'object' && frame !== null ? frame : undefined
  } catch {
    return undefined
  }
}

type ClientOptions = Omit<Options, 'hear'> & { giveUp: AbortSignal }

/** Everything is said, quietly because lanes report what matters, and in objects that nobody else has: the SDK fills in what is missing, for all who share it. */
function clientOptions({ appToken, apiUrl, logger, giveUp }: ClientOptions): SocketModeOptions {
  return {
    appToken,
    logger: slackLogger(logger, 'debug'),
    autoReconnectEnabled: false,
    clientPingTimeout: 5_000,
    serverPingTimeout: 30_000,
    clientOptions: {
      slackApiUrl: apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: openMs,
      fetch: abortableFetch(giveUp),
    },
  }
}

/** Slack's no, a later, or trouble on the way. The SDK rejects with nothing when the socket closes before hello. */
function endingOf(error: unknown, broken: string | undefined): Ending {
  if (error === undefined) return { kind: 'lost', why: broken ?? 'closed before hello' }
  const outcome = classify(error, 'apps.connections.open')
  const { kind, why } = outcome
  if (kind === 'away' || kind === 'permanent') return { kind: 'refused', why }
  if (kind === 'retry' && outcome.scope === 'method')
    return { kind: 'limited', afterMs: outcome.afterMs, why }
  return { kind: 'lost', why: `apps.connections.open: ${why}` }
}
