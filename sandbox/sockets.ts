import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { App } from './apps.ts'
import type { World } from './world.ts'

const MOST = 10
const LIFE_S = 18_060
const DEBUG_LIFE_S = 360

/** What became of one envelope. */
export type Acked = { ok: true; payload?: unknown } | { ok: false; reason: 'timeout' | 'no_socket' }
type Envelope = { type: string; payload: unknown; accepts: boolean; attempt?: number; reason?: string }
type Waiting = { settle: (acked: Acked) => void; timer: NodeJS.Timeout; app: string }

/** Socket Mode's server side. */
export class Sockets {
  #world: World
  #door = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  #tickets = new Map<string, string>()
  #open = new Map<string, Set<WebSocket>>()
  #waiting = new Map<string, Waiting>()
  #onOpen: ((app: App) => void)[] = []
  #pings: NodeJS.Timeout
  /** new connections stay open below after their close handshake */
  lingers = false
  #lingering = new Set<Duplex>()

  constructor(world: World) {
    this.#world = world
    this.#pings = setInterval(() => this.#ping(), world.options.pingMs ?? 5_000)
    this.#pings.unref()
  }

  /** A single-use address for one connection. */
  ticket(app: App): string {
    const ticket = this.#world.ids.uuid()
    this.#tickets.set(ticket, app.id)
    return `${this.#world.baseUrl.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${app.id}`
  }

  count(app: App): number {
    return [...(this.#open.get(app.id) ?? [])].filter(isOpen).length
  }

  whenOpen(listener: (app: App) => void): void {
    this.#onOpen.push(listener)
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', this.#world.baseUrl)
    const ticket = url.searchParams.get('ticket') ?? ''
    const app = this.#world.apps.get(this.#tickets.get(ticket) ?? '')
    this.#tickets.delete(ticket)
    if (!app) {
      socket.end('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      return
    }
    if (this.lingers) this.#linger(socket)
    this.#door.handleUpgrade(request, socket, head, (connection) => {
      this.#welcome(app, connection, url.searchParams.get('debug_reconnects') === 'true')
    })
  }

  /** Sends to any one of the app's sockets and waits for the acknowledgement. */
  send(app: App, envelope: Envelope): Promise<Acked> {
    const sockets = [...(this.#open.get(app.id) ?? [])].filter(isOpen)
    if (sockets.length === 0) return Promise.resolve({ ok: false, reason: 'no_socket' })
    const id = this.#world.ids.uuid()
    const frame = {
      envelope_id: id,
      type: envelope.type,
      payload: envelope.payload,
      accepts_response_payload: envelope.accepts,
      ...(envelope.attempt !== undefined && {
        retry_attempt: envelope.attempt,
        retry_reason: envelope.reason ?? '',
      }),
    }
    return new Promise((settle) => {
      const timer = setTimeout(() => this.#settle(id, { ok: false, reason: 'timeout' }), this.#world.ackMs)
      this.#waiting.set(id, { settle, timer, app: app.id })
      this.#world.ids.pick(sockets).send(JSON.stringify(frame))
    })
  }

  /** Tells every socket of the app to go away; `warning` only warns. */
  disconnect(app: App, reason: string): void {
    for (const socket of this.#open.get(app.id) ?? []) this.#bye(socket, reason)
  }

  /** Cuts the connections without a word: all, or the oldest few. */
  cut(app: App, count?: number): void {
    for (const socket of [...(this.#open.get(app.id) ?? [])].slice(0, count)) socket.terminate()
  }

  close(): void {
    clearInterval(this.#pings)
    for (const id of this.#waiting.keys()) this.#settle(id, { ok: false, reason: 'no_socket' })
    for (const sockets of this.#open.values()) for (const socket of sockets) socket.terminate()
    for (const socket of this.#lingering) socket.destroy()
    this.#door.close()
  }

  #linger(socket: Duplex): void {
    this.#lingering.add(socket)
    socket.once('close', () => this.#lingering.delete(socket))
    socket.end = () => socket
  }

  #welcome(app: App, socket: WebSocket, debug: boolean): void {
    const sockets = this.#open.get(app.id) ?? new Set()
    this.#open.set(app.id, sockets)
    if (!app.socketMode) return this.#bye(socket, 'link_disabled')
    if (sockets.size >= MOST) return this.#bye(socket, 'too_many_websockets')
    const life = debug ? DEBUG_LIFE_S : LIFE_S
    sockets.add(socket)
    const warn = setTimeout(() => this.#bye(socket, 'warning'), (life - 10) * 1000)
    const refresh = setTimeout(() => this.#bye(socket, 'refresh_requested'), life * 1000)
    for (const timer of [warn, refresh]) timer.unref()
    socket.on('message', (data) => this.#hear(app, (data as Buffer).toString()))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      clearTimeout(warn)
      clearTimeout(refresh)
      sockets.delete(socket)
      this.#log(app, 'close', sockets.size)
    })
    const debugInfo = { host: 'sandbox', started: this.#world.clock.now().toISOString(), build_number: 1 }
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: sockets.size,
        debug_info: { ...debugInfo, approximate_connection_time: life },
        connection_info: { app_id: app.id },
      }),
    )
    this.#log(app, 'hello', sockets.size)
    for (const listener of this.#onOpen) listener(app)
  }

  #hear(app: App, data: string): void {
    let frame: { envelope_id?: unknown; payload?: unknown }
    try {
      frame = JSON.parse(data) as typeof frame
    } catch {
      return
    }
    if (typeof frame.envelope_id !== 'string' || this.#waiting.get(frame.envelope_id)?.app !== app.id) return
    this.#settle(frame.envelope_id, { ok: true, payload: frame.payload })
  }

  #settle(id: string, acked: Acked): void {
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    clearTimeout(waiting.timer)
    this.#waiting.delete(id)
    waiting.settle(acked)
  }

  #bye(socket: WebSocket, reason: string): void {
    const frame = { type: 'disconnect', reason, debug_info: { host: 'sandbox' } }
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
    if (reason === 'warning') return
    // The client is to close first, as it does on a refresh; this is for the one that does not.
    setTimeout(() => socket.close(), 1_000).unref()
  }

  #ping(): void {
    for (const sockets of this.#open.values())
      for (const socket of sockets) if (socket.readyState === WebSocket.OPEN) socket.ping('sandbox')
  }

  #log(app: App, name: string, open: number): void {
    this.#world.journal.add({ kind: 'socket', name, app: app.id, ok: true, body: { open } })
    this.#world.changes.touch()
  }
}

function isOpen(socket: WebSocket): boolean {
  return socket.readyState === WebSocket.OPEN
}
