import { randomUUID } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'

type Sent = { id: string; acks: unknown[] }

/** Slack's end of Socket Mode, with hands on every frame: for what the sandbox's Slack would never do. */
export async function startSocketSlack({ greets = true, port = 0 } = {}) {
  const open: WebSocket[] = []
  const sent = new Map<string, Sent>()
  const counts = { opens: 0, hellos: 0 }
  const behaviour = {
    greets,
    deaf: false,
    answer: undefined as ((response: ServerResponse) => void) | undefined,
  }

  const server = createServer((request, response) => {
    if (request.url === '/api/apps.connections.open') {
      counts.opens += 1
      if (behaviour.answer) return behaviour.answer(response)
      return json(response, { ok: true, url: `ws://127.0.0.1:${actual()}/link?ticket=${randomUUID()}` })
    }
    return json(response, { ok: true, user_id: 'U0BOT', bot_id: 'B0BOT', team_id: 'T0BELAY' })
  })
  const actual = () => (server.address() as AddressInfo).port
  const door = new WebSocketServer({ server })
  door.on('connection', (socket) => {
    open.push(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => open.splice(open.indexOf(socket), 1))
    socket.on('message', (data) => {
      const { envelope_id: id, payload } = JSON.parse((data as Buffer).toString()) as {
        envelope_id: string
        payload: unknown
      }
      sent.get(id)?.acks.push(payload)
    })
    if (!behaviour.greets) return
    counts.hellos += 1
    if (behaviour.deaf) socket.pause()
    socket.send(JSON.stringify({ type: 'hello', num_connections: open.length }))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  return {
    open,
    counts,
    behaviour,
    apiUrl: `http://127.0.0.1:${actual()}/api/`,
    port: actual(),
    /** Sends one envelope over these sockets, the first one by default. */
    send(
      type: string,
      payload: unknown,
      sockets: WebSocket[] = open.slice(0, 1),
      id: string = randomUUID(),
    ): Sent {
      const envelope = sent.get(id) ?? { id, acks: [] }
      sent.set(id, envelope)
      for (const socket of sockets)
        socket.send(JSON.stringify({ envelope_id: id, type, payload, accepts_response_payload: true }))
      return envelope
    },
    disconnect(reason: string, socket: WebSocket | undefined = open[0]) {
      socket?.send(JSON.stringify({ type: 'disconnect', reason }))
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.terminate()
      door.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers as the Web API does. */
export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
