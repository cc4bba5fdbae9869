import type { Escalation } from '#domain/escalation.ts'
import { PolicyDocument } from '#domain/policy.ts'
import { connect } from '#store/database.ts'
import type { Store } from '#store/escalations.ts'
import { openIn } from '#store/openings.ts'
import { PolicyBook, savePolicy } from '#store/policies.ts'
import { testDatabase } from './database.ts'

export const start = new Date('2026-11-23T08:30:00Z')
export const later = (minutes: number) => new Date(start.getTime() + minutes * 60_000)

const always = { hours: 'always', lapse: '1h' }
const policy = PolicyDocument.parse({
  timezone: 'Europe/Brussels',
  severities: { critical: { acknowledge: '15m', update: '1h', resolve: '12h', ...always } },
  tiers: { first: { channel: 'C0FIRST' }, second: { channel: 'C0SECOND' } },
  policies: { default: { tiers: [{ tier: 'first' }, { tier: 'second' }], rounds: 2 } },
  rules: [{ policy: 'default' }],
  fallback: { channel: 'C0ADMINS' },
})

/** A store on a database of its own, with a small policy: two tiers that are channels. */
export type TestStore = AsyncDisposable & {
  store: Store
  url: string
  /** Opens an escalation of a ticket with this number. */
  open: (ticket: string, at?: Date) => Promise<Escalation>
}

export async function testStore(): Promise<TestStore> {
  const database = await testDatabase()
  const store: Store = {
    db: connect(database.url, () => {}),
    book: new PolicyBook(policy),
    committed: () => {},
  }
  await savePolicy(store.db, policy, start)
  return {
    store,
    url: database.url,
    open: async (id, at = start) => {
      const opening = {
        source: 'generic',
        ticket: { id, subject: `Broken ${id}` },
        by: 'generic',
        policy: 'default',
        severity: 'critical',
      }
      const { escalation } = await store.db.transaction((tx) => openIn(tx, store.book, opening, at))
      return escalation
    },
    [Symbol.asyncDispose]: async () => {
      await store.db.$client.end()
      await database[Symbol.asyncDispose]()
    },
  }
}
