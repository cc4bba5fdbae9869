import pg from 'pg'
import { script, startBelay } from './belay.ts'
import { copies, createDatabase, openOne, openStore, benchPolicy } from './database.ts'
import { atOnce, perSecond, signedPress } from './load.ts'
import type { Ratio } from './measure.ts'
import { median, together } from './measure.ts'
import { startProcess } from './processes.ts'
import { startStub } from './slack-stub.ts'

const presses = 1500
const rounds = 3
const signingSecret = 'a signing secret for the benchmark'

/** Acknowledgements a second over signed HTTP, beside bare Bolt with the same payload and the bare SQL transaction. */
export async function acknowledgeBench(serverUrl: string, secret: string): Promise<Ratio[]> {
  const stub = await startStub()
  const bolt = await startProcess(script('./bare-bolt.ts'), {
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_API_URL: stub.apiUrl,
  })
  const url = await createDatabase(serverUrl, 'bench_acknowledge')
  const store = await openStore(url, benchPolicy(secret), new Date())
  const model = await openOne(store, 'model', new Date())
  const belay = await startBelay({ databaseUrl: url, secret, apiUrl: stub.apiUrl, signingSecret })
  const rates: { belay: number[]; bolt: number[]; sql: number[] } = { belay: [], bolt: [], sql: [] }
  for (let round = 0; round <= rounds; round += 1) {
    const ids = await fresh(store.db, model)
    const requests = ids.map((id) => signedPress(signingSecret, id, 'U0ENG1'))
    const bare = await perSecond(`http://127.0.0.1:${bolt.port}`, '/slack/events', requests)
    const statements = await bareSql(url, await fresh(store.db, model))
    const ours = await perSecond(`http://127.0.0.1:${belay.port}`, '/slack/events', requests)
    // The first round warms all three.
    if (round === 0) continue
    rates.belay.push(ours)
    rates.bolt.push(bare)
    rates.sql.push(statements)
  }
  await Promise.all([belay.stop(), bolt.stop(), store.db.$client.end()])
  stub.close()
  const [a, b, ours] = [median(rates.bolt), median(rates.sql), median(rates.belay)]
  const limit = together(a, b)
  return [
    {
      what: 'acknowledgements a second over signed HTTP',
      ours: `${ours.toFixed(0)}/s`,
      limit: `${limit.toFixed(0)}/s (bare Bolt ${a.toFixed(0)}, bare SQL ${b.toFixed(0)})`,
      ratio: ours / limit,
      wanted: 'at least 0.6',
      ok: ours / limit >= 0.6,
    },
  ]
}

async function fresh(db: Awaited<ReturnType<typeof openStore>>['db'], model: number): Promise<number[]> {
  const { rows: before } = await db.execute<{ id: string }>(
    'select coalesce(max(id), 0) as id from escalations',
  )
  const now = new Date()
  await copies(db, model, presses, now, new Date(now.getTime() + 3_600_000))
  const { rows } = await db.execute<{ id: string }>(
    `select id from escalations where id > ${Number(before[0]?.id)}`,
  )
  return rows.map(({ id }) => Number(id))
}

/** The same transaction with nothing around it: lock, update, timeline, three notices, cards. */
async function bareSql(url: string, ids: number[]): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: atOnce })
  const start = performance.now()
  let next = 0
  const worker = async () => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) await acknowledgeBare(pool, id)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const seconds = (performance.now() - start) / 1000
  await pool.end()
  return ids.length / seconds
}

async function acknowledgeBare(pool: pg.Pool, id: number): Promise<void> {
  const client = await pool.connect()
  const event = JSON.stringify({ kind: 'acknowledged', by: 'U0ENG1', until: new Date() })
  try {
    await client.query('begin')
    const { rows } = await client.query<{ version: number; promises: unknown }>(
      'select * from escalations where id = $1 for update',
      [id],
    )
    const version = (rows[0]?.version ?? 0) + 1
    await client.query(
      `update escalations set version = $2, turn = $2, state = 'acknowledged', owner = 'U0ENG1', acknowledged_at = now(),
        lapse_at = now() + interval '1 hour', promises = $3, wake_at = now() + interval '1 hour' where id = $1`,
      [id, version, JSON.stringify(rows[0]?.promises)],
    )
    await client.query(
      `insert into timeline (escalation, version, position, at, noted_at, kind, event) values ($1, $2, 0, now(), now(), 'acknowledged', $3)`,
      [id, version, event],
    )
    await client.query(
      `insert into notices (id, key, kind, escalation, target, priority, notice, created_at, not_before)
       values (gen_random_uuid(), $1, 'line', $2, 'C0FRONT', 100000, $3, now(), now() + interval '1 day')`,
      [`bare:${id}:${version}`, id, event],
    )
    await client.query('update cards set wanted = $2 where escalation = $1', [id, version])
    await client.query('commit')
  } finally {
    client.release()
  }
}
