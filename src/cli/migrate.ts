import { migrateDatabase } from '../store/database.ts'
import { withDatabaseUrl } from './database.ts'
import { print } from './output.ts'

/** `belay migrate`: brings the tables up to date, as a start would. An embedded database is created when there is none. */
export async function migrate(): Promise<void> {
  await withDatabaseUrl(migrateDatabase, true)
  print('The tables are up to date.')
}
