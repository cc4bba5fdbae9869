import { setTimeout as delay } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import { connect } from '#store/database.ts'
import type { Db } from '#store/database.ts'
import { startSandbox } from '../../sandbox/index.ts'
import type { Sandbox, SandboxOptions } from '../../sandbox/protocol.ts'
import { testDatabase } from '../support/database.ts'
import { databaseLine } from '../support/database-line.ts'
import type { Line } from '../support/database-line.ts'
import { environment, policyFile, startProcess } from '../support/process.ts'
import type { Process } from '../support/process.ts'
import { ticketEvent } from '../support/tickets.ts'
import { sendHook } from '../support/world.ts'
import type { HookAnswer } from '../support/world.ts'
import { startBeyond } from './beyond.ts'
import type { Beyond } from './beyond.ts'
import { policyOf, teamsOf, workspaceOf } from './workspace.ts'
import type { Team } from './workspace.ts'

export type StageOptions = {
  /** How many first-line teams there are; default 1. */
  teams?: number
  isPrivate?: boolean
  /** Whether a team's person gets a direct message beside the page in the channel; default true. */
  asksDirectly?: boolean
  /** How Slack's events come; default over sockets. Over HTTP they go to the replica that was started last. */
  over?: 'socket' | 'http'
  /** Whether an address and a webhook are behind the fallback; default false. */
  isTold?: boolean
  /** How long each tier has to answer; default 2 s. */
  wait?: string
  sandbox?: SandboxOptions
  /** Another database than a clone on the run's own server. */
  database?: () => Promise<AsyncDisposable & { url: string }>
}

/** A Belay process whose line to the database is in our hands. */
export type Replica = Process & { line: Line; kill: () => Promise<void> }

/** What a ticket system sent, and sends again until it is answered. */
type Sending = { id: string; event: object }

/** A local Slack in real time, a real PostgreSQL, and as many Belay processes as are started. */
export type Stage = AsyncDisposable & {
  sandbox: Sandbox
  db: Db
  teams: Team[]
  /** Null when the policy names nobody beyond Slack. */
  beyond: Beyond | null
  /** What was answered with 202 or 200, as the ticket systems know it. */
  promised: Set<string>
  /** Starts a process. Resolves when it is up and Slack's events reach it. */
  start: () => Promise<Replica>
  /** The same, but its line to the database is silent: it works from the moment the line goes on. */
  standby: () => Promise<Replica>
  /** A new ticket of a team, by its number from 0. */
  ticket: (team?: number) => Sending
  /** Sends it once, to this process. Fails when the process does not answer, or when the sender hangs up. */
  send: (to: Replica, sending: Sending, hangUp?: AbortSignal) => Promise<HookAnswer>
  /** Sends it to one process after another, with the same id, until it is taken: what ticket systems do. */
  deliver: (to: () => Replica[], sending: Sending) => Promise<HookAnswer>
}

export async function startStage(options: StageOptions = {}): Promise<Stage> {
  await using stack = new AsyncDisposableStack()
  const teams = teamsOf(options.teams ?? 1)
  const { url: databaseUrl } = stack.use(await (options.database ?? testDatabase)())
  const seed = workspaceOf(teams, options.isPrivate)
  const sandbox = stack.use(await startSandbox({ random: 1, seed, ...options.sandbox }))
  const beyond = options.isTold ? stack.use(await startBeyond()) : null
  const policy = policyOf(teams, options.wait ?? '2s', options.asksDirectly, beyond?.named)
  const file = stack.use(await policyFile(policy))
  const db = connect(databaseUrl, () => {})
  stack.defer(() => db.$client.end())
  const promised = new Set<string>()
  const send: Stage['send'] = async (to, { id, event }, signal) => {
    const answer = await sendHook(await to.url(), sandbox, event, { id, ...(signal && { signal }) })
    if (answer.status < 300) promised.add(String(answer.body['escalation']))
    return answer
  }
  const running = stack.move()
  const place = { over: options.over ?? 'socket', sandbox, databaseUrl, policy: file.path, beyond }
  const start = () => startReplica(running, place)
  return {
    sandbox,
    db,
    teams,
    beyond,
    promised,
    send,
    start,
    standby: async () => {
      const replica = await start()
      replica.line.silence()
      return replica
    },
    ticket: (team = 0) => {
      const id = randomUUID()
      const { tag = '' } = teams[team] ?? {}
      return { id, event: ticketEvent('ticket.escalated', { id, subject: `Ticket ${id}`, tags: [tag] }) }
    },
    deliver: async (to, sending) => {
      for (let tries = 0; ; tries += 1) {
        const among = to()
        const answer = await send(among[tries % among.length]!, sending).catch(() => null)
        if (answer && answer.status < 300) return answer
        await delay(againMs)
      }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

type Place = {
  over: 'socket' | 'http'
  sandbox: Sandbox
  databaseUrl: string
  policy: string
  beyond: Beyond | null
}

async function startReplica(stack: AsyncDisposableStack, place: Place): Promise<Replica> {
  const line = stack.use(await databaseLine(place.databaseUrl))
  const process = await inTurn(async () => {
    const starting = stack.use(startProcess(environmentOf(place, line.url)))
    await starting.url()
    return starting
  })
  if (place.over === 'socket') await process.logged('socket to Slack')
  else place.sandbox.control({ type: 'request_url', url: `${await process.url()}/slack/events` })
  const kill = async () => {
    process.signal('SIGKILL')
    await process.ended
    line.mend()
  }
  return { ...process, line, kill }
}

function environmentOf(
  { over, sandbox, policy, beyond }: Place,
  databaseUrl: string,
): Record<string, string> {
  const { SLACK_APP_TOKEN, ...others } = environment(sandbox, databaseUrl, policy)
  return {
    ...others,
    ...(over === 'socket' ? { SLACK_APP_TOKEN } : { SLACK_SIGNING_SECRET: sandbox.signingSecret }),
    ...beyond?.environment,
  }
}

let last: Promise<unknown> = Promise.resolve()

/** A start is all work, and everything else is waiting: one process starts after the other. */
function inTurn<T>(start: () => Promise<T>): Promise<T> {
  const started = last.then(start)
  last = started.catch(() => {})
  return started
}

/** How soon our ticket systems try again; real ones take longer. */
const againMs = 250
