import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '../src/store/embedded.ts'
import { acknowledgeBench } from './acknowledge.ts'
import { intakeBench } from './intake.ts'
import { lateBench } from './late.ts'
import { table } from './measure.ts'
import { sandboxBench } from './sandbox.ts'
import { startupBench } from './startup.ts'
import { sweepBench } from './sweep.ts'

/** `npm run bench [-- --open 100000] [-- --only sweep]`: ratios to limits that are measured in the same run. */
const value = (name: string, otherwise: string) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise)
}
const only = value('only', '')
const open = Number(value('open', '1000000'))
const secret = `whsec_${Buffer.from('a secret for the benchmark').toString('base64')}`

const folder = await mkdtemp(join(tmpdir(), 'belay-bench-'))
const server = await startEmbedded(join(folder, 'postgres'), { shared_buffers: '512MB', max_wal_size: '4GB' })
try {
  const suites = {
    acknowledge: () => acknowledgeBench(server.url, secret),
    intake: () => intakeBench(server.url, secret),
    late: () => lateBench(server.url, secret, folder),
    sandbox: () => sandboxBench(),
    startup: () => startupBench(server.url, secret),
    sweep: () => sweepBench(server.url, secret, open),
  }
  const rows = []
  for (const [name, suite] of Object.entries(suites))
    if (!only || only === name) rows.push(...(await suite()))
  console.log(table(rows))
  await writeFile('bench-results.json', `${JSON.stringify(rows, null, 2)}\n`)
  if (rows.some(({ ok }) => !ok)) process.exitCode = 1
} finally {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
