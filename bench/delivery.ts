import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import pg from 'pg'
import type { Db } from '../src/store/database.ts'
import type { Store } from '../src/store/escalations.ts'
import { script, startBelay } from './belay.ts'
import { benchPolicy, copiesAsIs, createDatabase, openOne, openStore } from './database.ts'
import { atOnce } from './load.ts'
import type { Ratio } from './measure.ts'
import { median, together } from './measure.ts'
import { insertion, rowsOf } from './rows.ts'
import { startStub } from './slack-stub.ts'

const pages = 800
const rounds = 5
/** Three times what the sandbox lets an app post in a workspace: Slack must be the limit, and not we. */
const wantedPerSecond = 30

/**
 * First pages a second, each to a channel of its own, so that no limit of Slack's binds: beside the bare client with the same
 * message, and bare SQL that claims and settles the same.
 */
export async function deliveryBench(serverUrl: string, secret: string): Promise<Ratio[]> {
  const stub = await startStub()
  const url = await createDatabase(serverUrl, 'bench_delivery')
  const store = await openStore(url, benchPolicy(secret), new Date())
  const { db } = store
  const model = await waitingPages(store, pages * (rounds + 1) * 2)
  const belay = await startBelay({ databaseUrl: url, secret, apiUrl: stub.apiUrl })
  await delivered(db, sql`escalation = ${model}`, 1)
  const written = await writtenFor(db, model)
  const rates: Record<'belay' | 'client' | 'sql', number[]> = { belay: [], client: [], sql: [] }
  for (let round = 0; round <= rounds; round += 1) {
    const ours = await delivered(db, sql`true`, pages)
    const client = await bareClient(stub.apiUrl, stub.lastPost())
    const statements = await bareSql(url, written)
    // The first round warms all three.
    if (round === 0) continue
    rates.belay.push(ours)
    rates.client.push(client)
    rates.sql.push(statements)
  }
  await Promise.all([belay.stop(), db.$client.end()])
  stub.close()
  return [rowOf(median(rates.belay), median(rates.client), median(rates.sql))]
}

function rowOf(ours: number, client: number, statements: number): Ratio {
  const limit = together(client, statements)
  return {
    what: 'first pages a second, each to a channel of its own',
    ours: `${ours.toFixed(0)}/s`,
    limit: `${limit.toFixed(0)}/s (bare client ${client.toFixed(0)}, bare SQL ${statements.toFixed(0)})`,
    ratio: ours / limit,
    wanted: `at least ${wantedPerSecond}/s`,
    ok: ours >= wantedPerSecond,
  }
}

/** Nothing is late meanwhile, and nothing falls due. */
const muchLater = sql`now() + interval '1 year'`

/** So many escalations whose first page waits for its channel, not before it is released. Returns what they are copies of. */
async function waitingPages(store: Store, count: number): Promise<number> {
  const { db } = store
  const model = await openOne(store, 'model', new Date())
  await db.execute(sql`delete from notices where kind <> 'page'`)
  await db.execute(sql`update notices set not_before = ${muchLater}`)
  await copiesAsIs(db, model, count, { wake_at: `now() + interval '1 year'` })
  await db.execute(sql`
    insert into notices (id, key, kind, escalation, target, priority, notice, created_at, not_before)
    select gen_random_uuid(), 'copy:' || e.id, n.kind, e.id, 'C0BENCH' || e.id, n.priority,
      jsonb_set(n.notice, '{channel}', to_jsonb('C0BENCH' || e.id)), n.created_at, n.not_before
    from escalations e join notices n on n.escalation = ${model}::bigint where e.id <> ${model}::bigint`)
  await db.execute(sql`vacuum analyze notices, escalations`)
  return model
}

/** Releases so many of these pages at once. Returns how many a second were sent and settled, from the first attempt on. */
async function delivered(db: Db, which: SQL, count: number): Promise<number> {
  await db.execute(sql`create table released as
    select id from notices where state = 'pending' and not_before > now() and ${which} limit ${count}::int`)
  await db.execute(
    sql`update notices set not_before = now(), created_at = now() where id in (select id from released)`,
  )
  for (;;) {
    const { rows } = await db.execute<{ sent: number; seconds: number }>(sql`
      select count(*)::int as sent, extract(epoch from max(settled_at) - min(attempted_at))::float8 as seconds
      from notices join released using (id) where state = 'sent'`)
    const { sent, seconds } = rows[0]!
    if (sent === count) {
      await db.execute(sql`drop table released`)
      return count / seconds
    }
    await delay(100)
  }
}

/** The bare client, on a thread of its own as Belay is in a process of its own. */
async function bareClient(apiUrl: string, form: string): Promise<number> {
  const message = Object.fromEntries(
    [...new URLSearchParams(form)].map(([name, value]) => [
      name,
      /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value,
    ]),
  )
  const worker = new Worker(script('./bare-client.ts'), { workerData: { apiUrl, message, count: pages } })
  const [rate] = (await once(worker, 'message')) as [number]
  return rate
}

/** What one delivered page leaves behind, row by row and column by column. */
type Written = Record<'escalation' | 'entry' | 'card', Record<string, unknown>>

async function writtenFor(db: Db, model: number): Promise<Written> {
  const of = `escalation = ${model}`
  const [escalation] = await rowsOf(db.$client, 'escalations', `id = ${model}`)
  const [entry] = await rowsOf(db.$client, 'timeline', `${of} and kind = 'page_delivered'`)
  const [card] = await rowsOf(db.$client, 'cards', of)
  if (!escalation || !entry || !card) throw new Error('the page of the model left nothing behind')
  return { escalation, entry, card }
}

/**
 * The same statements with nothing around them: claim, read what the message is about, and settle each in a transaction,
 * all from constants.
 */
async function bareSql(url: string, written: Written): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: atOnce })
  const start = performance.now()
  for (let done = 0; done < pages;) {
    const claimed = await claimBare(pool, Math.min(atOnce, pages - done))
    await Promise.all(claimed.map((notice) => settleBare(pool, notice, written)))
    done += claimed.length
  }
  const seconds = (performance.now() - start) / 1000
  await pool.end()
  return pages / seconds
}

type Claimed = { id: string; escalation: string; target: string }

async function claimBare(pool: pg.Pool, count: number): Promise<Claimed[]> {
  const { rows } = await pool.query<Claimed>(
    `update notices set state = 'sending', attempts = 1, attempted_at = now(), lease_until = now() + interval '30 seconds'
     where id = any(array(select id from notices where state = 'pending' and not_before > now() limit $1 for update skip locked))
     returning *`,
    [count],
  )
  await pool.query('select * from escalations where id = any($1)', [rows.map(({ escalation }) => escalation)])
  return rows
}

/** What `arrived` changes of an escalation. */
const changing = ['version', 'wait_from', 'wait_until', 'wake_at']

async function settleBare(pool: pg.Pool, { id, escalation, target }: Claimed, written: Written) {
  const client = await pool.connect()
  const insert = (table: string, row: Record<string, unknown>) => {
    const { text, values } = insertion(table, [row])
    return client.query(text, values)
  }
  const set = changing.map((name, at) => `${name} = $${at + 2}`).join(', ')
  try {
    await client.query('begin')
    await client.query(
      `update notices set state = 'sent', settled_at = now(), lease_until = null, channel = $2, ts = $3, error = null
       where id = $1 and attempts = 1 and state in ('sending', 'unsure', 'pending') returning *`,
      [id, target, id],
    )
    await insert('cards', { ...written.card, id, escalation, channel: target, ts: id })
    await client.query('select * from escalations where id = $1 for update', [escalation])
    await client.query(`update escalations set ${set} where id = $1`, [
      escalation,
      ...changing.map((name) => written.escalation[name]),
    ])
    await insert('timeline', { ...written.entry, escalation })
    await client.query('update cards set wanted = $2 where escalation = $1', [escalation, 2])
    await client.query('commit')
  } finally {
    client.release()
  }
}
