import { existsSync } from 'node:fs'
import { connect } from '../store/database.ts'
import type { Db } from '../store/database.ts'
import { startEmbedded } from '../store/embedded.ts'
import { codeOf, sentenceOf, Stop } from './output.ts'
import { settings } from './policy.ts'

/** Where Belay keeps its own PostgreSQL when it is given none. */
const embeddedFolder = '.data/postgres'

/** Is there an embedded database from an earlier start? */
export function hasEmbedded(): boolean {
  return existsSync(`${embeddedFolder}/PG_VERSION`)
}

/** The address of Belay's database, for as long as `run` takes. An embedded one that runs already is left running. */
export async function withDatabaseUrl<T>(run: (url: string) => Promise<T>, mayCreate = false): Promise<T> {
  const { databaseUrl } = settings()
  if (databaseUrl) return run(databaseUrl).catch(explainFailure)
  if (!mayCreate && !hasEmbedded())
    throw new Stop(
      `There is no database yet: DATABASE_URL is not set, and ${embeddedFolder} is not there.`,
      1,
    )
  const wasRunning = existsSync(`${embeddedFolder}/postmaster.pid`)
  const server = await startEmbedded(embeddedFolder)
  try {
    return await run(server.url).catch(explainFailure)
  } finally {
    if (!wasRunning) await server.stop()
  }
}

/** A connection to Belay's database, for as long as `run` takes. */
export async function withDatabase<T>(run: (db: Db) => Promise<T>): Promise<T> {
  return withDatabaseUrl(async (url) => {
    const db = connect(url, () => {}, { poolSize: 2, connectMs: 5000, statementMs: 30_000 })
    try {
      return await run(db)
    } finally {
      await db.$client.end()
    }
  })
}

/** What goes wrong with a database is for people, too. */
function explainFailure(error: unknown): never {
  if (error instanceof Stop) throw error
  if (codeOf(error) === '42P01')
    throw new Stop('The database has no tables of Belay yet: run belay migrate.', 1)
  throw new Stop(`The database did not do it: ${sentenceOf(error)}`, 1)
}
