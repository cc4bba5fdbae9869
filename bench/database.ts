import { readFileSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import { formatProblems, parsePolicy } from '../src/policy-file.ts'
import type { PolicyDocument } from '../src/domain/policy.ts'
import { addMs, hourMs } from '../src/domain/time.ts'
import type { Db } from '../src/store/database.ts'
import { connect, migrateDatabase } from '../src/store/database.ts'
import type { Store } from '../src/store/escalations.ts'
import { find } from '../src/store/escalations.ts'
import { openIn } from '../src/store/openings.ts'
import { PolicyBook, savePolicy } from '../src/store/policies.ts'

/** The example policy, with one rule so that every ticket starts the same. */
export function benchPolicy(secret: string): PolicyDocument {
  return parsed(readFileSync(new URL('../belay.example.yml', import.meta.url), 'utf8'), secret)
}

/** This policy, as a process would read it from its file. */
export function parsed(text: string, secret: string): PolicyDocument {
  const read = parsePolicy(text, { BELAY_WEBHOOK_SECRET: secret })
  if (!read.ok) throw new Error(formatProblems('the policy of the benchmark', read.problems))
  return read.document
}

/** A migrated database of this name on the server. */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  await client.query(`drop database if exists ${name} with (force)`)
  await client.query(`create database ${name}`)
  await client.end()
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  await migrateDatabase(url.href)
  return url.href
}

export async function openStore(url: string, policy: PolicyDocument, now: Date): Promise<Store> {
  const db = connect(url, () => {}, { statementMs: 600_000 })
  await savePolicy(db, policy, now)
  return { db, book: new PolicyBook(policy), committed: () => {} }
}

/** One real escalation, opened as every other is; the crowd is copies of it. */
export async function openOne(store: Store, id: string, now: Date): Promise<number> {
  const ticket = {
    id,
    subject: 'Checkout fails for all EU shoppers',
    customer: { name: 'Acme GmbH', plan: 'enterprise' },
  }
  const opening = { source: 'bench', ticket, by: 'bench', policy: 'default', severity: 'critical' }
  const { escalation } = await store.db.transaction((tx) => openIn(tx, store.book, opening, now))
  return escalation.id
}

/**
 * `count` copies of an escalation whose page was delivered; they wake at `wakeAt`. Of what it has promised nothing falls due
 * before: else the audit would wake them.
 */
export async function copies(db: Db, model: number, count: number, now: Date, wakeAt: Date): Promise<void> {
  await copiesAsIs(db, model, count, {
    wake_at: `'${wakeAt.toISOString()}'::timestamptz`,
    wait_from: `'${now.toISOString()}'::timestamptz`,
    wait_until: `'${wakeAt.toISOString()}'::timestamptz`,
    promises: `'${JSON.stringify(await promisesFrom(db, model, wakeAt))}'::jsonb`,
  })
}

async function promisesFrom(db: Db, model: number, wakeAt: Date): Promise<unknown> {
  const { promises, wakeAt: first } = (await find(db, model))!
  const later = Math.max(0, wakeAt.getTime() - (first ?? wakeAt).getTime())
  return JSON.parse(JSON.stringify(promises), (key, value: unknown) =>
    typeof value === 'string' && /^(due|warn)At$/.test(key) ? addMs(new Date(value), later) : value,
  )
}

/** `count` copies of an escalation as it is, each for a ticket of its own; `special` names columns that are an expression instead. */
export async function copiesAsIs(
  db: Db,
  model: number,
  count: number,
  special: Record<string, string> = {},
): Promise<void> {
  const columns = await columnNames(db)
  const list = columns.filter((name) => name !== 'id')
  const own = { ticket_id: `'copy-' || gen_random_uuid()`, ...special } as Record<string, string>
  const values = list.map((name) => own[name] ?? `e.${name}`)
  await db.execute(
    sql.raw(`insert into escalations (${list.join(', ')}) select ${values.join(', ')}
      from escalations e cross join generate_series(1, ${count}) where e.id = ${model}`),
  )
}

async function columnNames(db: Db): Promise<string[]> {
  const { rows } = await db.execute<{ column_name: string }>(
    sql`select column_name from information_schema.columns where table_name = 'escalations' order by ordinal_position`,
  )
  return rows.map(({ column_name }) => column_name)
}

/** Open escalations that nothing is due for, so that the due ones stand in a crowd. */
export async function crowd(db: Db, model: number, count: number, now: Date): Promise<void> {
  const chunk = 100_000
  for (let done = 0; done < count; done += chunk)
    await copies(db, model, Math.min(chunk, count - done), now, addMs(now, 100 * 24 * hourMs + done))
  await db.execute(sql`vacuum analyze escalations`)
}

/** A delivered card for every copy of this escalation that has none. */
export async function cardsFor(db: Db, model: number, now: Date): Promise<void> {
  await db.execute(sql`insert into cards (id, escalation, shape, notice, channel, ts, wanted, applied, priority, not_before, posted_at)
    select gen_random_uuid(), e.id, 'card', n.notice, n.target, 'bench ' || e.id, 1, 1, n.priority, ${now.toISOString()}, ${now.toISOString()}
    from escalations e join notices n on n.escalation = ${model} and n.kind = 'page'
    where e.version = 1 and e.wake_at <= ${now.toISOString()} and not exists (select from cards c where c.escalation = e.id)`)
}
