import { createHmac } from 'node:crypto'
import type { App } from './apps.ts'
import type { Sockets } from './sockets.ts'
import type { World } from './world.ts'

export type Delivered =
  | { ok: true; payload: unknown; text?: string }
  | { ok: false; reason: string; noRetry?: boolean }
export type Parcel =
  | { kind: 'event'; payload: Record<string, unknown>; attempt: number; reason?: string }
  | { kind: 'interactive'; payload: Record<string, unknown> }
  | { kind: 'command'; payload: Record<string, string> }

const MOST_REDIRECTS = 2
const SOCKET_TYPES = { event: 'events_api', interactive: 'interactive', command: 'slash_commands' } as const

/** Carries payloads to the app, over whichever way it listens, and brings back its answer. */
export class Courier {
  #world: World
  readonly sockets: Sockets

  constructor(world: World, sockets: Sockets) {
    this.#world = world
    this.sockets = sockets
  }

  async deliver(app: App, parcel: Parcel): Promise<Delivered> {
    this.#world.inFlight++
    try {
      return app.requestUrl === null
        ? await this.#overSocket(app, parcel)
        : await this.#overHttp(app, app.requestUrl, parcel)
    } finally {
      this.#world.inFlight--
      this.#world.changes.touch()
    }
  }

  /** The question that an app's URL must answer with the challenge it got. */
  async verify(app: App): Promise<void> {
    const challenge = this.#world.ids.secret(24)
    const payload = { type: 'url_verification', token: app.verificationToken, challenge }
    const entry = this.#world.journal.add({
      kind: 'event',
      name: 'url_verification',
      app: app.id,
      ok: true,
      body: payload,
    })
    const answer = await this.deliver(app, { kind: 'event', payload, attempt: 0 })
    const said =
      answer.ok && ((answer.payload as { challenge?: unknown } | undefined)?.challenge ?? answer.text)
    if (said !== challenge)
      Object.assign(entry, { ok: false, error: answer.ok ? 'wrong_challenge' : answer.reason })
  }

  /** A request that only asks for 200; over a socket there is nothing to check. */
  async check(app: App): Promise<void> {
    if (app.requestUrl === null) return
    const payload = { ssl_check: '1', token: app.verificationToken }
    const entry = this.#world.journal.add({
      kind: 'event',
      name: 'ssl_check',
      app: app.id,
      ok: true,
      body: payload,
    })
    const answer = await this.deliver(app, { kind: 'command', payload })
    if (!answer.ok) Object.assign(entry, { ok: false, error: answer.reason })
  }

  async #overSocket(app: App, parcel: Parcel): Promise<Delivered> {
    const acked = await this.sockets.send(app, {
      type: SOCKET_TYPES[parcel.kind],
      payload: parcel.payload,
      accepts: parcel.kind !== 'event',
      ...(parcel.kind === 'event' && { attempt: parcel.attempt, reason: parcel.reason ?? '' }),
    })
    if (!acked.ok) return acked
    const text = typeof acked.payload === 'string' ? { text: acked.payload } : {}
    return { ok: true, payload: acked.payload, ...text }
  }

  async #overHttp(app: App, url: string, parcel: Parcel): Promise<Delivered> {
    const body = httpBody(parcel)
    const headers: Record<string, string> = {
      // bare: Bolt refuses `; charset=utf-8` here
      'content-type': parcel.kind === 'event' ? 'application/json' : 'application/x-www-form-urlencoded',
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      ...signature(app.signingSecret, body, Date.now() + this.#world.skewMs),
    }
    if (parcel.kind === 'event' && parcel.attempt > 0) {
      headers['x-slack-retry-num'] = String(parcel.attempt)
      headers['x-slack-retry-reason'] = parcel.reason ?? 'unknown_error'
    }
    try {
      return await this.#post(url, { method: 'POST', headers, body, redirect: 'manual' }, 0)
    } catch (error) {
      const name = (error as Error).name
      return { ok: false, reason: name === 'TimeoutError' ? 'http_timeout' : 'connection_failed' }
    }
  }

  async #post(url: string, request: RequestInit, redirects: number): Promise<Delivered> {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(this.#world.ackMs) })
    const location = response.headers.get('location')
    if (response.status >= 300 && response.status < 400 && location) {
      if (redirects >= MOST_REDIRECTS) return { ok: false, reason: 'too_many_redirects' }
      return await this.#post(new URL(location, url).href, request, redirects + 1)
    }
    const text = await response.text()
    if (!response.ok)
      return { ok: false, reason: 'http_error', noRetry: response.headers.get('x-slack-no-retry') === '1' }
    try {
      return { ok: true, payload: text ? JSON.parse(text) : undefined }
    } catch {
      return { ok: true, payload: undefined, text }
    }
  }
}

function httpBody(parcel: Parcel): string {
  if (parcel.kind === 'event') return JSON.stringify(parcel.payload)
  if (parcel.kind === 'command') return new URLSearchParams(parcel.payload).toString()
  return new URLSearchParams({ payload: JSON.stringify(parcel.payload) }).toString()
}

/** Slack's request signature. */
function signature(secret: string, body: string, now: number): Record<string, string> {
  const stamp = String(Math.floor(now / 1000))
  const digest = createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex')
  return { 'x-slack-request-timestamp': stamp, 'x-slack-signature': `v0=${digest}` }
}
