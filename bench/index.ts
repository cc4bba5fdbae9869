import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '../src/store/embedded.ts'
import { acknowledgeBench } from './acknowledge.ts'
import { deliveryBench } from './delivery.ts'
import { intakeBench } from './intake.ts'
import { lateBench } from './late.ts'
import { table } from './measure.ts'
import { memoryBench } from './memory.ts'
import { sandboxBench } from './sandbox.ts'
import { startupBench } from './startup.ts'
import { stormBench } from './storm.ts'
import { sweepBench } from './sweep.ts'

/**
 * `npm run bench -- [--only storm] [--full] [--open 100000] [--tickets 1000] [--events 5000]`: ratios to limits that are measured in the
 * same run. `--full` waits for the whole storm, and sends a whole million events.
 */
const value = (name: string, otherwise: string) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise)
}
const only = value('only', '')
const full = process.argv.includes('--full')
const tickets = Number(value('tickets', '10000'))
const open = Number(value('open', '1000000'))
const secret = `whsec_${Buffer.from('a secret for the benchmark').toString('base64')}`

const folder = await mkdtemp(join(tmpdir(), 'belay-bench-'))
const server = await startEmbedded(join(folder, 'postgres'), { shared_buffers: '512MB', max_wal_size: '4GB' })
try {
  const suites = {
    acknowledge: () => acknowledgeBench(server.url, secret),
    delivery: () => deliveryBench(server.url, secret),
    intake: () => intakeBench(server.url, secret),
    late: () => lateBench(server.url, secret, folder),
    memory: () => memoryBench(server.url, secret, Number(value('events', full ? '1000000' : '50000'))),
    sandbox: () => sandboxBench(),
    startup: () => startupBench(server.url, secret),
    storm: () => stormBench(server.url, secret, folder, { tickets, full }),
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
