import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'

/** A request whose signature was right, and how it was answered. */
export type Request = { id: string; status: number; type: string; data: Record<string, unknown> }

/** Whatever may stand behind `fallback.webhook`: it takes requests that are signed by its secret. */
export type Receiver = AsyncDisposable & {
  url: string
  secret: string
  /** What came since this was last asked. */
  received: () => Request[]
  /** The next requests are answered like this, whatever was said before; then with 200 again. */
  answers: (...statuses: number[]) => void
}

/** With what requests to every receiver are signed. */
export const secret = `whsec_${Buffer.from('what the pager and we share').toString('base64')}`

export async function startReceiver(): Promise<Receiver> {
  const requests: Request[] = []
  const next: number[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request)
    const headers = request.headers as Record<string, string>
    const event = new Webhook(secret).verify(body, headers) as Pick<Request, 'type' | 'data'>
    const status = next.shift() ?? 200
    requests.push({ id: headers['webhook-id'] ?? '', status, ...event })
    response.writeHead(status, { location: '/elsewhere' }).end('x'.repeat(100_000))
  }
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.writeHead(401).end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/pager`,
    secret,
    received: () => requests.splice(0),
    answers: (...statuses) => void next.splice(0, next.length, ...statuses),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      // It may have been closed already: that is no error here.
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}
