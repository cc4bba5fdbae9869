import { describe, expect, it } from 'vitest'
import { asksNobody, climbTo, nextPlace, placeOf, tellFallback, type Place } from '#domain/ladder.ts'
import { monday, Story } from '../support/stories.ts'
import { termsWith } from '../support/terms.ts'

describe('the next place', () => {
  it('is the next rung, then the first of the next round, until all rounds are spent', () => {
    const terms = termsWith({ rounds: 2 })
    const way: Place[] = []
    for (let at: Place | null = { round: 1, rung: 0 }; at; at = nextPlace(at, terms)) way.push(at)
    expect(way.map(({ round, rung }) => `${round}.${rung}`)).toEqual([
      '1.0',
      '1.1',
      '1.2',
      '2.0',
      '2.1',
      '2.2',
    ])
  })

  it('is nowhere on a ladder without rungs, once its rounds are spent', () => {
    expect(nextPlace({ round: 1, rung: 0 }, termsWith({ ladder: [], rounds: 1 }))).toBeNull()
  })
})

describe('climbing', () => {
  const { is } = new Story()
  const climb = (terms = termsWith(), by?: string, place: Place | null = { round: 1, rung: 0 }) =>
    climbTo(is, place, terms, monday, { reason: 'escalated', ...(by !== undefined && { by }) }).map(
      ({ event }) => event,
    )

  it('leaves out whoever acted, who knows already', () => {
    const [paged] = climb(termsWith({ ladder: ['engineering'] }), 'U0ENG')
    expect(paged).toMatchObject({ kind: 'paged', asked: { onCall: [], mention: ['S0LEADS'] } })
  })

  it('asks whoever acted when they alone can be asked', () => {
    expect(climb(termsWith(), 'U0FRONT')).toMatchObject([{ kind: 'paged', asked: { onCall: ['U0FRONT'] } }])
  })

  it('to nowhere is unanswered, and the fallback hears it', () => {
    const told = { kind: 'fallback_told', reason: 'unanswered', channel: 'C0ADMINS', mention: ['U0ADMIN'] }
    expect(climb(termsWith(), undefined, null)).toMatchObject([
      { kind: 'unanswered' },
      { ...told, number: 2 },
    ])
  })

  it('on a ladder without rungs is unanswered too', () => {
    expect(climb(termsWith({ ladder: [] })).map(({ kind }) => kind)).toEqual(['unanswered', 'fallback_told'])
  })

  it('names each skipped tier once to the fallback', () => {
    const events = climb(termsWith({ ladder: ['frontline', 'frontline', 'engineering'], gone: ['U0FRONT'] }))
    expect(events).toMatchObject([
      { kind: 'tier_skipped', rung: 0 },
      { kind: 'tier_skipped', rung: 1 },
      { kind: 'fallback_told', number: 2, detail: 'frontline' },
      { kind: 'paged', number: 3, rung: 2 },
    ])
  })

  it('stands where the last page went', () => {
    expect(placeOf(is)).toEqual({ round: 1, rung: 0 })
  })
})

it('a tier that is only a channel asks whoever reads there', () => {
  const terms = termsWith()
  const asked = (tier: string) => ({ tier, channel: 'C0', onCall: [], mention: [] })
  expect(asksNobody(asked('wall'), terms)).toBe(false)
  expect(asksNobody(asked('frontline'), terms)).toBe(true)
  expect(asksNobody({ ...asked('frontline'), mention: ['S0LEADS'] }, terms)).toBe(false)
})

it('a page to the fallback is numbered like any other', () => {
  expect(tellFallback({ page: 4 }, termsWith(), 'undeliverable', 'C0FRONT')).toMatchObject({
    number: 5,
    detail: 'C0FRONT',
  })
  expect(tellFallback({ page: 4 }, termsWith(), 'unanswered')).not.toHaveProperty('detail')
})
