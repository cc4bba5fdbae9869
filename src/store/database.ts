import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { DrizzleQueryError } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'

export type Db = NodePgDatabase & { $client: pg.Pool }
/** A transaction. Writers take this and never `Db`: a notice can only be written with the change that it announces. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]

/** How long a statement may take, and how long to wait for a connection, in milliseconds. Buttons must answer within 3 s. */
export type DatabaseLimits = { statementMs?: number; connectMs?: number; poolSize?: number }

/**
 * A process that stands still in the middle of a transaction (suspended, or cut off without a word) keeps its rows from
 * all others, which would pass over them or wait. PostgreSQL ends the transaction after this time.
 */
const standstillMs = 15_000

/**
 * A pool on this PostgreSQL; nothing is connected yet. `onError` hears of connections that broke while idle: without it
 * a database restart would end the process.
 */
export function connect(url: string, onError: (error: Error) => void, limits: DatabaseLimits = {}): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: limits.poolSize ?? 20,
    connectionTimeoutMillis: limits.connectMs ?? 2000,
    query_timeout: limits.statementMs ?? 8000,
    idle_in_transaction_session_timeout: standstillMs,
    application_name: 'belay',
    keepAlive: true,
  })
  pool.on('error', onError)
  pool.on('connect', (client) => client.on('error', onError))
  const db: Db = drizzle(pool, { casing: 'snake_case' })
  db.transaction = transactionsOf(pool)
  return db
}

/**
 * Drizzle's own `transaction` never gives a connection back whose `begin` failed: each one that broke while it was idle
 * would make the pool smaller for good. A connection on which anything failed is closed, whatever state it was left in.
 */
function transactionsOf(pool: pg.Pool): Db['transaction'] {
  const known = new WeakMap<pg.PoolClient, Pick<Db, 'transaction'>>()
  const on = (client: pg.PoolClient) => {
    const made = known.get(client) ?? drizzle(client, { casing: 'snake_case' })
    known.set(client, made)
    return made
  }
  const once: Db['transaction'] = async (work, config) => {
    const client = await pool.connect()
    let failed = true
    try {
      const result = await on(client).transaction(work, config)
      failed = false
      return result
    } finally {
      client.release(failed)
    }
  }
  return (work, config) => again(() => once(work, config))
}

/** What is built once for each database: the text of a statement that is asked many times a second. */
export function perDatabase<T>(build: (db: Db) => T): (db: Db) => T {
  const built = new WeakMap<Db, T>()
  return (db) => {
    const known = built.get(db) ?? build(db)
    built.set(db, known)
    return known
  }
}

/**
 * The name of a prepared statement that PostgreSQL does not keep: a plan from when the outbox was empty would read all of it
 * for each target in a storm.
 */
export const planAnew = ''

/** How often a transaction is tried that PostgreSQL ended because two waited for each other. */
const triesAtMost = 4

/**
 * A transaction, or a statement that is one, which PostgreSQL may end because two waited for each other: nothing of it was
 * done, and the other one has gone on, so it is done once more. Work inside must be safe to repeat.
 */
export async function again<T>(transact: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transact()
    } catch (error) {
      if (tries === triesAtMost || !isDeadlock(error)) throw error
    }
  }
}

/** `deadlock_detected`, `serialization_failure`. */
function isDeadlock(error: unknown): boolean {
  return /^(40P01|40001)$/.test(codeOf(error))
}

/** True when PostgreSQL does not take what it was to write, and never will: a value out of range, a broken constraint. */
export function isBadData(error: unknown): boolean {
  return /^2[23]/.test(codeOf(error))
}

/** What failed. Drizzle wraps what the driver said, and tells the whole statement instead, with what people wrote. */
export function reasonOf(error: unknown): string {
  const said = error instanceof DrizzleQueryError && error.cause ? error.cause : error
  return said instanceof Error ? said.message : String(said)
}

/** PostgreSQL's own code for what failed; '' for whatever else went wrong. */
function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  if (typeof code === 'string') return code
  return cause instanceof Error ? codeOf(cause) : ''
}

const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url))
/** Any number works, as long as every version of Belay uses the same. */
const migrationLock = 7_235_294

/**
 * Brings the tables up to date. Replicas that start together wait for each other under an advisory lock. Migrations only
 * ever expand what an older version still uses, so two versions can run side by side. `reached`: the database is there; what
 * follows may take its time.
 */
export async function migrateDatabase(url: string, reached: () => void = () => {}): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'belay migrate',
    connectionTimeoutMillis: 5000,
  })
  // A connection that breaks fails its query too; without a listener it would end the process.
  client.on('error', () => {})
  await client.connect()
  reached()
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock])
    await migrate(drizzle(client, { casing: 'snake_case' }), {
      migrationsFolder,
      migrationsSchema: 'drizzle',
    })
  } finally {
    await client.end()
  }
}

/** How many migrations this version knows, and how many the database has had: more, when a newer version was there. */
export async function migrationsOf(db: Db): Promise<{ known: number; applied: number }> {
  const journal = await readFile(`${migrationsFolder}/meta/_journal.json`, 'utf8')
  const known = (JSON.parse(journal) as { entries: unknown[] }).entries.length
  const [found] = (
    await db.$client.query<{ there: boolean }>(
      `select to_regclass('drizzle.__drizzle_migrations') is not null as there`,
    )
  ).rows
  if (!found?.there) return { known, applied: 0 }
  const { rowCount } = await db.$client.query('select 1 from drizzle.__drizzle_migrations')
  return { known, applied: rowCount ?? 0 }
}

/** The PostgreSQL server's version, such as 15. */
export async function versionOf(db: Db): Promise<number> {
  const { rows } = await db.$client.query<{ version: number }>(
    `select current_setting('server_version_num')::int / 10000 as version`,
  )
  return rows[0]!.version
}
