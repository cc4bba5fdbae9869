import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import type { PolicyDocument } from './domain/policy.ts'
import { secondMs } from './domain/time.ts'
import type { Check } from './http/health.ts'
import { readiness } from './http/health.ts'
import { hooks } from './http/hooks.ts'
import type { Metrics } from './http/metrics.ts'
import { createMetrics } from './http/metrics.ts'
import { listen as listenHttp } from './http/server.ts'
import { digestTick } from './jobs/digest.ts'
import { workInbox } from './jobs/inbox.ts'
import { refreshPeople } from './jobs/people.ts'
import { Pump } from './jobs/pump.ts'
import type { Duty, Schedule } from './jobs/schedule.ts'
import { startSchedule } from './jobs/schedule.ts'
import { sweep } from './jobs/sweep.ts'
import type { Bolt } from './slack/bolt.ts'
import { createBolt } from './slack/bolt.ts'
import { createClients } from './slack/clients.ts'
import type { Clients } from './slack/clients.ts'
import type { Sending } from './slack/deliver.ts'
import { handleEvent } from './slack/listeners/events.ts'
import { listen as listenSlack } from './slack/listeners/index.ts'
import { describe } from './slack/log.ts'
import { Pace } from './slack/pace.ts'
import { HttpReceiver } from './slack/receivers/http.ts'
import { createIntake } from './slack/receivers/intake.ts'
import { RedundantSocketReceiver } from './slack/receivers/sockets.ts'
import type { Db } from './store/database.ts'
import { connect, migrateDatabase } from './store/database.ts'
import { startEmbedded } from './store/embedded.ts'
import type { Store } from './store/escalations.ts'
import { forgetOld, keep } from './store/inbox.ts'
import { PolicyBook, savePolicy } from './store/policies.ts'
import { enqueue } from './store/save.ts'
import { oldestDue } from './store/sweep.ts'

export type Options = {
  config: Config
  policy: PolicyDocument
  log: Logger
  clock?: Clock
  /** The address to listen on; default all of them. */
  host?: string
  /** Ends the waiting for a database that is away. */
  signal?: AbortSignal
}

/** A running Belay. Disposing of it stops intake, finishes what is in flight, and closes, in this order. */
export type Belay = AsyncDisposable & {
  port: number
  store: Store
  pump: Pump
  /** From now on escalations open under this policy. */
  adopt: (policy: PolicyDocument) => Promise<void>
  /** Tells the administrators in Slack of something only they can mend. */
  alarm: (problem: string) => Promise<void>
  /** One turn of the clock by hand: everything that came in or is due now is decided and handed to delivery. */
  sweepNow: () => Promise<void>
}

/** How long a due escalation may wait before we are not ready any more. */
const lateAfterMs = 30 * secondMs
/** A sweep that has not ended well for so long is a reason not to be ready. */
const sweepEveryMs = 30 * secondMs

/** How long Slack may take to answer what it was asked before we stop: a silent Slack must not keep us from stopping well. */
const lastWordsMs = 3 * secondMs

/** Builds Belay and starts it. Resolves when it takes tickets; Slack may still be away, and is tried again. */
export async function startBelay({
  config,
  policy,
  log,
  clock = systemClock,
  host,
  signal,
}: Options): Promise<Belay> {
  await using stack = new AsyncDisposableStack()
  const db = await openDatabase(config.databaseUrl, log, stack, signal)
  const store: Store = { db, book: new PolicyBook(policy), committed: () => {} }
  await savePolicy(db, policy, clock.now())

  const slack = await createSlack({ config, store, clock, log }, stack)
  const pump = new Pump(slack.sending)
  store.committed = () => pump.wake()
  const metrics = createMetrics(store, clock)
  const stopping = new AbortController()
  const duties = dutiesOf({
    config,
    store,
    clock,
    log,
    pump,
    metrics,
    sending: slack.sending,
    stopping: stopping.signal,
  })

  stack.defer(() => pump.stop())
  const schedule = startSchedule(duties, log)
  stack.defer(() => {
    stopping.abort()
    return schedule.stop()
  })
  const checks = checksOf({
    db,
    clock,
    schedule,
    bolt: slack.bolt,
    receiver: slack.receiver,
    refused: slack.refused,
  })
  const http = await listenHttp(
    config.port,
    {
      answers: {
        '/healthz': () => ({ status: 200, body: { ok: true } }),
        '/readyz': () => readiness(checks),
        '/metrics': () => metrics.answer(),
      },
      hooks: hooks({ store, clock, log }),
      slack: slack.receiver instanceof HttpReceiver ? slack.receiver.handle.bind(slack.receiver) : null,
    },
    (error) => log.error({ err: describe(error) }, 'a request failed'),
    host,
  )
  stack.defer(() => http.stop())
  stack.defer(() => slack.bolt.stop())
  stack.defer(() => slack.hangUp(lastWordsMs))
  await slack.bolt.start()
  pump.wake()
  void refreshPeople(slack.sending.directory, store.book, clock.now()).catch((error: unknown) =>
    log.warn(
      { err: describe(error) },
      'Slack could not be asked about the people in the policy; it is asked again',
    ),
  )
  log.info({ port: http.port, mode: config.slack.mode, policy: store.book.hash }, 'Belay is up')

  const running = stack.move()
  return {
    port: http.port,
    store,
    pump,
    adopt: async (next) => {
      await savePolicy(db, next, clock.now())
      store.book.adopt(next)
      await refreshPeople(slack.sending.directory, store.book, clock.now())
    },
    alarm: (problem) => tellAdmins(store, problem, clock.now()),
    sweepNow: async () => {
      await schedule.ring('inbox', 'sweep', 'digest')
      pump.wake()
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** The database, migrated. One that is away is waited for: tickets can't be taken without it, and it may come. */
async function openDatabase(
  given: string | undefined,
  log: Logger,
  stack: AsyncDisposableStack,
  signal: AbortSignal | undefined,
): Promise<Db> {
  const url = given ?? (await embedded(log, stack))
  for (let attempt = 0; ; attempt += 1) {
    try {
      await migrateDatabase(url)
      break
    } catch (error) {
      if (!isAway(error)) throw error
      log.warn({ err: describe(error) }, 'the database can not be reached; it is tried again')
      await delay(Math.min(10, attempt + 1) * secondMs, undefined, { ...(signal && { signal }) })
    }
  }
  const db = connect(url, (error) => log.warn({ err: describe(error) }, 'a database connection broke'))
  stack.defer(() => db.$client.end())
  return db
}

async function embedded(log: Logger, stack: AsyncDisposableStack): Promise<string> {
  const server = await startEmbedded('.data/postgres')
  log.info('DATABASE_URL is not set: using an embedded PostgreSQL, kept in .data/postgres')
  stack.defer(() => server.stop())
  return server.url
}

/** Not there (yet): refused, hung up on, silent, unknown host, or still starting up. Anything else is a mistake that waiting does not mend. */
function isAway(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  return awayCodes.has(code) || /^(Connection terminated|timeout expired)/.test(message)
}

const awayCodes: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
  // starting up, shutting down, no connection left
  '57P03',
  '57P01',
  '53300',
])

type Slack = {
  sending: Sending
  bolt: Bolt
  receiver: HttpReceiver | RedundantSocketReceiver
  /** Why Slack refuses us altogether; null when it does not. */
  refused: () => string | null
  hangUp: Clients['hangUp']
}

async function createSlack(
  { config, store, clock, log }: { config: Config; store: Store; clock: Clock; log: Logger },
  stack: AsyncDisposableStack,
): Promise<Slack> {
  const { slack } = config
  const access = { token: slack.botToken, apiUrl: slack.apiUrl, logger: log }
  const clients = stack.use(createClients(access))
  const now = () => clock.now()
  const intake = createIntake({
    keep: (id, body) => keep(store.db, `event:${id}`, body, clock.now()),
    logger: log,
  })
  const shared = { intake, logger: log, now }
  const receiver =
    slack.mode === 'http'
      ? // Slack signs by the real time, also where Belay lives on a moved clock.
        new HttpReceiver({ ...shared, now: systemClock.now, signingSecret: slack.signingSecret })
      : new RedundantSocketReceiver({ ...shared, appToken: slack.appToken, apiUrl: slack.apiUrl })
  const bolt = await createBolt({ receiver, ...access })
  let refused: string | null = null
  const directory = {
    db: store.db,
    reads: clients.reads,
    failed: (error: unknown) => log.warn({ err: describe(error) }, 'Slack did not say who somebody is'),
  }
  const gathering = { store, directory, identity: () => bolt.self.known }
  const { writes, reads } = clients
  const sending: Sending = {
    ...gathering,
    writes,
    reads,
    clock,
    log,
    pace: new Pace(),
    refusing: (why) => {
      refused = why
    },
  }
  listenSlack(bolt.app, { ...gathering, clock, log, writes, reads })
  return { sending, bolt, receiver, refused: () => refused, hangUp: clients.hangUp }
}

type Work = {
  config: Config
  store: Store
  clock: Clock
  log: Logger
  pump: Pump
  metrics: Metrics
  sending: Sending
  stopping: AbortSignal
}

/** Everything that the clock does. */
function dutiesOf({ config, store, clock, log, pump, metrics, sending, stopping }: Work): Duty[] {
  const stopped = () => stopping.aborted
  const handle = (body: Record<string, unknown>, now: Date) => handleEvent(sending, body, now)
  return [
    {
      name: 'sweep',
      when: config.sweep,
      run: async () => metrics.swept(await sweep(store, clock.now(), stopped)),
    },
    { name: 'deliver', when: '* * * * * *', run: async () => pump.wake() },
    {
      name: 'inbox',
      when: '* * * * * *',
      run: () => workInbox({ db: store.db, clock, log, handle }, stopped),
    },
    {
      name: 'digest',
      when: '*/5 * * * * *',
      run: async () => {
        if (await digestTick(store, clock.now())) pump.wake()
      },
    },
    {
      name: 'people',
      when: '17 */20 * * * *',
      run: () => refreshPeople(sending.directory, store.book, clock.now()),
    },
    { name: 'forget', when: '41 7 * * * *', run: () => forgetOld(store.db, clock.now()) },
  ]
}

type Checked = {
  db: Db
  clock: Clock
  schedule: Schedule
  bolt: Bolt
  receiver: HttpReceiver | RedundantSocketReceiver
  refused: () => string | null
}

function checksOf({ db, clock, schedule, bolt, receiver, refused }: Checked): Check[] {
  const startedAt = performance.now()
  return [
    {
      name: 'database',
      check: async () => {
        await db.execute('select 1')
        return null
      },
    },
    { name: 'slack', check: () => slackReason(bolt.status(), receiver.status(), refused()) },
    {
      name: 'sweep',
      check: () => {
        const idleMs = performance.now() - (schedule.lastRun.get('sweep') ?? startedAt)
        return idleMs > sweepEveryMs ? `no sweep has ended well for ${Math.round(idleMs / secondMs)} s` : null
      },
    },
    {
      name: 'due',
      check: async () => {
        const now = clock.now()
        const oldest = await oldestDue(db, now)
        const lateMs = oldest ? now.getTime() - oldest.getTime() : 0
        return lateMs > lateAfterMs
          ? `an escalation has been due for ${Math.round(lateMs / secondMs)} s`
          : null
      },
    },
  ]
}

type Status = { ok: boolean; reason?: string }

function slackReason(token: Status, traffic: Status, refused: string | null): string | null {
  if (refused !== null) return `Slack refuses us: ${refused}`
  const bad = [token, traffic].filter(({ ok }) => !ok)
  return bad.length === 0 ? null : bad.map(({ reason = 'not connected' }) => reason).join('; ')
}

/** Into the fallback channel, with the administrators' names on it: once per problem and hour. */
async function tellAdmins(store: Store, problem: string, now: Date): Promise<void> {
  const { admins, fallback } = store.book.live
  const hour = now.toISOString().slice(0, 13)
  const alarms = [fallback.channel, ...admins].map((to) => ({
    key: `alarm:${to}:${hour}:${problem}`.slice(0, 900),
    escalation: null,
    target: to,
    priority: 90_000,
    notice: { kind: 'alarm' as const, to, problem },
  }))
  await store.db.transaction((tx) => enqueue(tx, alarms, now))
  store.committed()
}
