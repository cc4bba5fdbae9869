import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { readBody } from './body.ts'
import { control, moveClock, reset } from './controls.ts'
import type { Parts } from './parts.ts'
import { Act, ClockMove, Control, Fault, Seed } from './protocol.ts'
import { snapshot } from './snapshot.ts'

const COALESCE_MS = 40

/** `/sandbox/*`: the page's and the tests' way in. */
export async function serveControl(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const route = `${request.method} ${url.pathname.slice('/sandbox'.length)}`
  const query = Object.fromEntries(url.searchParams)
  const { world } = parts
  switch (route) {
    case 'GET /state':
      if (!world.space.users.has(query['as'] ?? ''))
        return json(response, 404, refusal([`as: no such person`]))
      return json(
        response,
        200,
        snapshot(parts, query['as']!, query['channel'], Number(query['limit'] ?? 200)),
      )
    case 'GET /stream':
      return stream(parts, request, response)
    case 'GET /journal':
      return json(
        response,
        200,
        world.journal.list(pick(query, ['name', 'kind', 'app', 'channel'], { method: 'name' })),
      )
    case 'GET /ledger':
      return json(response, 200, world.ledger.list(pick(query, ['user', 'channel', 'ts', 'reason'])))
    case 'GET /faults':
      return json(response, 200, world.faults.list())
    case 'DELETE /faults':
      world.faults.remove(query['id'])
      return json(response, 200, { ok: true })
    case 'POST /act':
      return await take(request, response, Act, (act) => parts.acts.act(act))
    case 'POST /clock':
      return await take(request, response, ClockMove, (move) => moveClock(parts, move))
    case 'POST /faults':
      return await take(request, response, Fault, (fault) => world.faults.add(fault))
    case 'POST /control':
      return await take(request, response, Control, (order) => done(() => control(parts, order)))
    case 'POST /seed':
      return await take(request, response, Seed, (seed) => done(() => world.seed(seed)))
    case 'POST /reset':
      return await take(request, response, z.object({}), () => done(() => reset(parts)))
    default:
      return json(response, 404, { ok: false, error: 'not_found' })
  }
}

function done(run: () => void): { ok: true } {
  run()
  return { ok: true }
}

function pick(
  query: Record<string, string>,
  keys: string[],
  aliases: Record<string, string> = {},
): Record<string, string> {
  const named = Object.entries(query).map(([key, value]) => [aliases[key] ?? key, value] as const)
  return Object.fromEntries(named.filter(([key]) => keys.includes(key)))
}

function refusal(problems: string[]) {
  return { ok: false, error: 'invalid', problems }
}

async function take<T extends z.ZodType>(
  request: IncomingMessage,
  response: ServerResponse,
  shape: T,
  run: (value: z.output<T>) => unknown,
): Promise<void> {
  // A page of another origin can send a form but not JSON without asking first, so only JSON gets in.
  if (!request.headers['content-type']?.startsWith('application/json'))
    return json(response, 415, refusal(['content-type: must be application/json']))
  const body = await readBody(request)
  let given: unknown
  try {
    given = JSON.parse(body?.toString() ?? '')
  } catch {
    return json(response, 400, refusal(['body: must be JSON']))
  }
  const parsed = shape.safeParse(given)
  if (parsed.success) return json(response, 200, await run(parsed.data))
  json(
    response,
    400,
    refusal(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)),
  )
}

/** Server-sent events, coalesced; the first comes at once. */
function stream({ world }: Parts, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  let channels = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  const tell = () => {
    timer = undefined
    const change = {
      revision: world.changes.revision,
      channels: [...channels],
      now: world.clock.now().toISOString(),
    }
    channels = new Set()
    response.write(`event: change\ndata: ${JSON.stringify(change)}\n\n`)
  }
  tell()
  const stop = world.changes.listen((touched) => {
    for (const channel of touched) channels.add(channel)
    timer ??= setTimeout(tell, COALESCE_MS)
  })
  request.on('close', () => {
    stop()
    clearTimeout(timer)
  })
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify(body))
}
