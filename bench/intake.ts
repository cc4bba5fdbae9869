import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { script, startBelay } from './belay.ts'
import { createDatabase } from './database.ts'
import { atOnce, perSecond, signedTicket } from './load.ts'
import type { Ratio } from './measure.ts'
import { median, together } from './measure.ts'
import { startProcess } from './processes.ts'
import { insertion, rowsOf } from './rows.ts'
import { startStub } from './slack-stub.ts'

const tickets = 400
const rounds = 5

/** Tickets a second over signed HTTP, each durable: beside a bare HTTP server that only verifies, and the bare transaction. */
export async function intakeBench(serverUrl: string, secret: string): Promise<Ratio[]> {
  const stub = await startStub()
  const bare = await startProcess(script('./bare-hook.ts'), { BENCH_SECRET: secret })
  const databaseUrl = await createDatabase(serverUrl, 'bench_intake')
  const belay = await startBelay({ databaseUrl, secret, apiUrl: stub.apiUrl })
  const send = (port: number, requests: ReturnType<typeof fresh>) =>
    perSecond(`http://127.0.0.1:${port}`, '/hooks/generic', requests)
  await send(belay.port, [signedTicket(secret, ticket('model'))])
  const written = await writtenFor(databaseUrl, 'model')
  const rates: Record<'belay' | 'http' | 'sql', number[]> = { belay: [], http: [], sql: [] }
  for (let round = 0; round <= rounds; round += 1) {
    const http = await send(bare.port, fresh(secret))
    const sql = await bareSql(databaseUrl, written)
    const ours = await send(belay.port, fresh(secret))
    // The first round warms all three.
    if (round === 0) continue
    rates.belay.push(ours)
    rates.http.push(http)
    rates.sql.push(sql)
  }
  await Promise.all([belay.stop(), bare.stop()])
  stub.close()
  return [rowOf(median(rates.belay), median(rates.http), median(rates.sql))]
}

function rowOf(ours: number, http: number, sql: number): Ratio {
  const limit = together(http, sql)
  return {
    what: 'tickets a second over signed HTTP',
    ours: `${ours.toFixed(0)}/s`,
    limit: `${limit.toFixed(0)}/s (bare HTTP ${http.toFixed(0)}, bare SQL ${sql.toFixed(0)})`,
    ratio: ours / limit,
    wanted: 'at least 0.6',
    ok: ours / limit >= 0.6,
  }
}

function ticket(id: string) {
  return {
    id,
    url: `https://desk.example/t/${id}`,
    subject: 'Checkout fails for all EU shoppers',
    description: 'Since 09:10 every card payment ends in a 502.',
    status: 'open',
    severity: 'critical',
    customer: { name: 'Acme GmbH', plan: 'pro', contact: 'shop-ops@acme.example' },
    tags: ['payments'],
    requestedBy: 'support chat',
  }
}

const fresh = (secret: string) =>
  Array.from({ length: tickets }, () => signedTicket(secret, ticket(randomUUID())))

/** What Belay wrote for one ticket, row by row and column by column. */
type Written = Record<'inbox' | 'escalations' | 'timeline' | 'notices', Record<string, unknown>[]>

async function writtenFor(url: string, id: string): Promise<Written> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const escalations = await rowsOf(client, 'escalations', `ticket_id = '${id}'`)
  const of = `escalation = ${Number(escalations[0]?.['id'])}`
  const written = {
    escalations,
    inbox: await rowsOf(client, 'inbox', 'true'),
    timeline: await rowsOf(client, 'timeline', `${of} and version = 1`),
    notices: await rowsOf(client, 'notices', of),
  }
  await client.end()
  return written
}

/**
 * The same transaction with nothing around it: the same rows with the same columns, by hand. Remember the delivery, see
 * whether the ticket is open, write the escalation, its timeline and its notices, and keep the answer.
 */
async function bareSql(url: string, written: Written): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: atOnce })
  const start = performance.now()
  let left = tickets
  const worker = async () => {
    while (left-- > 0) await takeBare(pool, written)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const seconds = (performance.now() - start) / 1000
  await pool.end()
  return tickets / seconds
}

async function takeBare(pool: pg.Pool, { inbox, escalations, timeline, notices }: Written): Promise<void> {
  const client = await pool.connect()
  const write = (table: string, rows: Record<string, unknown>[], more = '') => {
    const { text, values } = insertion(table, rows)
    return client.query<{ id: string }>(text + more, values)
  }
  const [key, ticket_id] = [randomUUID(), randomUUID()]
  try {
    await client.query('begin')
    await write('inbox', [{ ...inbox[0], key, answer: null }], ' on conflict do nothing')
    await client.query(
      `select * from escalations where source = 'generic' and ticket_id = $1 and state <> 'resolved'`,
      [ticket_id],
    )
    const { id: _, ...escalation } = escalations[0] ?? {}
    const { rows } = await write('escalations', [{ ...escalation, ticket_id }], ' returning id')
    const of = { escalation: rows[0]?.id }
    await write(
      'timeline',
      timeline.map((row) => ({ ...row, ...of })),
    )
    await write(
      'notices',
      // Not before tomorrow: Belay runs on this database, and must not deliver what is only written for comparison.
      notices.map((row) => ({
        ...row,
        ...of,
        id: randomUUID(),
        key: randomUUID(),
        not_before: tomorrow,
        ...unsent,
      })),
    )
    await client.query('update inbox set answer = $2 where key = $1', [key, inbox[0]?.['answer']])
    await client.query('commit')
  } finally {
    client.release()
  }
}

const tomorrow = new Date(Date.now() + 86_400_000).toISOString()
const unsent = { state: 'pending', attempts: 0, attempted_at: null, lease_until: null }
