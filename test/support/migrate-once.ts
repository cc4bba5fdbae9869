import { migrateDatabase } from '../../src/store/database.ts'

/** A process that only migrates the database it is given. */
await migrateDatabase(process.argv[2] ?? '')
