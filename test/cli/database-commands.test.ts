import { eq } from 'drizzle-orm'
import { describe, expect, it, vi } from 'vitest'
import { acknowledge, note, resume, tellCustomer, waitForCustomer } from '#domain/verbs.ts'
import type { Verb } from '#domain/verbs.ts'
import { PolicyDocument } from '#domain/policy.ts'
import { connect } from '#store/database.ts'
import { change } from '#store/escalations.ts'
import { openIn } from '#store/openings.ts'
import type { Store } from '#store/escalations.ts'
import { savePeople } from '#store/people.ts'
import { PolicyBook, savePolicy } from '#store/policies.ts'
import { escalations } from '#store/schema.ts'
import { sweepBatch } from '#store/sweep.ts'
import { at } from '../domain/wall.ts'
import { testDatabase } from '../support/database.ts'
import { caseOf, explainLines } from '../../src/cli/explain.ts'
import { belay } from './run.ts'

/** A process takes its time to start where many tests run at once. */
vi.setConfig({ testTimeout: 90_000 })

const written = {
  timezone: 'Europe/Brussels',
  severities: { normal: { acknowledge: '2h', update: '1d', resolve: '5d', hours: 'office', lapse: '1d' } },
  hours: { office: { days: 'Mon-Fri', open: '08:30-12:30, 13:30-18:00', holidays: ['2026-12-25'] } },
  tiers: { first: { channel: 'C0FIRST', mention: ['U0FIRST'] }, boss: { channel: 'C0BOSS' } },
  policies: { default: { tiers: [{ tier: 'first' }, { tier: 'boss' }] } },
  rules: [{ policy: 'default' }],
  fallback: { channel: 'C0ADMINS' },
}

/** A database with one escalation, opened on the Wednesday before Christmas. */
async function desk() {
  const database = await testDatabase()
  const live = PolicyDocument.parse(written)
  const store: Store = {
    db: connect(database.url, () => {}),
    book: new PolicyBook(live),
    committed: () => {},
  }
  await savePolicy(store.db, live, at('2026-12-01 09:00'))
  const ticket = {
    id: '4711',
    subject: 'Checkout fails <b> & more',
    customer: { name: 'Acme GmbH', plan: 'enterprise' },
  }
  const opening = { source: 'generic', by: 'generic', policy: 'default', severity: 'normal', ticket }
  await store.db.transaction((tx) => openIn(tx, store.book, opening, at('2026-12-23 17:00')))
  return {
    store,
    /** What `explain E-1` prints, without the process around it. */
    explained: async (now: string) => explainLines((await caseOf(store.db, 1, at(now)))!).join('\n'),
    run: (...args: string[]) => belay(args, { DATABASE_URL: database.url }),
    act: (now: string, verb: Verb) =>
      change(store, 1, at(now), (e, terms) => verb(e, terms, { by: 'U0OWNER', seen: null }, at(now))),
    async [Symbol.asyncDispose]() {
      await store.db.$client.end()
      await database[Symbol.asyncDispose]()
    },
  }
}

describe('belay explain', () => {
  it('tells each night, break, weekend and holiday that made a due time', async () => {
    await using here = await desk()
    const { code, out, err } = await here.run('explain', 'E-1')
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('E-1 normal, Acme GmbH (enterprise): Checkout fails <b> & more.')
    expect(out).toContain('Acknowledge: due Thu 2026-12-24 09:30')
    const update = out.slice(
      out.indexOf('Next update to the customer: due Thu 2026-12-24 17:00'),
      out.indexOf('Resolve:'),
    )
    expect(update.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))).toEqual([
      'Next update to the customer: due Thu 2026-12-24 17:00',
      '1d of "office" hours at severity normal, from Wed 2026-12-23 17:00:',
      'Wed 2026-12-23 17:00 | until Wed 2026-12-23 18:00 | counted | 1 h',
      'Wed 2026-12-23 18:00 | until Thu 2026-12-24 08:30 | night | 14 h 30 min',
      'Thu 2026-12-24 08:30 | until Thu 2026-12-24 12:30 | counted | 4 h',
      'Thu 2026-12-24 12:30 | until Thu 2026-12-24 13:30 | closed between two openings | 1 h',
      'Thu 2026-12-24 13:30 | until Thu 2026-12-24 17:00 | counted | 3 h 30 min',
      '',
    ])
    expect(out).toMatch(/until Sat 2026-12-26 00:00 +holiday/)
    expect(out).toContain('30 calendar days from Wed 2026-12-23 17:00, by the clocks of Europe/Brussels')
    expect(out).toContain('Its page of Wed 2026-12-23 17:00 has not arrived yet')
    expect(out).toMatch(/Wed 2026-12-23 17:00 {2}first was asked in C0FIRST, in round 1: U0FIRST\./)
  })

  it('tells what people did, by name and in their own words', async () => {
    await using here = await desk()
    const person = {
      id: 'U0OWNER',
      name: 'Second engineer',
      timezone: null,
      team: null,
      isBot: false,
      isGone: false,
    }
    await savePeople(here.store.db, [{ ...person, seenAt: at('2026-12-23 17:00') }])
    await here.act('2026-12-23 17:10', acknowledge)
    await here.act('2026-12-23 17:20', note('It is the gateway.\nRolled back.'))
    await here.act('2026-12-23 17:30', tellCustomer('We are at it.', at('2026-12-28 12:00')))
    const out = await here.explained('2026-12-23 18:00')
    expect(out).toContain('Acknowledged by Second engineer until')
    expect(out).toContain('Acknowledge: kept at Wed 2026-12-23 17:10; it was due Thu 2026-12-24 09:30')
    expect(out).toContain('The customer was told Mon 2026-12-28 12:00 at Wed 2026-12-23 17:30.')
    expect(out).toContain('> It is the gateway.')
    expect(out).toContain('> Rolled back.')
  })

  it('tells what pauses did', async () => {
    await using here = await desk()
    await here.act('2026-12-23 17:10', acknowledge)
    await here.act('2026-12-23 17:30', waitForCustomer)
    const waiting = await here.explained('2026-12-23 18:00')
    expect(waiting).toContain('Resolve: paused: it has no due time until the customer answers')
    expect(waiting).toContain('30 min used, 1 d 18 h left.')
    await here.act('2026-12-24 10:00', resume)
    const resumed = await here.explained('2026-12-24 10:00')
    expect(resumed).toMatch(/until Thu 2026-12-24 10:00 +waiting on the customer/)
    expect(resumed).toContain('It waited 16 h 30 min on the customer, which does not count here.')
  })

  it('explains what it can of one that can not be counted', async () => {
    await using here = await desk()
    await here.store.db.update(escalations).set({ severity: 'gone', quarantine: 'a bad row' })
    const out = await here.explained('2026-12-23 18:00')
    expect(out).toContain('The clock leaves it alone: a bad row')
    expect(out).toContain('It can\'t be counted: the policy has no severity "gone".')
  })

  it('says when there is none, or no such thing', async () => {
    await using here = await desk()
    expect(await here.run('explain', 'E-404')).toMatchObject({
      code: 1,
      err: 'There is no escalation E-404 in this database.\n',
    })
    expect(await here.run('explain', 'T-9')).toMatchObject({
      code: 2,
      err: '"T-9" is not an escalation: expected one such as E-12.\n',
    })
  })

  it('says in a sentence that the database is away', async () => {
    const { code, err } = await belay(['explain', 'E-1'], {
      DATABASE_URL: 'postgres://belay@127.0.0.1:1/belay',
    })
    expect(code).toBe(1)
    expect(err).toMatch(/^The database did not do it: .*ECONNREFUSED/)
    expect(err).not.toContain('    at ')
  })
})

describe('belay quarantine', () => {
  it('lists what the clock leaves alone, and puts it back', async () => {
    await using here = await desk()
    const reason = 'the policy has no severity "gone"'
    const stuck = { quarantine: reason, quarantinedAt: at('2026-12-24 09:00') }
    await here.store.db.update(escalations).set(stuck).where(eq(escalations.id, 1))
    const listed = await here.run('quarantine', 'list')
    expect(listed.out).toBe(`E-1  since 2026-12-24T08:00:00.000Z  ${reason}\n`)
    expect(await here.explained('2026-12-24 10:00')).toContain(
      'belay quarantine release E-1 puts it back under the clock.',
    )
    expect(await here.run('quarantine', 'release', 'E-1', 'E-7')).toMatchObject({
      code: 1,
      out: 'Back under the clock: E-1.\n',
      err: 'Not quarantined: E-7.\n',
    })
    expect((await here.run('quarantine', 'list')).out).toContain('Nothing is quarantined')
    expect((await sweepBatch(here.store, at('2026-12-24 12:00'), 10)).due).toBe(1)
  })
})

describe('belay migrate', () => {
  it('makes the tables, and changes nothing the second time', async () => {
    await using here = await desk()
    await here.store.db.$client.query(
      'drop schema public cascade; create schema public; drop schema drizzle cascade',
    )
    expect((await here.run('quarantine', 'list')).err).toBe(
      'The database has no tables of Belay yet: run belay migrate.\n',
    )
    for (let time = 1; time <= 2; time++)
      expect(await here.run('migrate')).toEqual({ code: 0, out: 'The tables are up to date.\n', err: '' })
    expect((await here.run('quarantine', 'list')).code).toBe(0)
  })
})
