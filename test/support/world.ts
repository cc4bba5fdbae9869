import { readFileSync } from 'node:fs'
import { pino } from 'pino'
import type { Logger } from 'pino'
import { Webhook } from 'standardwebhooks'
import { startBelay } from '#app.ts'
import type { Belay } from '#app.ts'
import { systemClock } from '#clock.ts'
import type { Clock } from '#clock.ts'
import type { Config } from '#config.ts'
import { addMs } from '#domain/time.ts'
import { parsePolicy, formatProblems } from '#policy-file.ts'
import { seedFor } from '../../sandbox/default-seed.ts'
import { startSandbox } from '../../sandbox/index.ts'
import type { Sandbox, SandboxOptions } from '../../sandbox/protocol.ts'
import type { Person } from '../../sandbox/person.ts'
import { testDatabase } from './database.ts'
import { timeOf } from './time.ts'

/** A Monday morning in Brussels, by the example policy: the office is open and the day's digest is out. */
export const mondayMorning = new Date('2026-11-23T09:30:00+01:00')
export const webhookSecret = `whsec_${Buffer.from('a secret for tests, 24 by').toString('base64')}`

/** Belay gets no more of Slack than its manifest asks for: what is forgotten there fails here. */
export const manifest = readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8')

export type WorldOptions = {
  transport?: 'socket' | 'http'
  policy?: string
  sandbox?: SandboxOptions
  logLevel?: string
  /** Where it logs to. */
  log?: Logger
  /** More of the environment. */
  config?: Partial<Config>
  /** By how many milliseconds the machine's clock is ahead of the right time; default not at all. */
  aheadMs?: () => number
  /** What is done to Slack before Belay starts. Belay is then not waited for to be connected. */
  before?: (sandbox: Sandbox) => void
  /** Another way to the database than straight to it. */
  through?: (databaseUrl: string) => Promise<AsyncDisposable & { url: string }>
}

export type HookOptions = {
  id?: string
  secret?: string
  at?: Date
  source?: string
  raw?: string
  /** Hangs up on the answer. */
  signal?: AbortSignal
}
export type HookAnswer = { status: number; body: Record<string, unknown> }

/** A local Slack, a database, and a Belay that lives on the sandbox's clock: everything a story needs. */
export type World = AsyncDisposable & {
  sandbox: Sandbox
  belay: Belay
  url: string
  agent: Person
  /** On call for the first and the second tier on that Monday, by the example policy. */
  first: Person
  second: Person
  manager: Person
  /**
   * Lets time pass, and everything that becomes due on the way happen at its own instant. The clock stands still
   * otherwise.
   */
  pass: (minutes: number) => Promise<void>
  /** Everything that came in has been handled, and everything that can go out now, or in two seconds, has gone out. */
  quiet: () => Promise<void>
  /** Sends a ticket event as a ticket system does, signed. */
  hook: (event: object, options?: HookOptions) => Promise<HookAnswer>
  /** Another Belay on the same database and the same Slack, with more in its environment, and a clock so far ahead. */
  replica: (config?: Partial<Config>, aheadMs?: number) => Promise<Belay>
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  await using stack = new AsyncDisposableStack()
  const { transport = 'socket', before, through } = options
  const database = stack.use(await testDatabase())
  const way = through ? stack.use(await through(database.url)) : database
  const sandbox = stack.use(
    await startSandbox({
      now: mondayMorning,
      frozen: true,
      random: 1,
      seed: seedFor(manifest),
      ...options.sandbox,
    }),
  )
  before?.(sandbox)
  const config = { ...configFor(sandbox, way.url, transport), ...options.config }
  const level = options.logLevel ?? process.env['TEST_LOG'] ?? 'silent'
  const log = options.log ?? pino({ level })
  const policy = testPolicy(options.policy)
  const start = (more: Partial<Config> = {}, aheadMs = () => 0) => {
    const own = { clock: ahead(sandbox.clock, aheadMs), machine: ahead(systemClock, aheadMs) }
    return startBelay({ config: { ...config, ...more }, policy, ...own, log, host: '127.0.0.1' })
  }
  const belay = stack.use(await start({}, options.aheadMs))
  const url = `http://127.0.0.1:${belay.port}`
  if (transport === 'http') sandbox.control({ type: 'request_url', url: `${url}/slack/events` })
  else if (!before) await sandbox.connected()
  const belays = [belay]
  const { pass, quiet } = timeOf(sandbox, belays, belay.store.db)
  const running = stack.move()
  return {
    sandbox,
    belay,
    url,
    quiet,
    pass,
    agent: sandbox.person('U0AGENT'),
    first: sandbox.person('U0FRONT2'),
    second: sandbox.person('U0ENG1'),
    manager: sandbox.person('U0HEAD'),
    hook: (event, more) => sendHook(url, sandbox, event, more),
    replica: async (more, aheadMs = 0) => {
      const other = running.use(await start(more, () => aheadMs))
      belays.push(other)
      return other
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function ahead(clock: Clock, byMs: () => number): Clock {
  return { now: () => addMs(clock.now(), byMs()) }
}

export const examplePolicy = readFileSync(new URL('../../belay.example.yml', import.meta.url), 'utf8')

export function testPolicy(text = examplePolicy) {
  const read = parsePolicy(text, { BELAY_WEBHOOK_SECRET: webhookSecret, SMTP_URL: 'smtp://127.0.0.1' })
  if (!read.ok) throw new Error(formatProblems('test policy', read.problems))
  return read.document
}

/** The settings of a Belay that talks to this Slack and this database. */
export function configFor(
  sandbox: Pick<Sandbox, 'apiUrl' | 'botToken' | 'appToken' | 'signingSecret'>,
  databaseUrl: string,
  transport: 'socket' | 'http',
): Config {
  const { apiUrl, botToken, appToken, signingSecret } = sandbox
  const slack =
    transport === 'http'
      ? { mode: 'http' as const, botToken, apiUrl, signingSecret }
      : { mode: 'socket' as const, botToken, apiUrl, appToken }
  return { databaseUrl, slack, policy: 'belay.yml', sweep: '* * * * * *', port: 0, logLevel: 'silent' }
}

let sent = 0

/** Sends a ticket event as a ticket system does, signed. */
export async function sendHook(
  url: string,
  { clock }: Pick<Sandbox, 'clock'>,
  event: object,
  options: HookOptions = {},
): Promise<HookAnswer> {
  const { id = `evt_${(sent += 1)}`, secret = webhookSecret, at = clock.now() } = options
  const { source = 'generic', raw: body = JSON.stringify(event) } = options
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  }
  const { signal = null } = options
  const response = await fetch(`${url}/hooks/${source}`, { method: 'POST', headers, body, signal })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
