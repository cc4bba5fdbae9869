import { quarantined, releaseQuarantined } from '../store/quarantine.ts'
import { withDatabase } from './database.ts'
import { columns, print, readEscalation, Stop } from './output.ts'

/** More than anybody reads. */
const listedAtMost = 10_000

/** `belay quarantine list`: the escalations that the clock leaves alone, and why. */
export async function listQuarantined(): Promise<void> {
  const { rows } = await withDatabase((db) => quarantined(db, listedAtMost))
  if (rows.length === 0) return print('Nothing is quarantined: every open escalation is under the clock.')
  print(
    ...columns(
      rows.map(({ id, since, reason }) => [`E-${id}`, `since ${since?.toISOString() ?? '?'}`, reason]),
    ),
  )
}

/** Whose name stands in the timeline: who may run this looks after the server, and the server does not know who it is. */
const operator = 'an operator'

/** `belay quarantine release E-12 …`: puts them back under the clock, which looks at them at once. */
export async function release(written: string[]): Promise<void> {
  const ids = [...new Set(written.map(readEscalation))]
  const released = await withDatabase((db) =>
    db.transaction((tx) => releaseQuarantined(tx, ids, operator, new Date())),
  )
  const missing = ids.filter((id) => !released.includes(id))
  if (released.length > 0) print(`Back under the clock: ${released.map((id) => `E-${id}`).join(', ')}.`)
  if (missing.length > 0) throw new Stop(`Not quarantined: ${missing.map((id) => `E-${id}`).join(', ')}.`, 1)
}
