import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { within } from '../slack/receivers/within.ts'

/** What a route answers. `body` that is not a string is sent as JSON. */
export type Answer = { status: number; body: unknown; type?: string; headers?: Record<string, string> }
export type Route = (request: IncomingMessage, name: string) => Promise<Answer> | Answer
/** A route that writes its own answer: Slack's receiver. */
type RawRoute = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** By method and path; the name behind `/hooks/` is handed to its route. */
export type Routes = { answers: Record<string, Route>; hooks: Route; slack: RawRoute | null }

export type HttpServer = { port: number; stop: () => Promise<void> }

/** Whoever has just connected when we stop may still say what they want. */
const sayWithinMs = 200
/** How long requests under way are waited for when we stop: their senders send them again. */
const answerWithinMs = 3_000

/**
 * Listens on this port (0: any free one). `stop` takes no new connections, answers the requests under way, each as the last
 * one on its connection, and closes every connection after 3.2 s at the latest.
 */
export async function listen(
  port: number,
  routes: Routes,
  onError: (error: unknown) => void,
  host?: string,
): Promise<HttpServer> {
  const underway = new Set<ServerResponse>()
  const server = createServer({ requestTimeout: 30_000 }, (request, response) => {
    underway.add(response)
    response.once('close', () => underway.delete(response))
    if (!server.listening) sayGoodbye(response)
    dispatch(request, response, routes).catch((error: unknown) => {
      onError(error)
      respond(response, { status: 500, body: { error: 'Something went wrong here. It is in the log.' } })
    })
  })
  await new Promise<void>((done, failed) => server.once('error', failed).listen(port, host, done))
  return { port: (server.address() as AddressInfo).port, stop: () => close(server, underway) }
}

async function dispatch(request: IncomingMessage, response: ServerResponse, routes: Routes): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  if (path === '/slack/events' && routes.slack) return routes.slack(request, response)
  const hook = /^\/hooks\/([\w-]+)$/.exec(path)?.[1]
  if (hook) {
    const answer = request.method === 'POST' ? await routes.hooks(request, hook) : notAllowed('POST')
    return respond(response, answer)
  }
  const route = routes.answers[path]
  if (!route) return respond(response, { status: 404, body: { error: `There is nothing at ${path}.` } })
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  respond(response, isRead ? await route(request, '') : notAllowed('GET'))
}

function notAllowed(allow: string): Answer {
  return { status: 405, body: { error: `Only ${allow} is understood here.` }, headers: { allow } }
}

function respond(response: ServerResponse, { status, body, type, headers }: Answer): void {
  if (response.headersSent || response.destroyed) return
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-type': type ?? 'application/json; charset=utf-8', ...headers })
  response.end(text)
}

/** The body's bytes, or null when there are more than `limit`; the rest is then left unread. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Node leaves a connection on which nothing was asked yet open for ever. */
async function close(server: Server, underway: ReadonlySet<ServerResponse>): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()))
  for (const response of underway) sayGoodbye(response)
  await within(closed, sayWithinMs, undefined)
  await within(noneOf(underway), answerWithinMs, undefined)
  server.closeAllConnections()
  await closed
}

/** Its sender asks elsewhere from then on. */
function sayGoodbye(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close')
}

async function noneOf(underway: ReadonlySet<ServerResponse>): Promise<void> {
  const gone = (response: ServerResponse) => new Promise<void>((done) => response.once('close', done))
  while (underway.size > 0) await Promise.all([...underway].map(gone))
}
