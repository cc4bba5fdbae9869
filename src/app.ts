import type { Logger } from 'pino'
import { connectSlack, connectionOf, standingOf } from './app-slack.ts'
import type { Slack } from './app-slack.ts'
import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import type { PolicyDocument } from './domain/policy.ts'
import { secondMs } from './domain/time.ts'
import { checksOf, startingChecks } from './http/checks.ts'
import type { Starting } from './http/checks.ts'
import { look, readiness } from './http/health.ts'
import type { Check } from './http/health.ts'
import { hooks } from './http/hooks.ts'
import { createMailer } from './fallback/email.ts'
import { createLane } from './fallback/lane.ts'
import { createMetrics } from './http/metrics.ts'
import type { Metrics } from './http/metrics.ts'
import { listen as listenHttp } from './http/server.ts'
import type { HttpServer, Routes } from './http/server.ts'
import { watchAudit } from './jobs/audit.ts'
import { dutiesOf } from './jobs/duties.ts'
import { refreshPeople } from './jobs/people.ts'
import { Pump } from './jobs/pump.ts'
import { startSchedule } from './jobs/schedule.ts'
import { sharedClock, watchSkew } from './jobs/skew.ts'
import type { Skew } from './jobs/skew.ts'
import { hearOfSteps } from './jobs/stepped.ts'
import { describe } from './slack/log.ts'
import { HttpReceiver } from './slack/receivers/http.ts'
import { within } from './slack/receivers/within.ts'
import { tellAdmins } from './store/alarm.ts'
import { startEmbedded } from './store/embedded.ts'
import type { Db } from './store/database.ts'
import type { Store } from './store/escalations.ts'
import { openDatabase } from './store/open.ts'
import type { Told } from './store/open.ts'
import { goneFromWorkspace } from './store/people.ts'
import { PolicyBook, savePolicy } from './store/policies.ts'
import { vitals } from './store/vitals.ts'

export type Options = {
  config: Config
  policy: PolicyDocument
  log: Logger
  clock?: Clock
  /** The machine's own clock, to be compared with the database's; default the real one. */
  machine?: Clock
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
  /** Rings these duties of the clock at once, and waits for them. */
  ring: (...duties: string[]) => Promise<void>
  /** One turn of the clock by hand: everything that came in or is due now is decided and handed to delivery. */
  sweepNow: () => Promise<void>
  /** Resolves when what Slack sent is handled, or after so many ms. False: something is still at work. */
  handled: (mostMs: number) => Promise<boolean>
}

/** How long Slack, and whoever is beyond it, may still take to answer once nothing comes in any more: their silence must not keep us from stopping well. */
const lastWordsMs = 3 * secondMs

/** How long a change of the policy waits for what Slack says about the people in it. */
const peopleWithinMs = 2 * secondMs

/** Builds Belay and starts it. Resolves when it takes tickets; Slack may still be away, and is tried again. */
export async function startBelay(options: Options): Promise<Belay> {
  await using stack = new AsyncDisposableStack()
  const { config, policy, log, host, signal } = options
  const metrics = createMetrics()
  const door = await openDoor(config.port, metrics, log, host)
  stack.defer(() => door.stop())
  const url = config.databaseUrl ?? (await embedded(log, stack))
  const db = await openDatabase(url, databaseTold(door, log), signal)
  stack.defer(() => db.$client.end())
  const { clock, skew } = await timeIn(options, db, metrics)
  const store = await storeOn(db, policy, clock.now())
  const slack = await connectSlack(
    { slack: config.slack, store, clock, log, observer: metrics.observer },
    stack,
  )
  const { pump, schedule } = startClock({ config, store, clock, skew, log, metrics, slack, door }, stack)
  // Stopping goes the other way round: first the intake and what it brought, then the clock, then the outbox.
  stack.defer(() => closeIntake(door, slack))
  await slack.bolt.start()
  pump.tick()
  const people = () =>
    within(refreshPeople(slack.sending.directory, store.book, clock.now()), peopleWithinMs, undefined)
  void people().catch(tellingOf(log).people)
  log.info({ port: door.port, mode: config.slack.mode, policy: store.book.hash }, 'Belay is up')

  const running = stack.move()
  return {
    port: door.port,
    store,
    pump,
    adopt: async (next) => {
      await savePolicy(db, next, clock.now())
      store.book.adopt(next)
      await people().catch(tellingOf(log).people)
    },
    alarm: (problem) => tellAdmins(store, problem, clock.now()),
    ring: schedule.ring,
    sweepNow: async () => {
      await schedule.ring('inbox', 'sweep', 'late', 'digest')
      pump.tick()
    },
    handled: (mostMs) => slack.receiver.inflight.idle(mostMs),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** What came in at the last moment is worth this much more waiting. */
const latecomersMs = 500

/** Nothing comes in any more, and what came is answered: nobody repeats what a person pressed. */
async function closeIntake(door: Door, { bolt, receiver }: Slack): Promise<void> {
  await Promise.all([door.stop(), bolt.stop()])
  await receiver.inflight.idle(latecomersMs)
}

/** Under this policy, and with what was known before of who is gone: Slack may take its time to say so again. */
async function storeOn(db: Db, policy: PolicyDocument, now: Date): Promise<Store> {
  await savePolicy(db, policy, now)
  const book = new PolicyBook(policy)
  book.gone = await goneFromWorkspace(db)
  return { db, book, committed: () => {} }
}

/** The time that we live in, and how far the machine's clock is off. */
async function timeIn(
  options: Options,
  db: Db,
  { observer }: Metrics,
): Promise<{ clock: Clock; skew: Skew }> {
  const { clock = systemClock, machine = systemClock, log } = options
  const skew = watchSkew({ db, machine, log, observer })
  await skew.measure()
  return { clock: sharedClock(clock, skew), skew }
}

/** What is no reason to stop, in the log. */
function tellingOf(log: Logger) {
  const warn = (message: string) => (error: unknown) => log.warn({ err: describe(error) }, message)
  return {
    away: warn('the database can not be reached; it is tried again'),
    broke: warn('a database connection broke'),
    people: warn('Slack could not be asked about the people in the policy; it is asked again'),
  }
}

function databaseTold({ starting }: Door, log: Logger): Told {
  const { away, broke } = tellingOf(log)
  return {
    away: (error) => {
      starting.reached(false)
      away(error)
    },
    reached: () => starting.reached(true),
    broke,
  }
}

type Door = HttpServer & { routes: Routes; starting: Starting }

/** The HTTP server, open from the first moment: while the database is away it says so. What is behind it comes later. */
async function openDoor(
  port: number,
  metrics: Metrics,
  log: Logger,
  host: string | undefined,
): Promise<Door> {
  const starting = startingChecks()
  const notYet = () => ({ status: 503, body: { error: 'Belay is starting. Send it again.' } })
  const routes: Routes = {
    answers: {
      '/healthz': () => ({ status: 200, body: { ok: true } }),
      '/readyz': () => readiness(starting.checks),
      '/metrics': () => metrics.answer(),
    },
    hooks: notYet,
    slack: (_, response) => void response.writeHead(503).end(),
  }
  const failed = (error: unknown) => log.error({ err: describe(error) }, 'a request failed')
  return { ...(await listenHttp(port, routes, failed, host)), routes, starting }
}

type Parts = {
  config: Config
  store: Store
  clock: Clock
  skew: Skew
  log: Logger
  metrics: Metrics
  slack: Slack
  door: Door
}

/** The clock's hands and the outbox; and what is behind the door, for there is something to tell now. */
function startClock(parts: Parts, stack: AsyncDisposableStack) {
  const { config, store, clock, skew, log, metrics, slack } = parts
  const mailer = config.smtp ? createMailer(config.smtp) : null
  const over = new AbortController()
  const { linkTo } = slack
  const { observer } = metrics
  const beyond = createLane({ store, clock, log, observer, mailer, linkTo, over: over.signal })
  const pump = new Pump(slack.sending, beyond)
  store.committed = () => pump.wake()
  const stopping = new AbortController()
  const slackIsWell = () => connectionOf(slack).ok
  const audit = watchAudit({ store, clock, log, observer, slackIsWell })
  const { sweep: when, heartbeatUrl } = config
  const { sending, answering } = slack
  const troubles = async () => (await look(checks)).reasons
  const { signal } = stopping
  const work = { when, store, clock, log, pump, observer, sending, stopping: signal, skew, audit, answering }
  stack.defer(() => pump.stop())
  const measure = () => schedule.ring('skew')
  const stepped = hearOfSteps({ log, pace: sending.pace, measure })
  const schedule = startSchedule(dutiesOf({ ...work, heartbeatUrl, troubles }), log, stepped)
  stack.defer(() => {
    stopping.abort()
    return schedule.stop()
  })
  stack.defer(() => {
    slack.hangUp(lastWordsMs)
    setTimeout(() => over.abort(), lastWordsMs).unref()
  })
  const lastSweep = () => schedule.lastRun.get('sweep')
  const checks = checksOf({
    db: store.db,
    clock,
    duties: schedule,
    outboxIdleMs: () => pump.idleMs(),
    slack: () => standingOf(slack),
    skewMs: skew.ms,
    audit: audit.words,
  })
  answerFrom(parts, checks, lastSweep)
  return { pump, schedule }
}

function answerFrom(
  { store, clock, log, metrics, slack, door }: Parts,
  checks: Check[],
  lastSweep: () => number | undefined,
): void {
  const { db } = store
  door.routes.answers['/readyz'] = () => readiness(checks)
  metrics.watch({
    clock,
    lastSweep,
    pool: db.$client,
    vitals: (now) => vitals(db, now),
    slack: () => connectionOf(slack),
  })
  door.routes.hooks = hooks({ store, clock, log })
  const { receiver } = slack
  door.routes.slack = receiver instanceof HttpReceiver ? receiver.handle.bind(receiver) : null
}

async function embedded(log: Logger, stack: AsyncDisposableStack): Promise<string> {
  const server = await startEmbedded('.data/postgres')
  log.info('DATABASE_URL is not set: using an embedded PostgreSQL, kept in .data/postgres')
  stack.defer(() => server.stop())
  return server.url
}
