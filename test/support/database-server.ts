import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrateDatabase } from '#store/database.ts'
import { startEmbedded } from '#store/embedded.ts'

const quickImports = new URL('quick-imports.ts', import.meta.url).href

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: string
    template: string
  }
}

/** One real PostgreSQL for the whole run: `DATABASE_URL`, or an embedded one. Tests clone its migrated template. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(await scratch(), 'belay-test-'))
  // Belay is started as a process dozens of times: only the first has to read the code anew.
  process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../../node_modules/.cache/compiled')
  process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --import=${quickImports}`
  const given = process.env['DATABASE_URL']
  const server = given
    ? { url: given, stop: async () => {} }
    : await startEmbedded(join(folder, 'postgres'), {
        fsync: 'off',
        synchronous_commit: 'off',
        full_page_writes: 'off',
        max_wal_size: '256MB',
      })
  const template = `belay_template_${process.pid}`
  await run(server.url, `create database ${template}`)
  await migrateDatabase(withDatabase(server.url, template))
  project.provide('postgres', server.url)
  project.provide('template', template)
  return async () => {
    await run(server.url, `drop database if exists ${template} with (force)`)
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const inMemory = '/dev/shm'
/** More than a whole run takes. */
const roomNeeded = 3 * 1024 ** 3

/** Where a PostgreSQL for one run lives: in memory where there is room for it, which takes a quarter off a run. */
async function scratch(): Promise<string> {
  const room = await statfs(inMemory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  )
  return room > roomNeeded ? inMemory : tmpdir()
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

function withDatabase(url: string, database: string): string {
  const address = new URL(url)
  address.pathname = `/${database}`
  return address.href
}
