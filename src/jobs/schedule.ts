import { schedule } from 'node-cron'
import type { ScheduledTask } from 'node-cron'
import type { Logger } from 'pino'

/** A duty of the clock: it may ring late, twice or not at all, for the deadlines are in the rows. */
export type Duty = { name: string; when: string; run: () => Promise<void> }

export type Schedule = {
  /** When each duty last ended well. */
  lastRun: ReadonlyMap<string, number>
  stop: () => Promise<void>
}

/** Rings each duty at its times, never twice at once. `stop` rings no more and waits for those that are running. */
export function startSchedule(duties: Duty[], log: Logger): Schedule {
  const lastRun = new Map<string, number>()
  const running = new Set<Promise<void>>()
  const tasks = duties.map((duty) =>
    schedule(duty.when, () => track(running, runDuty(duty, lastRun, log)), { name: duty.name, noOverlap: true }),
  )
  return {
    lastRun,
    stop: async () => {
      await Promise.all(tasks.map((task: ScheduledTask) => task.destroy()))
      await Promise.all(running)
    },
  }
}

async function runDuty({ name, run }: Duty, lastRun: Map<string, number>, log: Logger): Promise<void> {
  try {
    await run()
    lastRun.set(name, performance.now())
  } catch (error) {
    log.error({ err: error, duty: name }, 'a duty of the clock failed; it is tried again at its next time')
  }
}

function track(running: Set<Promise<void>>, work: Promise<void>): Promise<void> {
  running.add(work)
  return work.finally(() => running.delete(work))
}
