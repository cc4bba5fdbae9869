import type { Logger } from 'pino'
import { describe } from '../slack/log.ts'
import { startBells } from './bells.ts'

/**
 * A duty of the clock: it may ring late, twice or not at all, for the deadlines are in the rows. `when`: a node-cron
 * expression with seconds, in UTC.
 */
export type Duty = {
  name: string
  when: string
  run: () => Promise<void>
  /** In how many milliseconds there is something to do again, asked after each run; null when its time is soon enough. */
  again?: () => Promise<number | null>
}

export type Schedule = {
  /** When each duty last ended well. */
  lastRun: ReadonlyMap<string, number>
  /** Since when each of those that fail has done so every time. */
  failing: ReadonlyMap<string, number>
  /** Rings these at once, besides their times. Resolves when no duty of these names is running any more. */
  ring: (...names: string[]) => Promise<void>
  stop: () => Promise<void>
}

/**
 * Rings each duty at its times, and in between when it asks for it, never twice at once. `stop` rings no more and waits for
 * those that are running. `stepped` hears by how many milliseconds somebody has set the clock, and
 * is waited for.
 */
export function startSchedule(
  duties: Duty[],
  log: Logger,
  stepped: (ms: number) => Promise<void> = async () => {},
): Schedule {
  const ran: Ran = { lastRun: new Map(), failing: new Map() }
  const running = new Map<Promise<void>, string>()
  const alarms = new Alarms()
  const run = (duty: Duty) => track(running, duty.name, runDuty(duty, ran, log, setAlarm))
  // One that runs just now sets its alarm anew when it is done.
  const runAlone = async (duty: Duty) => {
    if (![...running.values()].includes(duty.name)) await run(duty)
  }
  const setAlarm = (duty: Duty, inMs: number) => alarms.set(duty.name, inMs, () => void runAlone(duty))
  const stopBells = startBells(
    duties.map((duty) => ({ when: duty.when, ring: () => void runAlone(duty) })),
    stepped,
  )
  const done = (names: string[]) =>
    Promise.all([...running].filter(([, name]) => names.includes(name)).map(([work]) => work))
  return {
    ...ran,
    ring: async (...names) => {
      await Promise.all(duties.filter(({ name }) => names.includes(name)).map(run))
      await done(names)
    },
    stop: async () => {
      stopBells()
      alarms.stop()
      await Promise.all(running.keys())
    },
  }
}

/** By `performance.now()`, as in `Schedule`. */
type Ran = { lastRun: Map<string, number>; failing: Map<string, number> }

/** One alarm for each duty: a later one takes its place. */
class Alarms {
  readonly #timers = new Map<string, NodeJS.Timeout>()
  #stopped = false

  set(name: string, inMs: number, ring: () => void): void {
    clearTimeout(this.#timers.get(name))
    if (!this.#stopped) this.#timers.set(name, setTimeout(ring, inMs).unref())
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }
}

async function runDuty(
  duty: Duty,
  { lastRun, failing }: Ran,
  log: Logger,
  setAlarm: (duty: Duty, inMs: number) => void,
): Promise<void> {
  const { name, run, again } = duty
  try {
    await run()
    lastRun.set(name, performance.now())
    failing.delete(name)
    const inMs = (await again?.()) ?? null
    if (inMs !== null) setAlarm(duty, inMs)
  } catch (error) {
    if (!failing.has(name)) failing.set(name, performance.now())
    log.error(
      { err: describe(error), duty: name },
      'a duty of the clock failed; it is tried again at its next time',
    )
  }
}

async function track(running: Map<Promise<void>, string>, name: string, work: Promise<void>): Promise<void> {
  running.set(work, name)
  await work.finally(() => running.delete(work))
}
