import { sql } from 'drizzle-orm'
import { sweep } from '../src/jobs/sweep.ts'
import type { Store } from '../src/store/escalations.ts'
import { cardsFor, copies, createDatabase, crowd, openOne, openStore, benchPolicy } from './database.ts'
import type { Ratio } from './measure.ts'
import { median, timed } from './measure.ts'
import { literals, rowsOf } from './rows.ts'

const due = 1000
const batch = 250
const rounds = 9
const now = new Date('2026-11-23T10:00:00Z')

/**
 * The sweep of 1,000 due escalations, among 10,000 open ones and among 1,000,000: it must cost the same. And beside SQL that
 * decides nothing and writes the same.
 */
export async function sweepBench(serverUrl: string, secret: string, many: number): Promise<Ratio[]> {
  const policy = benchPolicy(secret)
  const few = await prepared(serverUrl, 'bench_few', 10_000, policy)
  const lots = await prepared(serverUrl, 'bench_many', many, policy)
  const bare = bareSweep(await written(few))
  const times: Record<'few' | 'lots' | 'bare', number[]> = { few: [], lots: [], bare: [] }
  const measure = async (
    name: keyof typeof times,
    { store, model }: Prepared,
    work: () => Promise<unknown>,
  ) => {
    await fresh(store, model)
    times[name].push(await timed(work))
  }
  for (let round = 0; round <= rounds; round += 1) {
    await measure('few', few, () => sweep(few.store, now))
    await measure('lots', lots, () => sweep(lots.store, now))
    await measure('bare', few, () => bare(few.store))
    // The first round warms all three.
    if (round === 0) for (const some of Object.values(times)) some.length = 0
  }
  await Promise.all([few.store.db.$client.end(), lots.store.db.$client.end()])
  const flat = ratio(times.lots, times.few)
  const beside = ratio(times.bare, times.few)
  return [
    {
      what: `sweep of ${due} due among ${many.toLocaleString('en')} open`,
      ours: `${median(times.lots).toFixed(0)} ms`,
      limit: `${median(times.few).toFixed(0)} ms among 10,000`,
      ratio: flat,
      wanted: 'at most 1.1',
      ok: flat <= 1.1,
    },
    {
      what: `sweep of ${due} due, beside the same writes in bare SQL`,
      ours: `${median(times.few).toFixed(0)} ms`,
      limit: `${median(times.bare).toFixed(0)} ms`,
      ratio: beside,
      wanted: 'at least 0.5',
      ok: beside >= 0.5,
    },
  ]
}

/** Round by round: what else the machine does at that time slows both. */
const ratio = (a: number[], b: number[]) => median(a.map((value, round) => value / b[round]!))

type Prepared = { store: Store; model: number }

async function prepared(
  serverUrl: string,
  name: string,
  count: number,
  policy: ReturnType<typeof benchPolicy>,
): Promise<Prepared> {
  const url = await createDatabase(serverUrl, name)
  const store = await openStore(url, policy, now)
  const model = await openOne(store, 'model', now)
  await crowd(store.db, model, count, now)
  return { store, model }
}

/** Due escalations, each with a card in its channel. */
async function fresh({ db }: Store, model: number): Promise<void> {
  await copies(db, model, due, now, now)
  await cardsFor(db, model, now)
}

type Written = Record<'escalation' | 'entry', Record<string, unknown>> & {
  notices: Record<string, unknown>[]
}

/** What Belay's sweep writes for one of them, column by column. */
async function written({ store, model }: Prepared): Promise<Written> {
  await fresh(store, model)
  await sweep(store, now)
  const client = store.db.$client
  const [escalation] = await rowsOf(client, 'escalations', 'version = 2 limit 1')
  const of = `escalation = ${Number(escalation?.['id'])}`
  const [entry] = await rowsOf(client, 'timeline', of)
  if (!escalation || !entry) throw new Error('the sweep wrote nothing')
  return { escalation, entry, notices: await rowsOf(client, 'notices', of) }
}

/**
 * The same writes with nothing around them, batch by batch as the sweep does: claim what is due, then rows, timeline,
 * outbox and cards, all from constants. Nothing is read back and nothing decided: it is what PostgreSQL alone needs.
 */
function bareSweep({ escalation, entry, notices }: Written): (store: Store) => Promise<void> {
  const own = new Set([
    'id',
    'ticket',
    'ticket_id',
    'source',
    'opened_by',
    'opened_at',
    'policy',
    'policy_hash',
  ])
  const changing = Object.fromEntries(Object.entries(escalation).filter(([name]) => !own.has(name)))
  const row = literals(changing, {})
  const set = row.names.map((name, at) => `${name} = ${row.values[at]}`).join(', ')
  const line = literals(entry, { escalation: 'due.id' })
  const told = notices.map((notice, at) => {
    const key = `'${String(notice['target'])}:' || due.id`
    const one = literals(notice, { id: 'gen_random_uuid()', key, escalation: 'due.id' })
    return `enqueued${at} as (
      insert into notices (${one.names.join(', ')}) select ${one.values.join(', ')} from due
    )`
  })
  const statement = sql.raw(`
    with due as (
      select id from escalations where wake_at <= '${now.toISOString()}' and wake_at is not null and quarantine is null
      order by wake_at limit ${batch} for update skip locked
    ), changed as (
      update escalations set ${set} from due where escalations.id = due.id
    ), told as (
      insert into timeline (${line.names.join(', ')}) select ${line.values.join(', ')} from due
    ), ${told.join(', ')}
    update cards set wanted = 2, not_before = least(cards.not_before, '${now.toISOString()}')
    from due where cards.escalation = due.id and lost is null returning cards.id`)
  return async ({ db }) => {
    for (let left = batch; left > 0;) left = (await db.transaction((tx) => tx.execute(statement))).rows.length
  }
}
