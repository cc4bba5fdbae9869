import { expect, it } from 'vitest'
import { factsOf } from '#fallback/facts.ts'
import { timeline } from '#store/schema.ts'
import { later, start, testStore } from '../support/store.ts'

it('what nobody answers for weeks is told with whom was asked last, and with no more', async () => {
  await using desk = await testStore()
  const { db } = desk.store
  const escalation = await desk.open('T-1')
  const why = { channel: 'C0ADMINS', reason: 'unanswered' } as const
  const kind = 'fallback_told' as const
  const reminders = Array.from({ length: 1000 }, (_, i) => ({
    escalation: escalation.id,
    version: i + 2,
    position: 0,
    at: later(30 * (i + 1)),
    notedAt: start,
    kind,
    event: { kind, number: i + 2, mention: ['U0SAM'], ...why },
  }))
  await db.insert(timeline).values(reminders)
  const cause = { number: 1001, tier: null, isLate: false, ...why }
  const { asked } = await factsOf(db, () => null, { cause, escalation })
  expect(asked).toHaveLength(50)
  expect(asked.at(-1)).toEqual({ at: later(30_000), tier: null, channel: 'C0ADMINS', people: ['U0SAM'] })
})
