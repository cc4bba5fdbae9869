import { readSettings } from '../config.ts'
import { foundWords } from '../jobs/audit.ts'
import { inspect } from '../store/audit.ts'
import { migrationsOf, versionOf } from '../store/database.ts'
import type { Db } from '../store/database.ts'
import { skewOf, skewToldMs, skewWords } from '../store/skew.ts'
import { hasEmbedded, withDatabase } from './database.ts'
import { note, ok, problem } from './finding.ts'
import type { Finding } from './finding.ts'
import { sentenceOf } from './output.ts'

/** Belay's SQL needs this version. */
const oldestVersion = 15

/** Is the database there, new enough, up to date, and does it agree with us about the time? */
export async function databaseFindings(): Promise<Finding[]> {
  const read = readSettings(process.env)
  if (!read.ok) return []
  const isGiven = read.settings.databaseUrl !== undefined
  const embedded = isGiven
    ? []
    : [note('DATABASE_URL is not set: Belay uses an embedded PostgreSQL, which is for trying it out')]
  if (!isGiven && !hasEmbedded())
    return [...embedded, note('there is no embedded database yet: the first start creates it')]
  try {
    return [...embedded, ...(await withDatabase(look))]
  } catch (error) {
    const todo = 'Check DATABASE_URL, and that PostgreSQL runs there.'
    return [...embedded, problem(`the database can't be used: ${sentenceOf(error)}`, todo)]
  }
}

async function look(db: Db): Promise<Finding[]> {
  return [
    versionFinding(await versionOf(db)),
    skewFinding(await skewOf(db, () => new Date())),
    await migrationFinding(db),
    await quarantineFinding(db),
    ...(await auditFinding(db)),
  ]
}

function versionFinding(version: number): Finding {
  return version >= oldestVersion
    ? ok(`the database: PostgreSQL ${version}`)
    : problem(`PostgreSQL ${version} is too old`, `Belay needs PostgreSQL ${oldestVersion} or newer.`)
}

function skewFinding(ms: number): Finding {
  return Math.abs(ms) <= skewToldMs
    ? ok('the clocks of this machine and of the database agree')
    : problem(skewWords(ms), 'Let both machines set their clocks by NTP.')
}

async function migrationFinding(db: Db): Promise<Finding> {
  const { known, applied } = await migrationsOf(db)
  if (applied < known) {
    const todo = 'Run belay migrate, or start Belay, which does it too.'
    return problem(`the tables are not up to date: ${applied} of ${known} migrations`, todo)
  }
  return applied === known
    ? ok('the tables are up to date')
    : note('the tables are of a newer Belay than this one')
}

/** What Belay's own audit would find now; nothing is said of tables that are not up to date. */
async function auditFinding(db: Db): Promise<Finding[]> {
  const found = await inspect(db, new Date(), true).catch(() => null)
  if (!found) return []
  const words = foundWords(found)
  return [
    words === null
      ? ok('every open escalation is under the clock, and every card up to date')
      : problem(
          `the audit finds ${words}`,
          'A running Belay puts right what it can each minute: look at its log.',
        ),
  ]
}

async function quarantineFinding(db: Db): Promise<Finding> {
  const count = await db.$client
    .query<{ count: number }>('select count(*)::int as count from escalations where quarantine is not null')
    .then(({ rows }) => rows[0]?.count ?? 0)
    .catch(() => 0)
  return count === 0
    ? ok('no escalation is quarantined')
    : problem(
        `${count} of the escalations can't be decided by the clock`,
        'See why with belay quarantine list.',
      )
}
