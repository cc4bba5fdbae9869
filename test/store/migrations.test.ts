import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { expect, it } from 'vitest'
import { migrateDatabase } from '#store/database.ts'
import { openDatabase } from '#store/open.ts'
import { emptyDatabase } from '../support/database.ts'
import { plain, startDesk } from '../support/desk.ts'
import { freePort } from '../support/process.ts'
import { becomesReady, readiness } from '../support/readiness.ts'
import { databaseLine } from '../support/database-line.ts'

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

const tables = `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`
const everything = [
  'cards',
  'claims',
  'escalations',
  'inbox',
  'notices',
  'people',
  'policies',
  'timeline',
  'workspaces',
]

it('brings an empty database up to date, and leaves one alone that is', async () => {
  await using database = await emptyDatabase()
  await migrateDatabase(database.url)
  const before = await query(database.url, 'select * from drizzle.__drizzle_migrations')
  await migrateDatabase(database.url)
  expect((await query(database.url, tables)).map(({ name }) => name)).toEqual(everything)
  expect(await query(database.url, 'select * from drizzle.__drizzle_migrations')).toEqual(before)
})

it('starts, works and is left as it is when it is newer than we are: a deploy was rolled back', async () => {
  const tomorrow = async (url: string) => {
    await query(url, 'alter table escalations add column of_tomorrow text')
    await query(
      url,
      `insert into drizzle.__drizzle_migrations (hash, created_at) values ('tomorrow', ${Date.now() + 1e10})`,
    )
    return { url, [Symbol.asyncDispose]: async () => {} }
  }
  await using desk = await startDesk({ through: tomorrow })
  const told = await desk.escalate('Rolled back', plain)
  await desk.first.press(told.card, 'Acknowledge')
  await desk.quiet()
  expect(desk.first.again(told.card).text).toContain('Acknowledged by')
  await becomesReady(desk.url)
})

it('lets five processes do it at once', async () => {
  await using database = await emptyDatabase()
  const program = fileURLToPath(new URL('../support/migrate-once.ts', import.meta.url))
  const children = Array.from({ length: 5 }, () => fork(program, [database.url], { execArgv: [] }))
  const ends = await Promise.all(children.map((child) => once(child, 'exit')))
  expect(ends.map(([code]) => code as number)).toEqual([0, 0, 0, 0, 0])
  expect((await query(database.url, tables)).map(({ name }) => name)).toEqual(everything)
  const [done] = await query(
    database.url,
    'select count(*)::int as n, count(distinct hash)::int as hashes from drizzle.__drizzle_migrations',
  )
  expect(done?.['n']).toBe(done?.['hashes'])
})

it('says that it migrates, and not that the database is away, while another replica has its turn', async () => {
  await using desk = await startDesk()
  const { db } = desk.belay.store
  const other = new pg.Client({ connectionString: db.$client.options.connectionString })
  await other.connect()
  await other.query('select pg_advisory_lock(7235294)')
  const port = await freePort()
  const starting = desk.replica({ port })
  const checks = async () => (await readiness(`http://127.0.0.1:${port}`)).checks
  await expect.poll(checks).toEqual({ database: 'ok', migrations: 'they are under way' })
  await other.end()
  await starting
  await becomesReady(`http://127.0.0.1:${port}`)
  expect((await checks())['migrations']).toBe('ok')
  await db.execute('delete from drizzle.__drizzle_migrations where id = 1')
  expect((await checks())['migrations']).toMatch(/^\d of \d were applied: run belay migrate$/)
})

it('waits on when the database hangs up while another replica migrates', async () => {
  await using database = await emptyDatabase()
  await using line = await databaseLine(database.url)
  const other = new pg.Client({ connectionString: database.url })
  await other.connect()
  await other.query('select pg_advisory_lock(7235294)')
  const away = Promise.withResolvers<void>()
  const opening = openDatabase(line.url, {
    away: () => away.resolve(),
    reached: () => {},
    broke: () => {},
  })
  const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'belay migrate'`
  while ((await other.query(waits)).rowCount === 0) await new Promise((soon) => setTimeout(soon, 20))
  line.mend()
  await away.promise
  await other.end()
  const db = await opening
  await db.$client.end()
  expect((await query(database.url, tables)).map(({ name }) => name)).toEqual(everything)
})
