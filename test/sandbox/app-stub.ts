import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import WebSocket from 'ws'
import type { Sandbox } from '../../sandbox/protocol.ts'

export type Frame = {
  type: string
  envelope_id?: string
  reason?: string
  num_connections?: number
  retry_attempt?: number
  retry_reason?: string
  payload?: { event_id?: string; event?: { type: string; text?: string }; [key: string]: unknown }
}

/** A bare Socket Mode client that acknowledges only what it is told to. */
export class RawSocket {
  readonly frames: Frame[] = []
  readonly socket: WebSocket
  closed = false
  answer: (frame: Frame) => unknown = () => undefined
  acks = true
  #wake: (() => void)[] = []

  constructor(url: string) {
    this.socket = new WebSocket(url)
    this.socket.on('message', (data) => this.#hear(JSON.parse((data as Buffer).toString()) as Frame))
    for (const end of ['close', 'error'])
      this.socket.on(end, () => {
        this.closed = true
        this.#ring()
      })
  }

  static async open(sandbox: Sandbox): Promise<RawSocket> {
    return new RawSocket(await ticket(sandbox))
  }

  /** Waits for the first frame, or an end, that fits. */
  async until<T>(look: () => T | undefined | false): Promise<T> {
    const deadline = AbortSignal.timeout(10_000)
    for (;;) {
      const found = look()
      if (found !== undefined && found !== false) return found
      if (deadline.aborted)
        throw new Error(`it did not come; frames: ${JSON.stringify(this.frames, null, 1)}`)
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve)
        deadline.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }

  async hello(): Promise<this> {
    await this.until(() => this.frames.some((frame) => frame.type === 'hello'))
    return this
  }

  events(): Frame[] {
    return this.frames.filter((frame) => frame.type === 'events_api')
  }

  #hear(frame: Frame): void {
    this.frames.push(frame)
    if (frame.envelope_id && this.acks)
      this.socket.send(JSON.stringify({ envelope_id: frame.envelope_id, payload: this.answer(frame) }))
    this.#ring()
  }

  #ring(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }
}

/** An address for one connection, from apps.connections.open. */
export async function ticket(sandbox: Sandbox): Promise<string> {
  const headers = { authorization: `Bearer ${sandbox.appToken}` }
  const response = await fetch(`${sandbox.apiUrl}apps.connections.open`, { method: 'POST', headers })
  return ((await response.json()) as { url: string }).url
}

export type Delivery = { headers: IncomingHttpHeaders; body: string }

/** An HTTP app that answers as told, and remembers. */
export async function httpApp(
  sandbox: Sandbox,
  answer: (
    delivery: Delivery,
    count: number,
  ) => { status: number; headers?: Record<string, string>; body?: string },
) {
  const deliveries: Delivery[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const delivery = { headers: request.headers, body: Buffer.concat(chunks).toString() }
      deliveries.push(delivery)
      const { status, headers, body } = answer(delivery, deliveries.length)
      response.writeHead(status, headers).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`
  sandbox.control({ type: 'request_url', url })
  return { url, deliveries, close: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}
