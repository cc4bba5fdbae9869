import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'

/** A webhook with nothing behind it: it verifies the signature, parses, and answers. A process of its own, as Belay is. */
const webhook = new Webhook(process.env['BENCH_SECRET'] ?? '')
const answer = JSON.stringify({ escalation: 'E-1', result: 'opened' })

const server = createServer((request, response) => void take(request, response))

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const event = webhook.verify(await buffer(request), request.headers as Record<string, string>)
  response.writeHead(event ? 202 : 401, { 'content-type': 'application/json; charset=utf-8' }).end(answer)
}

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`)
})
