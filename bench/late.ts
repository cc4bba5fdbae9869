import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { startSandbox } from '../sandbox/index.ts'
import type { Db } from '../src/store/database.ts'
import { openIn } from '../src/store/openings.ts'
import { startBelay } from './belay.ts'
import { policyFile, policyOf, seedOf, tagOf } from './channels.ts'
import { copies, createDatabase, openStore, parsed } from './database.ts'
import type { Ratio } from './measure.ts'
import { percentile } from './measure.ts'

const channels = 240
const open = 10_000
const perSecond = 25
const seconds = 60
const wantedS = 1.2

/**
 * How late re-pages are: the time of Slack's message less the instant that was due, in real time, with the real process.
 * Among 10,000 open, 25 a second fall due for a minute, over so many channels that no channel's pace hides anything.
 */
export async function lateBench(serverUrl: string, secret: string, folder: string): Promise<Ratio[]> {
  await using sandbox = await startSandbox({ limits: { methods: false }, seed: seedOf(channels) })
  const databaseUrl = await createDatabase(serverUrl, 'bench_late')
  const policy = policyOf(channels, 'mention')
  const { db } = await crowded(databaseUrl, policy, secret)
  const { apiUrl, botToken, appToken } = sandbox
  const around = { databaseUrl, secret, apiUrl, botToken, appToken, policy: await policyFile(folder, policy) }
  const belay = await startBelay(around)
  await sandbox.connected()
  await fallDue(db, new Date(Date.now() + 3000))
  await delay((3 + seconds) * 1000)
  const late = await lateness(db)
  await belay.stop()
  await db.$client.end()
  const [p50, p99, worst] = [0.5, 0.99, 1].map((part) => percentile(late, part))
  return [
    {
      what: `re-pages late by, at p99, ${perSecond}/s due among ${open.toLocaleString('en')} open`,
      ours: `${p99!.toFixed(2)} s (median ${p50!.toFixed(2)}, worst ${worst!.toFixed(2)}, of ${late.length})`,
      limit: `${wantedS} s`,
      ratio: p99! / wantedS,
      wanted: 'at most 1',
      ok: p99! <= wantedS && late.length === perSecond * seconds,
    },
  ]
}

/** Open escalations over all channels, each with its first page long delivered and nothing due for days. */
async function crowded(url: string, policy: object, secret: string) {
  const now = new Date()
  const store = await openStore(url, parsed(JSON.stringify(policy), secret), now)
  for (let at = 0; at < channels; at += 1) {
    const ticket = { id: `model-${at}`, subject: 'Checkout fails for all EU shoppers', tags: [tagOf(at)] }
    const opening = { source: 'bench', ticket, by: 'bench', policy: tagOf(at), severity: 'critical' }
    const { escalation } = await store.db.transaction((tx) => openIn(tx, store.book, opening, now))
    await copies(store.db, escalation.id, open / channels, now, new Date(now.getTime() + 86_400_000))
  }
  await store.db.execute(sql`delete from notices`)
  await store.db.execute(
    sql`update escalations set wake_at = ${new Date(now.getTime() + 86_400_000).toISOString()}`,
  )
  return store
}

/** Of the crowd, 25 a second fall due from this instant on, each channel in its turn. */
async function fallDue(db: Db, from: Date): Promise<void> {
  await db.execute(sql`create table bench_due as
    select id, ${from.toISOString()}::timestamptz + place * interval '1 second' / ${perSecond}::int as at from (
      select id, row_number() over (order by random()) - 1 as place from escalations where ticket_id like 'copy-%'
    ) shuffled where place < ${perSecond * seconds}::int`)
  await db.execute(
    sql`update escalations set wake_at = at, wait_until = at from bench_due where bench_due.id = escalations.id`,
  )
}

/** Seconds from the due instant to Slack's own time of the message. Waits for those that are still under way. */
async function lateness(db: Db): Promise<number[]> {
  for (let tries = 0; ; tries += 1) {
    const { rows } = await db.execute<{ late: number }>(sql`
      select (notices.ts::numeric - extract(epoch from at))::float as late
      from notices join bench_due on bench_due.id = notices.escalation where kind = 'page' and state = 'sent'`)
    if (rows.length === perSecond * seconds || tries === 30) return rows.map(({ late }) => late)
    await delay(1000)
  }
}
