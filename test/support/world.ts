import { readFileSync } from 'node:fs'
import { pino } from 'pino'
import { Webhook } from 'standardwebhooks'
import { startBelay } from '#app.ts'
import type { Belay } from '#app.ts'
import type { Config } from '#config.ts'
import { minuteMs } from '#domain/time.ts'
import { parsePolicy, formatProblems } from '#policy-file.ts'
import { startSandbox } from '../../sandbox/index.ts'
import type { Sandbox, SandboxOptions } from '../../sandbox/protocol.ts'
import type { Person } from '../../sandbox/person.ts'
import { testDatabase } from './database.ts'

/** A Monday morning at which the example policy's office has just opened, in Brussels. */
export const mondayMorning = new Date('2026-11-23T09:00:00+01:00')
export const webhookSecret = `whsec_${Buffer.from('a secret for tests, 24 by').toString('base64')}`

export type WorldOptions = {
  transport?: 'socket' | 'http'
  policy?: string
  sandbox?: SandboxOptions
  logLevel?: string
}

/** A local Slack, a database, and a Belay that lives on the sandbox's clock: everything a story needs. */
export type World = AsyncDisposable & {
  sandbox: Sandbox
  belay: Belay
  url: string
  agent: Person
  first: Person
  second: Person
  manager: Person
  /** Lets time pass, and everything that becomes due happen. */
  pass: (minutes: number) => Promise<void>
  /** Everything that can go out has gone out. */
  quiet: () => Promise<void>
  /** Sends a ticket event as a ticket system does, signed. */
  hook: (event: object, options?: { id?: string; secret?: string; at?: Date }) => Promise<{ status: number; body: Record<string, unknown> }>
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  await using stack = new AsyncDisposableStack()
  const { transport = 'socket' } = options
  const database = stack.use(await testDatabase())
  const sandbox = stack.use(await startSandbox({ now: mondayMorning, random: 1, ...options.sandbox }))
  const config = configFor(sandbox, database.url, transport)
  const log = pino({ level: options.logLevel ?? process.env['TEST_LOG'] ?? 'silent' })
  const belay = stack.use(
    await startBelay({ config, policy: testPolicy(options.policy), clock: sandbox.clock, log, host: '127.0.0.1' }),
  )
  const url = `http://127.0.0.1:${belay.port}`
  if (transport === 'http') sandbox.control({ type: 'request_url', url: `${url}/slack/events` })
  else await sandbox.connected()
  const quiet = async () => {
    await belay.pump.idle()
    await sandbox.settled()
    await belay.pump.idle()
  }
  const running = stack.move()
  return {
    ...{ sandbox, belay, url, quiet },
    agent: sandbox.person('U0AGENT'),
    first: sandbox.person('U0FRONT1'),
    second: sandbox.person('U0ENG1'),
    manager: sandbox.person('U0HEAD'),
    pass: async (minutes) => {
      sandbox.clock.advance(minutes * minuteMs)
      await belay.sweepNow()
      await quiet()
    },
    hook: (event, more) => sendHook(url, sandbox, event, more),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

export const examplePolicy = readFileSync(new URL('../../belay.example.yml', import.meta.url), 'utf8')

export function testPolicy(text = examplePolicy) {
  const read = parsePolicy(text, { BELAY_WEBHOOK_SECRET: webhookSecret })
  if (!read.ok) throw new Error(formatProblems('test policy', read.problems))
  return read.document
}

function configFor(sandbox: Sandbox, databaseUrl: string, transport: 'socket' | 'http'): Config {
  const { apiUrl, botToken, appToken, signingSecret } = sandbox
  const slack =
    transport === 'http'
      ? { mode: 'http' as const, botToken, apiUrl, signingSecret }
      : { mode: 'socket' as const, botToken, apiUrl, appToken }
  return { databaseUrl, slack, policy: 'belay.yml', sweep: '* * * * * *', port: 0, logLevel: 'silent' }
}

let sent = 0

async function sendHook(
  url: string,
  sandbox: Sandbox,
  event: object,
  { id = `evt_${(sent += 1)}`, secret = webhookSecret, at = sandbox.clock.now() }: { id?: string; secret?: string; at?: Date } = {},
) {
  const body = JSON.stringify(event)
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  }
  const response = await fetch(`${url}/hooks/generic`, { method: 'POST', headers, body })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
