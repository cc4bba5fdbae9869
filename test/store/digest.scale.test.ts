import { expect, it } from 'vitest'
import { PolicyDocument } from '#domain/policy.ts'
import { connect } from '#store/database.ts'
import { digestData } from '#store/digest.ts'
import { openIn } from '#store/openings.ts'
import type { Store } from '#store/escalations.ts'
import { PolicyBook, savePolicy } from '#store/policies.ts'
import { sweepBatch } from '#store/sweep.ts'
import { at } from '../domain/wall.ts'
import { testDatabase } from '../support/database.ts'

const times = { acknowledge: '15m', update: '1h', resolve: '12h', hours: 'always', lapse: '1h' }
const policy = PolicyDocument.parse({
  timezone: 'Europe/Brussels',
  severities: { critical: times },
  tiers: { first: { channel: 'C0FIRST' } },
  policies: { default: { tiers: [{ tier: 'first' }] } },
  rules: [{ policy: 'default' }],
  fallback: { channel: 'C0ADMINS' },
})

/** One escalation that has broken three promises, and copies of it and of its timeline. */
async function manyOpen(store: Store, count: number): Promise<void> {
  const ticket = { id: 'T-1', subject: 'Broken', description: 'Long. '.repeat(500) }
  const opening = { source: 'generic', by: 'generic', policy: 'default', severity: 'critical', ticket }
  await store.db.transaction((tx) => openIn(tx, store.book, opening, at('2026-11-22 10:00')))
  while ((await sweepBatch(store, at('2026-11-22 23:00'), 10)).due > 0);
  await copyRow(store, 'escalations', { id: 'n', ticket_id: `'T-' || n` }, 'id = 1', count)
  await copyRow(store, 'timeline', { escalation: 'n' }, 'escalation = 1', count)
  await store.db.$client.query('analyze')
}

async function copyRow(
  store: Store,
  table: string,
  changed: Record<string, string>,
  where: string,
  count: number,
) {
  const query = store.db.$client.query.bind(store.db.$client)
  const { rows } = await query<{ column_name: string }>(
    'select column_name from information_schema.columns where table_schema = $1 and table_name = $2',
    ['public', table],
  )
  const names = rows.map(({ column_name }) => column_name)
  const values = names.map((name) => changed[name] ?? name)
  await query(
    `insert into ${table} (${names.join()}) select ${values.join()} from ${table}, generate_series(2, ${count}) n where ${where}`,
  )
}

it('reads thousands of breaches within the time a statement has', { timeout: 60_000 }, async () => {
  await using database = await testDatabase()
  const store: Store = {
    db: connect(database.url, () => {}),
    book: new PolicyBook(policy),
    committed: () => {},
  }
  await savePolicy(store.db, policy, at('2026-11-02 09:00'))
  await manyOpen(store, 5000)
  const period = { from: at('2026-11-20 09:00'), to: at('2026-11-23 09:00') }
  const { breached, unowned, open } = await digestData(store, period, at('2026-11-23 09:00'))
  expect([breached.total, unowned.total, open.total]).toEqual([15_000, 5000, 5000])
  await store.db.$client.end()
})
