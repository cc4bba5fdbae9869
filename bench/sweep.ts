import { sweep } from '../src/jobs/sweep.ts'
import type { Store } from '../src/store/escalations.ts'
import { copies, createDatabase, crowd, openOne, openStore, benchPolicy } from './database.ts'
import type { Ratio } from './measure.ts'
import { median, timed } from './measure.ts'

const due = 1000
const rounds = 7
const now = new Date('2026-11-23T10:00:00Z')

/** The sweep of 1,000 due escalations, among 10,000 open ones and among 1,000,000: it must cost the same. */
export async function sweepBench(serverUrl: string, secret: string, many: number): Promise<Ratio[]> {
  const policy = benchPolicy(secret)
  const few = await prepared(serverUrl, 'bench_few', 10_000, policy)
  const lots = await prepared(serverUrl, 'bench_many', many, policy)
  const times: { few: number[]; lots: number[] } = { few: [], lots: [] }
  for (let round = 0; round <= rounds; round += 1)
    for (const [name, { store, model }] of [
      ['few', few],
      ['lots', lots],
    ] as const) {
      await copies(store.db, model, due, now, now)
      const took = await timed(() => sweep(store, now))
      // The first round warms both.
      if (round > 0) times[name].push(took)
    }
  await Promise.all([few.store.db.$client.end(), lots.store.db.$client.end()])
  const [a, b] = [median(times.lots), median(times.few)]
  return [
    {
      what: `sweep of ${due} due among ${many.toLocaleString('en')} open`,
      ours: `${a.toFixed(0)} ms`,
      limit: `${b.toFixed(0)} ms among 10,000`,
      ratio: a / b,
      wanted: 'at most 1.2',
      ok: a / b <= 1.2,
    },
  ]
}

async function prepared(
  serverUrl: string,
  name: string,
  count: number,
  policy: ReturnType<typeof benchPolicy>,
): Promise<{ store: Store; model: number }> {
  const url = await createDatabase(serverUrl, name)
  const store = await openStore(url, policy, now)
  const model = await openOne(store, 'model', now)
  await crowd(store.db, model, count, now)
  return { store, model }
}
