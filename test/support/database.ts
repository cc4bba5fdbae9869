import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

/** A database of its own for one test: a clone of the migrated template. Dropped by `await using`. */
export async function testDatabase(): Promise<AsyncDisposable & { url: string }> {
  return database(`template ${inject('template')}`)
}

/** A database of its own with nothing in it. */
export async function emptyDatabase(): Promise<AsyncDisposable & { url: string }> {
  return database('')
}

async function database(made: string): Promise<AsyncDisposable & { url: string }> {
  const name = `belay_${randomBytes(6).toString('hex')}`
  await onServer(`create database ${name} ${made}`)
  const url = new URL(inject('postgres'))
  url.pathname = `/${name}`
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => onServer(`drop database if exists ${name} with (force)`),
  }
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgres') })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
