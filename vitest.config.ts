import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/database-server.ts'],
    pool: 'forks',
    // No module keeps anything to itself that one test could leave to another: each is loaded once, not for every file.
    isolate: false,
    // Many of them wait for a clock, a pause or a process: some more than cores keep those busy.
    maxWorkers: 5,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What a page shows is looked at until it is so.
    expect: { poll: { timeout: 5000 } },
  },
})
