import type { Logger } from 'pino'
import { spelled } from '../domain/spelled.ts'
import { secondMs } from '../domain/time.ts'
import type { Pace } from '../slack/pace.ts'

/** What a clock that was set concerns: `measure` compares it with the database's anew. */
export type Stepped = { log: Logger; pace: Pace; measure: () => Promise<void> }

/** Hears by how many milliseconds the machine's clock was set, or the machine was suspended. */
export function hearOfSteps({ log, pace, measure }: Stepped): (ms: number) => Promise<void> {
  return async (ms) => {
    const how = ms > 0 ? 'set forward, or the machine was suspended,' : 'set back'
    log.warn({ ms }, `the clock was ${how} by ${spelled(Math.round(Math.abs(ms) / secondMs) * secondMs)}`)
    if (ms < 0) pace.setBack(-ms)
    await measure()
  }
}
