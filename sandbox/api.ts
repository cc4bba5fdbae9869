import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App } from './apps.ts'
import { readArguments } from './body.ts'
import { SlackError } from './errors.ts'
import { methods } from './methods/index.ts'
import { type Method, missingScope } from './methods/method.ts'
import type { Parts } from './parts.ts'
import type { FaultView, JournalEntry } from './protocol.ts'

type Json = Record<string, unknown>
type Reply = { status: number; headers: Record<string, string>; body: string }

/** `/api/<method>`: from the request to the answer, faults included. */
export async function serveApi(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { world } = parts
  const name = decodeURIComponent(url.pathname.slice('/api/'.length))
  let given: Json
  try {
    given = await readArguments(request, url)
  } catch {
    return send(response, answer({ ok: false, error: 'invalid_json' }))
  }
  const token = tokenOf(request, given)
  const channel = typeof given['channel'] === 'string' ? given['channel'] : undefined
  const entry = world.journal.add({
    kind: 'call',
    name,
    ok: false,
    body: given,
    ...(channel !== undefined && { channel }),
  })
  const before = world.faults.hit(name, 'before', channel)
  if (before && !(await pass(before, response, entry))) return
  const reply = await run(parts, name, token, given, entry)
  const after = world.faults.hit(name, 'after', channel)
  if (after && !(await pass(after, response, entry))) return
  send(response, reply)
}

function tokenOf(request: IncomingMessage, given: Json): string | undefined {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const field = given['token']
  delete given['token']
  return bearer ?? (typeof field === 'string' ? field : undefined)
}

async function run(
  parts: Parts,
  name: string,
  token: string | undefined,
  given: Json,
  entry: JournalEntry,
): Promise<Reply> {
  const warnings: string[] = []
  const headers: Record<string, string> = {}
  try {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined
    if (!method) throw new SlackError('unknown_method', { req_method: name })
    const app = authenticate(parts, token, method.token)
    entry.app = app.id
    headers['x-oauth-scopes'] = method.token === 'app' ? 'connections:write' : [...app.scopes].join(',')
    headers['x-accepted-oauth-scopes'] =
      method.token === 'app' ? 'connections:write' : method.scopes.join(',')
    const wait = parts.world.limits.call(app.id, name, method.tier)
    if (wait) throw new SlackError('ratelimited', { retryAfter: wait })
    if (method.scopes.length > 0 && !method.scopes.some((scope) => app.scopes.has(scope)))
      throw missingScope(app, method.scopes)
    const { args, unknown } = readArgs(method, given)
    if (unknown.length > 0) entry.unknown = unknown
    const warn = (message: string) => warnings.push(message)
    const result = await method.run({ ...parts, app, args: args as never, warn })
    entry.ok = true
    return answer(withWarnings({ ok: true, ...result }, warnings, unknown), headers)
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    entry.error = error.code
    const { retryAfter, ...extra } = error.extra
    const body = { ok: false, error: error.code, ...extra }
    if (error.code !== 'ratelimited') return answer(body, headers)
    return { ...answer(body, { ...headers, 'retry-after': String(retryAfter) }), status: 429 }
  }
}

function authenticate(parts: Parts, token: string | undefined, kind: Method['token']): App {
  if (!token) throw new SlackError('not_authed')
  const app = [...parts.world.apps.values()].find(
    (known) => known.botToken === token || known.appToken === token,
  )
  if (!app) throw new SlackError('invalid_auth')
  if (app.revoked) throw new SlackError('token_revoked')
  if (!app.installed) throw new SlackError('account_inactive')
  const isApp = app.appToken === token
  if (isApp !== (kind === 'app')) throw new SlackError('not_allowed_token_type')
  return app
}

function withWarnings(body: Json, warnings: string[], unknown: string[]): Json {
  const messages = unknown.map((name) => `[WARN] unknown argument: ${name}`)
  if (warnings.length === 0 && messages.length === 0) return body
  const metadata = {
    ...(body['response_metadata'] as Json | undefined),
    ...(warnings.length > 0 && { warnings }),
    ...(messages.length > 0 && { messages }),
  }
  return { ...body, ...(warnings.length > 0 && { warning: warnings.join(',') }), response_metadata: metadata }
}

/** Turns what came over the wire into what the method declares. */
function readArgs({ args: spec, errors }: Method, given: Json): { args: Json; unknown: string[] } {
  const args: Json = {}
  const problems: string[] = []
  for (const [name, kind] of Object.entries(spec)) {
    const raw = given[name]
    // A list or a name that is empty is for the method to refuse, in words of its own.
    const mayBeEmpty = kind === 'list!' || (name === 'name' && errors.includes('invalid_name_required'))
    const isMissing = raw === undefined || raw === null || (raw === '' && !mayBeEmpty)
    if (isMissing && kind.endsWith('!')) problems.push(`missing required field: ${name}`)
    if (raw === undefined || raw === null) continue
    const value = convert(kind.replace('!', ''), raw)
    if (value === undefined) problems.push(`invalid value [json-pointer:/${name}]`)
    else args[name] = value
  }
  if (problems.length > 0)
    throw new SlackError('invalid_arguments', {
      response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) },
    })
  const unknown = Object.keys(given).filter((name) => !(name in spec))
  return { args, unknown }
}

function convert(kind: string, raw: unknown): unknown {
  if (kind === 'json') return typeof raw === 'string' ? parse(raw) : raw
  if (kind === 'string') return typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : text(raw)
  if (kind === 'boolean') return raw === true || raw === 'true' || raw === '1' || raw === 1
  if (kind === 'number') return Number.isNaN(Number(raw)) ? undefined : Number(raw)
  if (Array.isArray(raw)) return raw.map(String)
  if (typeof raw !== 'string') return undefined
  const list = raw.startsWith('[') ? parse(raw) : raw.split(',')
  return Array.isArray(list) ? list.map((item) => String(item).trim()).filter(Boolean) : undefined
}

function text(raw: unknown): string | undefined {
  return typeof raw === 'string' ? raw : undefined
}

/** JSON that is not JSON stays a string, for the method to refuse in its own words. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Lets a fault have its way; true when the call goes on. */
export async function pass(
  effect: FaultView['effect'],
  response: ServerResponse,
  entry: JournalEntry,
): Promise<boolean> {
  entry.error = `fault: ${effect.kind}`
  switch (effect.kind) {
    case 'delay':
      await new Promise((resolve) => setTimeout(resolve, effect.ms))
      return true
    case 'duplicate':
      return true
    case 'hang':
      return false
    case 'drop':
      response.socket?.resetAndDestroy()
      return false
    case 'error':
      send(response, answer({ ok: false, error: effect.error, ...effect.body }))
      return false
    case 'ratelimited':
      send(response, {
        ...answer({ ok: false, error: 'ratelimited' }, { 'retry-after': String(effect.retry_after) }),
        status: 429,
      })
      return false
    case 'status':
      send(response, { status: effect.status, headers: { 'content-type': 'text/plain' }, body: effect.body })
      return false
    case 'html':
      break
  }
  const body = '<html><body>Something went wrong</body></html>'
  send(response, { status: 200, headers: { 'content-type': 'text/html' }, body })
  return false
}

function answer(body: Json, headers: Record<string, string> = {}): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  }
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, {
    ...reply.headers,
    'content-length': String(Buffer.byteLength(reply.body)),
  })
  response.end(reply.body)
}
