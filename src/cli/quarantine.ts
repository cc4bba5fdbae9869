import { and, asc, inArray, isNotNull } from 'drizzle-orm'
import type { Tx } from '../store/database.ts'
import { escalations } from '../store/schema.ts'
import { releaseQuarantined } from '../store/sweep.ts'
import { withDatabase } from './database.ts'
import { columns, print, readEscalation, Stop } from './output.ts'

/** `belay quarantine list`: the escalations that the clock leaves alone, and why. */
export async function listQuarantined(): Promise<void> {
  const { id, quarantine, quarantinedAt } = escalations
  const rows = await withDatabase((db) =>
    db
      .select({ id, quarantine, quarantinedAt })
      .from(escalations)
      .where(isNotNull(quarantine))
      .orderBy(asc(quarantinedAt)),
  )
  if (rows.length === 0) return print('Nothing is quarantined: every open escalation is under the clock.')
  print(
    ...columns(
      rows.map((row) => [
        `E-${row.id}`,
        `since ${row.quarantinedAt?.toISOString() ?? '?'}`,
        row.quarantine ?? '',
      ]),
    ),
  )
}

/** `belay quarantine release E-12 …`: puts them back under the clock, which looks at them at once. */
export async function release(written: string[]): Promise<void> {
  const ids = [...new Set(written.map(readEscalation))]
  const released = await withDatabase((db) => db.transaction((tx) => releaseOf(tx, ids)))
  const missing = ids.filter((id) => !released.includes(id))
  if (released.length > 0) print(`Back under the clock: ${released.map((id) => `E-${id}`).join(', ')}.`)
  if (missing.length > 0) throw new Stop(`Not quarantined: ${missing.map((id) => `E-${id}`).join(', ')}.`, 1)
}

async function releaseOf(tx: Tx, ids: number[]): Promise<number[]> {
  const rows = await tx
    .select({ id: escalations.id })
    .from(escalations)
    .where(and(inArray(escalations.id, ids), isNotNull(escalations.quarantine)))
    .orderBy(asc(escalations.id))
    .for('update')
  const found = rows.map(({ id }) => id)
  if (found.length > 0) await releaseQuarantined(tx, found)
  return found
}
