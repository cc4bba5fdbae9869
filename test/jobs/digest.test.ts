import { describe, expect, it } from 'vitest'
import type { PolicyDocument } from '#domain/policy.ts'
import { PolicyDocument as Policy } from '#domain/policy.ts'
import { digestTick } from '#jobs/digest.ts'
import { claimOnce } from '#store/claims.ts'
import { connect } from '#store/database.ts'
import type { Store } from '#store/escalations.ts'
import { PolicyBook, savePolicy } from '#store/policies.ts'
import { notices } from '#store/schema.ts'
import { at } from '../domain/wall.ts'
import { testDatabase } from '../support/database.ts'

const times = { acknowledge: '15m', update: '1h', resolve: '12h', hours: 'always', lapse: '1h' }
const written = {
  timezone: 'Europe/Brussels',
  severities: { critical: times },
  tiers: { first: { channel: 'C0FIRST' } },
  policies: { default: { tiers: [{ tier: 'first' }] } },
  rules: [{ policy: 'default' }],
  digest: { channel: 'C0MANAGERS' },
  fallback: { channel: 'C0ADMINS' },
}

async function started({ since, policy = written }: { since: string | null; policy?: object }) {
  const database = await testDatabase()
  const live: PolicyDocument = Policy.parse(policy)
  const db = connect(database.url, () => {})
  if (since) await savePolicy(db, live, at(since))
  const told: number[] = []
  const store: Store = { db, book: new PolicyBook(live), committed: () => void told.push(1) }
  return {
    store,
    told,
    tick: (now: string) => digestTick(store, at(now)),
    sent: async () =>
      (await db.select().from(notices).orderBy(notices.createdAt)).map(({ notice }) => notice),
    [Symbol.asyncDispose]: async () => {
      await db.$client.end()
      await database[Symbol.asyncDispose]()
    },
  }
}

/** Belay that has run for weeks and has sent Friday's digest. */
async function running() {
  const belay = await started({ since: '2026-11-02 12:00' })
  await belay.tick('2026-11-20 09:00')
  await belay.store.db.delete(notices)
  belay.told.length = 0
  return belay
}

describe('the digest', () => {
  it('is enqueued once its time has come, and once only', async () => {
    await using belay = await running()
    expect(await belay.tick('2026-11-23 08:59')).toBeNull()
    expect(await belay.tick('2026-11-23 09:00')).toBe('2026-11-23')
    expect(await belay.tick('2026-11-23 09:01')).toBeNull()
    expect(await belay.sent()).toEqual([
      {
        kind: 'digest',
        channel: 'C0MANAGERS',
        period: '2026-11-23',
        from: at('2026-11-20 09:00').toISOString(),
        to: at('2026-11-23 09:00').toISOString(),
      },
    ])
    expect(belay.told).toHaveLength(1)
  })

  it('is one, however many replicas look at once', async () => {
    await using belay = await running()
    const ticks = await Promise.all(Array.from({ length: 8 }, () => belay.tick('2026-11-23 09:00')))
    expect(ticks.filter(Boolean)).toEqual(['2026-11-23'])
    expect(await belay.sent()).toHaveLength(1)
  })

  it('that was missed is caught up once, and only the newest', async () => {
    await using belay = await running()
    expect(await belay.tick('2026-11-25 16:30')).toBe('2026-11-25')
    expect(await belay.tick('2026-11-25 16:31')).toBeNull()
    expect(await belay.sent()).toHaveLength(1)
  })

  it("of Friday still comes on Sunday, but a week-old one doesn't come at all", async () => {
    await using belay = await running()
    expect(await belay.tick('2026-11-29 20:00')).toBe('2026-11-27')
    await using weekly = await started({
      since: '2026-11-02 12:00',
      policy: { ...written, digest: { channel: 'C0MANAGERS', days: 'Mon' } },
    })
    await weekly.tick('2026-11-16 09:00')
    expect(await weekly.tick('2026-11-27 12:00')).toBeNull()
    expect(await weekly.sent()).toHaveLength(1)
  })

  it('is not there without one in the policy', async () => {
    const { digest: _digest, ...without } = written
    await using belay = await started({ since: '2026-11-02 12:00', policy: without })
    expect(await belay.tick('2026-11-23 09:00')).toBeNull()
  })

  it('and its claim are one transaction: without the notice the day is still to be claimed', async () => {
    await using belay = await running()
    await belay.store.db.execute("alter table notices add constraint full_disk check (kind <> 'digest')")
    await expect(belay.tick('2026-11-23 09:00')).rejects.toThrow()
    await belay.store.db.execute('alter table notices drop constraint full_disk')
    expect(await belay.tick('2026-11-23 09:01')).toBe('2026-11-23')
  })
})

describe('the first digest', () => {
  it('is not about a time before Belay was there', async () => {
    await using belay = await started({ since: '2026-11-23 09:20' })
    expect(await belay.tick('2026-11-23 09:20')).toBeNull()
    expect(await belay.tick('2026-11-23 09:50')).toBeNull()
    expect(await belay.tick('2026-11-24 09:00')).toBe('2026-11-24')
    expect(await belay.sent()).toHaveLength(1)
  })

  it('comes on the first morning when Belay was started that night', async () => {
    await using belay = await started({ since: '2026-11-23 08:10' })
    expect(await belay.tick('2026-11-23 08:10')).toBeNull()
    expect(await belay.tick('2026-11-23 09:00')).toBe('2026-11-23')
  })

  it('is not sent in the afternoon because somebody has just asked for one at nine', async () => {
    await using belay = await started({ since: '2026-11-02 12:00' })
    expect(await belay.tick('2026-11-23 15:00')).toBeNull()
    expect(await belay.tick('2026-11-24 09:00')).toBe('2026-11-24')
  })

  it('knows other claims from its own', async () => {
    await using belay = await started({ since: '2026-11-23 09:20' })
    await belay.store.db.transaction((tx) => claimOnce(tx, 'handoff:frontline', at('2026-11-23 09:20')))
    expect(await belay.tick('2026-11-23 09:21')).toBeNull()
  })
})
