import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'

/** Fails when src/store/schema.ts says something that no committed migration does, or a migration was edited. */
const run = promisify(execFile)
// drizzle-kit takes its folder as relative to where it runs.
const copy = relative('.', await mkdtemp(join(tmpdir(), 'belay-drift-')))
try {
  await cp('drizzle', copy, { recursive: true })
  const before = await readdir(copy)
  const config = [
    '--dialect',
    'postgresql',
    '--schema',
    './src/store/schema.ts',
    '--casing',
    'snake_case',
    '--out',
    copy,
  ]
  const { stdout } = await run('drizzle-kit', ['generate', ...config])
  const added = (await readdir(copy)).filter((file) => !before.includes(file))
  if (added.length > 0 || !stdout.includes('No schema changes')) {
    process.stderr.write(
      `The tables in src/store/schema.ts have no migration yet: run npm run generate -- --name what_it_does\n${stdout}\n`,
    )
    process.exitCode = 1
  }
} finally {
  await rm(copy, { recursive: true, force: true })
}
