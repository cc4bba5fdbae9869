import type { Belay } from '#app.ts'
import { minuteMs, secondMs } from '#domain/time.ts'
import type { Db } from '#store/database.ts'
import type { Sandbox } from '../../sandbox/protocol.ts'
import { nextDueAt, nextLateAt, nextWorkAt } from './due.ts'

/** A channel that was written to a moment ago, or a line that waits for its card, is worth this much waiting. */
const soonMs = 2 * secondMs

/** The longest that a handler is waited for: a test may hold one up on purpose. */
const handlingMs = secondMs

/**
 * The time of a sandbox and of the Belays that live on its clock: `belays` may change meanwhile. Whoever looks at what
 * is due looks through `db`.
 */
export function timeOf(sandbox: Sandbox, belays: readonly Belay[], db: Db) {
  const { clock } = sandbox
  const each = (work: (belay: Belay) => Promise<unknown>) => Promise.all(belays.map(work))
  const settled = async () => {
    await sandbox.settled()
    // A handler goes on after its acknowledgement, which is all that Slack knows of.
    await each((belay) => belay.handled(handlingMs))
  }
  const turn = async () => {
    await settled()
    await each((belay) => belay.sweepNow())
    await each(({ pump }) => pump.idle())
  }
  /** When there is work again; null when there is none soon. */
  const soon = async () => {
    await settled()
    await each((belay) => belay.ring('inbox'))
    await each(({ pump }) => pump.idle())
    const next = (await nextWorkAt(db))?.getTime() ?? Infinity
    return next > clock.now().getTime() + soonMs ? null : next
  }
  /** Until nothing is left for now. What is left although it is due twice waits for its channel: a second helps. */
  const quiet = async () => {
    for (let turns = 0; turns < 60; turns += 1) {
      await turn()
      if ((await soon()) === null) return
      await turn()
      const next = await soon()
      if (next === null) return
      clock.set(new Date(Math.max(next, clock.now().getTime() + secondMs)))
    }
    throw new Error('Belay does not come to rest')
  }
  /** `looks`: at most so many times on the way, as if the clock of a busy process rang late. */
  const tick = async (minutes: number, looks = Infinity) => {
    const end = clock.now().getTime() + minutes * minuteMs
    const leastMs = Math.max(secondMs, (minutes * minuteMs) / looks)
    // What is being sent right now must not have its lease run out.
    await turn()
    for (let now = clock.now().getTime(); now < end; now = clock.now().getTime()) {
      const found = [await nextDueAt(db), await nextWorkAt(db), await nextLateAt(db, clock.now())]
      const due = found.map((at) => at?.getTime() ?? Infinity)
      const next = Math.min(...due)
      const isSoon = next <= now || (looks < Infinity && next < now + leastMs)
      clock.set(new Date(Math.min(end, isSoon ? now + leastMs : next)))
      await turn()
    }
  }
  const pass = async (minutes: number) => {
    await tick(minutes)
    await quiet()
  }
  return { turn, quiet, tick, pass }
}
