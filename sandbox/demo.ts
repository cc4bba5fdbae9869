import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { pino } from 'pino'
import pg from 'pg'
import { Webhook } from 'standardwebhooks'
import { startBelay } from '../src/app.ts'
import type { Belay } from '../src/app.ts'
import { periodBefore } from '../src/domain/digest-period.ts'
import { earliest } from '../src/domain/time.ts'
import { formatProblems, parsePolicy } from '../src/policy-file.ts'
import { startEmbedded } from '../src/store/embedded.ts'
import { listOpen } from '../src/store/escalations.ts'
import { seedFor } from './default-seed.ts'
import { samples } from './demo-tickets.ts'
import { startSandbox } from './index.ts'
import type { Beside, Sandbox } from './protocol.ts'

/** A running demo: a local Slack, Belay with the example policy, and a PostgreSQL, wired together. */
export type Demo = AsyncDisposable & { url: string; sandbox: Sandbox; belay: Belay }

/** `folder` keeps the database server; each demo has a database of its own in it. `now`: where its clock starts. */
export async function startDemo({
  port = 4400,
  folder = '.data/demo',
  now,
}: { port?: number; folder?: string; now?: Date } = {}): Promise<Demo> {
  await using stack = new AsyncDisposableStack()
  const secret = `whsec_${randomBytes(24).toString('base64')}`
  const policy = parsePolicy(await readFile(new URL('../belay.example.yml', import.meta.url), 'utf8'), {
    BELAY_WEBHOOK_SECRET: secret,
  })
  if (!policy.ok) throw new Error(formatProblems('belay.example.yml', policy.problems))
  const databaseUrl = await ownDatabase(folder, stack)

  let belay: Belay | null = null
  const beside: Beside = (request) => belay && answer(belay, sandbox, secret, request)
  const sandbox = stack.use(await openSandbox(port, beside, now))
  const { apiUrl, botToken, appToken, clock } = sandbox
  belay = stack.use(
    await startBelay({
      config: {
        databaseUrl,
        policy: 'belay.example.yml',
        sweep: '* * * * * *',
        port: 0,
        logLevel: 'warn',
        slack: { mode: 'socket', apiUrl, botToken, appToken },
      },
      policy: policy.document,
      clock,
      log: pino({ level: process.env['LOG_LEVEL'] ?? 'warn' }),
      host: '127.0.0.1',
    }),
  )
  await sandbox.connected()
  const running = stack.move()
  return { url: sandbox.url, sandbox, belay, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** At the usual port, or at any free one when that is taken. */
async function openSandbox(port: number, beside: Beside, now: Date | undefined): Promise<Sandbox> {
  const manifest = await readFile(new URL('../manifest.yml', import.meta.url), 'utf8')
  const options = { beside, seed: seedFor(manifest), ...(now && { now }) }
  return startSandbox({ ...options, port }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    return startSandbox({ ...options, port: 0 })
  })
}

async function ownDatabase(folder: string, stack: AsyncDisposableStack): Promise<string> {
  const server = await startEmbedded(`${folder}/postgres`, { fsync: 'off' })
  const name = `demo_${process.pid}_${randomBytes(3).toString('hex')}`
  await onServer(server.url, `create database ${name}`)
  stack.defer(async () => {
    await onServer(server.url, `drop database if exists ${name} with (force)`)
    const others = await onServer(server.url, `select 1 from pg_stat_activity where datname like 'demo\\_%'`)
    if (others === 0) await server.stop()
  })
  const url = new URL(server.url)
  url.pathname = `/${name}`
  return url.href
}

async function onServer(url: string, statement: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rowCount } = await client.query(statement)
    return rowCount ?? 0
  } finally {
    await client.end()
  }
}

/** What the page asks of the demo: its story and samples, and to send a ticket event as a ticket system would. */
async function answer(
  belay: Belay,
  sandbox: Sandbox,
  secret: string,
  { method, path, body }: { method: string; path: string; body: string },
): Promise<{ status: number; body: unknown }> {
  switch (`${method} ${path}`) {
    case 'GET /demo/info':
      return {
        status: 200,
        body: { story: true, samples, nextDueAt: await nextDueAt(belay, sandbox.clock.now()) },
      }
    case 'POST /demo/ticket-event':
      return { status: 200, body: await sendTickets(belay, sandbox, secret, body) }
    default:
      return { status: 404, body: { ok: false, error: 'not_found' } }
  }
}

async function nextDueAt({ store }: Belay, now: Date): Promise<string | null> {
  const [first] = await listOpen(store.db, 1)
  const { digest, timezone } = store.book.live
  const due = earliest(first?.wakeAt, digest && periodBefore(digest, timezone, now).nextAt)
  return due?.toISOString() ?? null
}

/** One event, or a list of them all at once: then their answers, and the status of the first that was refused. */
async function sendTickets(
  belay: Belay,
  sandbox: Sandbox,
  secret: string,
  body: string,
): Promise<{ status: number; answer: unknown }> {
  const sent = JSON.parse(body) as unknown
  if (!Array.isArray(sent)) return sendTicket(belay, sandbox, secret, body)
  const each = sent.map((event) => sendTicket(belay, sandbox, secret, JSON.stringify(event)))
  const answers = await Promise.all(each)
  const { status } = answers.find((one) => one.status >= 400) ?? answers[0] ?? { status: 400 }
  return { status, answer: answers.map(({ answer }) => answer) }
}

/** Signs the event and posts it to Belay's own address: the whole way that a ticket system's event takes. */
async function sendTicket(
  belay: Belay,
  { clock }: Sandbox,
  secret: string,
  body: string,
): Promise<{ status: number; answer: unknown }> {
  const id = `evt_${randomBytes(8).toString('hex')}`
  const now = clock.now()
  const response = await fetch(`http://127.0.0.1:${belay.port}/hooks/generic`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, now, body),
    },
    body,
  })
  return { status: response.status, answer: await response.json() }
}

async function main(): Promise<void> {
  const demo = await startDemo()
  console.log(`The demo is ready. Open ${demo.url}\n(Ctrl+C ends it.)`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void demo[Symbol.asyncDispose]().then(() => process.exit(0)))
}

if (import.meta.main) await main()
