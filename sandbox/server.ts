import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pass, serveApi } from './api.ts'
import { readBody } from './body.ts'
import { json, serveControl } from './control-api.ts'
import type { Parts } from './parts.ts'
import type { Beside } from './protocol.ts'
import type { Answer } from './response-urls.ts'
import { serveStatic } from './static.ts'

/** Opens the door, on this machine only. */
export async function listen(parts: Parts, port: number, beside: Beside = () => null): Promise<Server> {
  const server = createServer((request, response) => {
    serve(parts, request, response, beside).catch((error: unknown) => {
      console.error(error)
      if (!response.headersSent) json(response, 500, { ok: false, error: 'internal_error' })
      else response.destroy()
    })
  })
  server.on('upgrade', (request, socket, head) => {
    if (isLocal(request)) parts.sockets.upgrade(request, socket, head)
    else socket.destroy()
  })
  server.keepAliveTimeout = 30_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  parts.world.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return server
}

/** Only by this machine's own names: a page elsewhere gets nothing, even when its name points here. */
function isLocal({ headers }: IncomingMessage): boolean {
  const origin =
    headers.origin === undefined ? undefined : URL.canParse(headers.origin) && new URL(headers.origin).host
  return [headers.host, origin].every(
    (host) => host === undefined || (host !== false && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)),
  )
}

async function serve(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  beside: Beside,
): Promise<void> {
  if (!isLocal(request)) return json(response, 421, { ok: false, error: 'wrong_host' })
  const url = new URL(request.url ?? '/', parts.world.baseUrl)
  const path = url.pathname
  if (path.startsWith('/api/')) return await serveApi(parts, request, response, url)
  if (path.startsWith('/sandbox/')) return await serveControl(parts, request, response, url)
  if (path.startsWith('/response/')) return await serveResponse(parts, request, response, path)
  if (path.startsWith('/upload/')) return await serveUpload(parts, request, response, path)
  if (path.startsWith('/files/')) return serveFile(parts, response, path)
  if (path.startsWith('/demo/')) return await serveBeside(beside, request, response, path)
  return await serveStatic(response, path)
}

async function serveBeside(
  beside: Beside,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const body = (await readBody(request))?.toString() ?? ''
  const answer = await beside({ method: request.method ?? 'GET', path, body })
  if (answer) json(response, answer.status, answer.body)
  else json(response, 404, { ok: false, error: 'not_found' })
}

async function serveResponse(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const body = (await readBody(request))?.toString() ?? ''
  let answer: Answer
  try {
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
    answer = JSON.parse(isForm ? (new URLSearchParams(body).get('payload') ?? '') : body) as Answer
  } catch {
    return json(response, 400, { ok: false, error: 'invalid_payload' })
  }
  const entry = parts.world.journal.add({
    kind: 'response_url',
    name: 'response_url',
    ok: true,
    body: answer,
  })
  const fault = parts.world.faults.hit('response_url', 'before', undefined)
  if (fault && !(await pass(fault, response, entry))) return
  const reply = parts.urls.use(path.split('/').at(-1) ?? '', answer)
  if (reply.status !== 200) Object.assign(entry, { ok: false, error: reply.body })
  response.writeHead(reply.status, { 'content-type': reply.body === 'ok' ? 'text/html' : 'application/json' })
  response.end(reply.body)
}

/** Takes a file raw or as multipart with any field name. */
async function serveUpload(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const body = (await readBody(request, 100_000_000)) ?? Buffer.alloc(0)
  const type = request.headers['content-type'] ?? ''
  let content = body
  if (type.startsWith('multipart/form-data')) {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
    for (const value of form.values())
      if (typeof value !== 'string') content = Buffer.from(await value.arrayBuffer())
  }
  const isTaken = parts.files.receive(path.split('/').at(-1) ?? '', content)
  response.writeHead(isTaken ? 200 : 404, { 'content-type': 'text/plain' })
  response.end(isTaken ? `OK - ${content.length}` : 'file not found')
}

function serveFile(parts: Parts, response: ServerResponse, path: string): void {
  const file = parts.files.get(path.split('/')[2] ?? '')
  if (!file?.body) return json(response, 404, { ok: false, error: 'file_not_found' })
  const isPicture = file.mimetype.startsWith('image/')
  response.writeHead(200, {
    'content-type': file.mimetype,
    'content-disposition': isPicture ? 'inline' : 'attachment',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  })
  response.end(file.body)
}
