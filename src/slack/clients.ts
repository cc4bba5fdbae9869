import { WebClient, type WebClientOptions } from '@slack/web-api'
import type { Logger } from 'pino'
import { Agent, fetch } from 'undici'
import { errorLabel } from './classify.ts'
import { slackLogger } from './log.ts'

export { classify } from './classify.ts'

/** The clients that talk to Slack. */
export type Clients = AsyncDisposable & {
  /** Says it once: no retries, a refusal by rate limit comes back at once, ten seconds at most. Whoever calls settles it. */
  writes: WebClient
  /** For what may be asked twice: a few retries, never for longer than a person would wait. */
  reads: WebClient
  /** Asks once, and for five seconds at most: whoever looks for a page asks again, and the page waits meanwhile. */
  looks: WebClient
  /** What Slack has not answered by then is given up: it may have arrived, and is looked for at the next start. */
  hangUp: (afterMs: number) => void
}

/** Where Slack is, and as whom we speak. */
export type Access = { token: string; apiUrl: string; logger: Logger }

/** Hears of each call that failed, by its method and a code that is one of a few. */
type Failed = (method: string, code: string) => void

/** A connection that is not made by then was surely not used, which a timeout of the whole call cannot tell. */
const connectMs = 4_000
const callMs = 10_000
const lookMs = 5_000

/** Builds both clients. */
export function createClients({ token, apiUrl, logger }: Access, failed: Failed = () => {}): Clients {
  const network = createNetwork()
  const client = (more: WebClientOptions) =>
    new ToldClient(failed, token, { ...carefulOptions({ apiUrl, logger }), fetch: network.fetch, ...more })
  return {
    writes: client({}),
    reads: client({ retryConfig: { retries: 3, minTimeout: 250, maxTimeout: 2_000, factor: 2 } }),
    looks: client({ timeout: lookMs }),
    hangUp: (afterMs) => void setTimeout(() => void network[Symbol.asyncDispose](), afterMs).unref(),
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  }
}

/** The SDK's client, which also tells what failed. */
class ToldClient extends WebClient {
  readonly #failed: Failed

  constructor(failed: Failed, token: string, options: WebClientOptions) {
    super(token, options)
    this.#failed = failed
  }

  override async apiCall(...call: Parameters<WebClient['apiCall']>): ReturnType<WebClient['apiCall']> {
    try {
      return await super.apiCall(...call)
    } catch (error) {
      const [method] = call
      this.#failed(method, errorLabel(error, method))
      throw error
    }
  }
}

/**
 * Options of a client that never repeats itself. A new object each time, and never `headers`: the SDK writes the first
 * token into it, and every later client would send that one.
 */
export function carefulOptions({ apiUrl, logger }: Omit<Access, 'token'>): WebClientOptions {
  return {
    slackApiUrl: apiUrl,
    logger: slackLogger(logger),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: callMs,
  }
}

/** A fetch that ends with the signal: what is asked in the background must not keep a stopped process alive. */
export function abortableFetch(over: AbortSignal): NonNullable<WebClientOptions['fetch']> {
  return (url, init) => {
    const signal = init?.signal ? AbortSignal.any([init.signal, over]) : over
    return globalThis.fetch(url, { ...init, signal })
  }
}

function createNetwork(): AsyncDisposable & { fetch: NonNullable<WebClientOptions['fetch']> } {
  const dispatcher = new Agent({ connect: { timeout: connectMs } })
  return {
    fetch: (url, init) => fetch(url, { ...(init as Parameters<typeof fetch>[1]), dispatcher }),
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  }
}
