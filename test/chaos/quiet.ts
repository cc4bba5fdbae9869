import { setTimeout as delay } from 'node:timers/promises'
import { minuteMs, secondMs } from '#domain/time.ts'
import type { Db, Tx } from '#store/database.ts'
import { nextDueAt, nextWorkAt } from '../support/due.ts'
import type { Stage } from './stage.ts'

/** Nothing falls due for so long: it is quiet. */
const stillForMs = 15 * secondMs
/** Leases, looks and claims of the dead are all over by then. */
const quietWithinMs = 3 * minuteMs
/** What stood still and goes on has something to write down yet: only so many quiet looks in a row are quiet. */
const looksInARow = 15

/** Waits until nothing is under way and nothing falls due soon. What never comes to rest is for the audit to tell. */
export async function quiet({ db, sandbox }: Stage): Promise<void> {
  const patience = AbortSignal.timeout(quietWithinMs)
  for (let looks = 0; looks < looksInARow && !patience.aborted;) {
    await sandbox.settled()
    looks = (await isQuiet(db)) ? looks + 1 : 0
    await delay(200)
  }
}

/** At one instant: what is decided becomes work, and work that is done makes something else fall due. */
function isQuiet(db: Db): Promise<boolean> {
  const look = async (tx: Tx) => {
    const [work, due] = [await nextWorkAt(tx), await nextDueAt(tx)]
    return !work && (!due || due.getTime() > Date.now() + stillForMs)
  }
  return db.transaction(look, { isolationLevel: 'repeatable read' })
}
