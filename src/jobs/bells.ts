import { createTask } from 'node-cron'
import { secondMs } from '../domain/time.ts'

/** `when`: a node-cron expression with seconds. */
export type Bell = { when: string; ring: () => void }

/** So much more or less time than has passed: somebody has set the clock, or the machine was suspended. */
const steppedMs = secondMs

/**
 * Looks at the clock each second, and rings what has come due since. What was missed rings once, and a clock that is set
 * back or forward costs no more than that second: `stepped` then hears by how many milliseconds it is ahead of where it was
 * going (behind: negative), and is waited for. The times are in UTC, where no hour is missing or comes twice. Returns what
 * ends it.
 */
export function startBells(bells: readonly Bell[], stepped: (ms: number) => Promise<void>): () => void {
  const hung = bells.map(hang)
  let last = looked()
  let isOver = false
  const look = async () => {
    const now = looked()
    const isBack = now.wallMs < last.wallMs
    const ms = now.wallMs - last.wallMs - (now.passedMs - last.passedMs)
    last = now
    if (Math.abs(ms) > steppedMs) await stepped(ms)
    if (isOver) return
    for (const bell of hung) bell.look(now.wallMs, isBack)
    timer = setTimeout(() => void look(), untilSecond())
  }
  let timer = setTimeout(() => void look(), untilSecond())
  return () => {
    isOver = true
    clearTimeout(timer)
    for (const bell of hung) bell.takeDown()
  }
}

function looked(): { wallMs: number; passedMs: number } {
  return { wallMs: Date.now(), passedMs: performance.now() }
}

function untilSecond(): number {
  return secondMs - (Date.now() % secondMs)
}

/** node-cron reads the expression; its own timer would wait out an hour by which the clock was set back. */
function hang({ when, ring }: Bell) {
  const task = createTask(when, () => {}, { timezone: 'UTC' })
  const next = () => Number(task.getNextRuns(1)[0])
  let nextMs = next()
  return {
    look: (nowMs: number, isBack: boolean) => {
      const isDue = nowMs >= nextMs
      if (isDue || isBack) nextMs = next()
      if (isDue) ring()
    },
    takeDown: () => void task.destroy(),
  }
}
