import { pino } from 'pino'
import { startBelay, type Belay } from '#app.ts'
import { connect, type Db } from '#store/database.ts'
import { seedFor } from '../../sandbox/default-seed.ts'
import { startSandbox } from '../../sandbox/index.ts'
import type { Fault, Sandbox } from '../../sandbox/protocol.ts'
import { databaseLine, type Line } from '../support/database-line.ts'
import { testDatabase } from '../support/database.ts'
import { slackLine, type SlackLine } from '../support/slack-line.ts'
import { timeOf } from '../support/time.ts'
import { configFor, manifest, mondayMorning, testPolicy } from '../support/world.ts'
import { pagerPlace, startBeyond, type Beyond } from './beyond.ts'

/** One Belay, and the lines by which it reaches anything: cut, it is alone in the world. */
type Replica = { belay: Belay; url: string; database: Line; slack: SlackLine; stop: () => Promise<void> }

/** Any number of Belays on one database and one Slack, and everything that can be done to them. */
export type Fleet = AsyncDisposable & {
  sandbox: Sandbox
  beyond: Beyond
  /** The database as it is, whatever became of Belay's line to it. */
  db: Db
  replicas: readonly Replica[]
  /** Time passes; the clock rings at most `looks` times on the way. */
  tick: (minutes: number, looks: number) => Promise<void>
  pass: (minutes: number) => Promise<void>
  /** Everything that came in or is due now has been worked on. */
  turn: () => Promise<void>
  quiet: () => Promise<void>
  start: () => Promise<void>
  /** A replica stops as it is asked to. */
  stop: (which: number) => Promise<void>
  /** A replica dies without a word: nothing that it does from this instant on reaches anybody. */
  kill: (which: number) => Promise<void>
  /** Slack's sockets break; whoever is there connects again. Over HTTP there are none. */
  cutSockets: () => Promise<void>
  adopt: (policy: string) => Promise<void>
  /** Something goes wrong in Slack, until `mend`. */
  breaks: (fault: Fault) => void
  /** Nothing goes wrong in Slack any more, and the app has its token back. */
  mend: () => void
}

/** A busy machine is no reason for Slack to give up on Belay. */
export const patienceMs = 4000

export type Transport = 'socket' | 'http'

export async function startFleet(transport: Transport, usual: string): Promise<Fleet> {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await testDatabase())
  const beyond = stack.use(await startBeyond())
  const seed = seedFor(manifest)
  const sandbox = stack.use(
    await startSandbox({ now: mondayMorning, frozen: true, random: 1, ackMs: patienceMs, seed }),
  )
  const db = connect(database.url, () => {}, { poolSize: 4 })
  stack.defer(() => db.$client.end())
  const replicas: Replica[] = []
  const belays: Belay[] = []
  const faults: (() => void)[] = []
  stack.defer(async () => void (await Promise.all(replicas.map(({ stop }) => stop()))))
  const log = pino({ level: process.env['TEST_LOG'] ?? 'silent' })
  const smtp = { url: beyond.mail.url, from: 'belay@example.com' }
  const read = (text: string) => testPolicy(text.replace(pagerPlace, beyond.pager.url))
  let policy = usual

  /** In HTTP mode Slack knows one address: whoever is there answers. */
  const route = () => {
    if (transport === 'socket') return
    const url = replicas[0] ? `${replicas[0].url}/slack/events` : 'http://127.0.0.1:9/slack/events'
    sandbox.control({ type: 'request_url', url })
  }
  const start = async () => {
    const lines = { database: await databaseLine(database.url), slack: await slackLine(sandbox.apiUrl) }
    const reached = { ...sandbox, apiUrl: lines.slack.apiUrl }
    const config = { ...configFor(reached, lines.database.url, transport), smtp }
    const belay = await startBelay({
      config,
      policy: read(policy),
      clock: sandbox.clock,
      log,
      host: '127.0.0.1',
    })
    const stop = async () => {
      await belay[Symbol.asyncDispose]()
      await Promise.all([lines.database[Symbol.asyncDispose](), lines.slack[Symbol.asyncDispose]()])
    }
    replicas.push({ belay, url: `http://127.0.0.1:${belay.port}`, ...lines, stop })
    belays.push(belay)
    route()
    if (transport === 'socket') await sandbox.connected()
  }
  const leave = (which: number): Replica => {
    belays.splice(which, 1)
    const [replica] = replicas.splice(which, 1)
    route()
    return replica!
  }
  const cutSockets = async () => {
    if (transport === 'http') return
    sandbox.control({ type: 'cut_sockets' })
    if (replicas.length > 0) await sandbox.connected()
  }
  await start()
  const running = stack.move()
  return {
    sandbox,
    beyond,
    db,
    replicas,
    start,
    ...timeOf(sandbox, belays, db),
    stop: (which) => leave(which).stop(),
    kill: async (which) => {
      const { database: line, slack, stop } = leave(which)
      line.cut()
      slack.cut()
      await Promise.all([cutSockets(), stop()])
    },
    cutSockets,
    adopt: async (next) => {
      policy = next
      for (const { belay } of replicas) await belay.adopt(read(next))
    },
    breaks: (fault) => void faults.push(sandbox.fault(fault)),
    mend: () => {
      for (const remove of faults.splice(0)) remove()
      sandbox.seed(seed)
      route()
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
