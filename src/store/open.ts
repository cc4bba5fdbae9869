import { setTimeout as delay } from 'node:timers/promises'
import { secondMs } from '../domain/time.ts'
import { connect, migrateDatabase } from './database.ts'
import type { Db } from './database.ts'

/** Hears that the database is away (it is tried again), that it is there and is being migrated, and of connections that broke. */
export type Told = { away: (error: unknown) => void; reached: () => void; broke: (error: Error) => void }

/** The database, migrated. One that is away is waited for: tickets can't be taken without it, and it may come. */
export async function openDatabase(url: string, told: Told, signal?: AbortSignal): Promise<Db> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await migrateDatabase(url, told.reached)
      return connect(url, told.broke)
    } catch (error) {
      if (!isAway(error)) throw error
      told.away(error)
      await delay(Math.min(10, attempt) * secondMs, undefined, { ...(signal && { signal }) })
    }
  }
}

/** Not there (yet): refused, hung up on, silent, unknown host, or still starting up. Anything else is a mistake that waiting does not mend. */
function isAway(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  return awayCodes.has(code) || /^(Connection terminated|timeout expired)/.test(message)
}

const awayCodes: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  // starting up, shutting down, no connection left
  '57P03',
  '57P01',
  '57P02',
  '53300',
])
