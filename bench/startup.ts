import { setTimeout as delay } from 'node:timers/promises'
import { startBelay } from './belay.ts'
import { benchPolicy, createDatabase, crowd, openOne, openStore } from './database.ts'
import type { Ratio } from './measure.ts'
import { residentMb } from './processes.ts'
import { startStub } from './slack-stub.ts'

const open = 100_000

/** From the start of the process until /readyz says so, and its memory a while later, with 100,000 open escalations. */
export async function startupBench(serverUrl: string, secret: string): Promise<Ratio[]> {
  const stub = await startStub()
  const url = await createDatabase(serverUrl, 'bench_startup')
  const now = new Date()
  const store = await openStore(url, benchPolicy(secret), now)
  await crowd(store.db, await openOne(store, 'model', now), open, now)
  await store.db.$client.end()
  const start = performance.now()
  const belay = await startBelay({ databaseUrl: url, secret, apiUrl: stub.apiUrl })
  while (!(await fetch(`http://127.0.0.1:${belay.port}/readyz`)).ok) await delay(20)
  const seconds = (performance.now() - start) / 1000
  await delay(10_000)
  const megabytes = await residentMb(belay.pid)
  await belay.stop()
  stub.close()
  return [
    {
      what: 'start to ready',
      ours: `${seconds.toFixed(2)} s`,
      limit: '3 s',
      ratio: seconds / 3,
      wanted: 'at most 1',
      ok: seconds <= 3,
    },
    {
      what: `memory with ${open.toLocaleString('en')} open`,
      ours: `${megabytes.toFixed(0)} MB`,
      limit: '200 MB',
      ratio: megabytes / 200,
      wanted: 'at most 1',
      ok: megabytes <= 200,
    },
  ]
}
