import type { IncomingMessage } from 'node:http'

/** Reads a request's body whole; undefined when it is larger than `most`. */
export async function readBody(request: IncomingMessage, most = 20_000_000): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > most) return undefined
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

/** The arguments of a Web API call: query, urlencoded, JSON or multipart. */
export async function readArguments(request: IncomingMessage, url: URL): Promise<Record<string, unknown>> {
  const args: Record<string, unknown> = Object.fromEntries(url.searchParams)
  if (request.method === 'GET') return args
  const body = await readBody(request)
  if (!body || body.length === 0) return args
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('application/json')) {
    const parsed: unknown = JSON.parse(body.toString())
    if (!parsed || typeof parsed !== 'object' || Array.isArray(parsed)) throw new SyntaxError('not an object')
    return Object.assign(args, parsed)
  }
  if (type.startsWith('multipart/form-data')) {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
    for (const [key, value] of form) args[key] = typeof value === 'string' ? value : await value.bytes()
    return args
  }
  return Object.assign(args, Object.fromEntries(new URLSearchParams(body.toString())))
}
