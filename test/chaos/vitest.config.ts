import { defineConfig } from 'vitest/config'
import Report from './report.ts'

/** Where people wait for seconds: these are measured before the machine is busy with all the others. */
const timely = ['test/chaos/places.chaos.ts', 'test/chaos/postgres.chaos.ts']

/** Real processes, real time: `npm run chaos`. Nearly all of it is waiting, so the scenarios overlap. */
export default defineConfig({
  test: {
    globalSetup: ['test/support/database-server.ts'],
    reporters: ['default', new Report()],
    projects: [
      { extends: true, test: { name: 'timely', include: timely, sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: {
          name: 'patient',
          include: ['test/chaos/*.chaos.ts'],
          exclude: timely,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    pool: 'forks',
    maxWorkers: 3,
    maxConcurrency: 6,
    testTimeout: 480_000,
    hookTimeout: 60_000,
  },
})
