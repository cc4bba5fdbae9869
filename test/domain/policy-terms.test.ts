import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { hoursOf, onCallNow, termsOf, type People } from '#domain/policy-terms.ts'
import { PolicyDocument, versionOf } from '#domain/policy.ts'
import { lapseAfter, waitAfter } from '#domain/terms.ts'
import { acknowledge } from '#domain/verbs.ts'
import { monday, Story } from '../support/stories.ts'
import { at, shown } from './wall.ts'

const written = parse(readFileSync(new URL('../../belay.example.yml', import.meta.url), 'utf8'))
const example = PolicyDocument.parse({ ...written, sources: {} })
const version = versionOf(example)
const people = (changes: Partial<People> = {}): People => ({ live: example, gone: new Set(), ...changes })
const terms = (policy = 'default', changes: Partial<People> = {}) => termsOf(version, policy, people(changes))

describe('the ladder', () => {
  it("is the policy's, and a tier has as long as it says, else as long as the severity has", () => {
    const { ladder, rounds } = terms('vip')
    expect(ladder.map(({ tier, wait }) => [tier, wait('critical'), wait('high'), wait('low')])).toEqual([
      ['frontline', '5m', '10m', '4h'],
      ['engineering', '10m', '10m', '10m'],
      ['management', '15m', '15m', '15m'],
    ])
    expect(rounds).toBe(3)
    expect(terms('vip').missedPromise).toEqual(['management'])
  })

  it('is empty for a policy that is not there: the fallback hears it at once', () => {
    const story = new Story({ terms: terms('gone') })
    expect(story.news()).toEqual(['0 opened U0AGENT', '0 unanswered', '0 fallback_told unanswered'])
  })
})

describe('severities', () => {
  it('are ordered by their urgency; one that is not there comes last', () => {
    const { urgency, hasSeverity } = terms()
    expect(['critical', 'high', 'normal', 'low', 'sev0'].map(urgency)).toEqual([0, 1, 2, 3, 4])
    expect(['critical', 'sev0'].map(hasSeverity)).toEqual([true, false])
    expect(() => terms().severity('sev0')).toThrow(RangeError)
  })

  it('count on their own hours', () => {
    expect(terms().severity('critical').hours).toBe('always')
    expect(shown(lapseAfter(terms(), 'high', at('2026-06-01 17:00')))).toBe('2026-06-02 11:30')
    expect(shown(waitAfter(terms(), 0, 'high', at('2026-06-01 17:45')))).toBe('2026-06-02 08:45')
    expect(waitAfter(terms(), 9, 'high', monday)).toEqual(monday)
    expect(hoursOf(version, 'office')).toBe(hoursOf(version, 'office'))
    expect(() => hoursOf(version, 'nights')).toThrow('the policy has no hours calendar "nights"')
  })
})

describe('who is asked', () => {
  it('is who is on call at that instant, in the channel of the tier', () => {
    const { asked } = terms()
    const noon = asked('engineering', new Date('2026-06-01T12:00:00Z')).onCall
    const later = asked('engineering', new Date('2026-06-01T15:00:00Z')).onCall
    expect([...noon, ...later].toSorted()).toEqual(['U0ENG1', 'U0ENG2'])
    expect(asked('engineering', monday)).toMatchObject({
      tier: 'engineering',
      channel: 'C0ENG',
      mention: ['S0ENGLEADS'],
    })
  })

  it('is nobody who is gone', () => {
    const gone = new Set(['U0FRONT1', 'U0FRONT2', 'U0FRONT3', 'U0HEAD'])
    expect(terms('default', { gone }).asked('frontline', monday).onCall).toEqual([])
    expect(terms('default', { gone }).asked('management', monday).mention).toEqual([])
    expect(terms('default', { gone }).fallback).toMatchObject({ channel: 'C0ADMINS', mention: [] })
  })

  it('is who is on call by the policy of today, on the ladder of then', () => {
    const rotation = { ...example.rotations['frontline']!, people: ['U0NEW'] }
    const live = { ...example, rotations: { frontline: rotation }, fallback: { channel: 'C0NEW' }, tiers: {} }
    const mixed = terms('default', { live })
    expect(mixed.asked('frontline', monday)).toEqual({
      tier: 'frontline',
      channel: 'C0FRONT',
      onCall: ['U0NEW'],
      mention: [],
    })
    expect(mixed.asked('engineering', monday).onCall).toHaveLength(1)
    expect(mixed.fallback.channel).toBe('C0NEW')
  })

  it('is expected of a tier with people, even of a rotation that is gone', () => {
    const tiers = { ...version.tiers, wall: { channel: 'C0WALL', on_call: [], mention: [] } }
    const { expectsPeople } = termsOf({ ...version, tiers }, 'default', people())
    expect(['frontline', 'management', 'wall', 'unheard'].map(expectsPeople)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  it('of a tier that is not there is the fallback', () => {
    expect(terms().asked('unheard', monday)).toEqual({
      tier: 'unheard',
      channel: 'C0ADMINS',
      onCall: [],
      mention: [],
    })
  })

  it('twice on call is asked once', () => {
    const rotation = { ...example.rotations['frontline']!, people: ['U0ONE'] }
    const tiers = { frontline: { channel: 'C0FRONT', on_call: ['a', 'b'], mention: [] } }
    const live = { ...example, rotations: { a: rotation, b: rotation } }
    const found = termsOf({ ...version, tiers }, 'default', people({ live })).asked('frontline', monday)
    expect(found.onCall).toEqual(['U0ONE'])
  })

  it('now, with the end of the shift', () => {
    expect(onCallNow(example, 'frontline', monday)).toMatchObject({ until: at('2026-06-08 09:00') })
    expect(onCallNow(example, 'unheard', monday)).toBeNull()
  })
})

it('the example carries a customer through a Monday', () => {
  const story = new Story({ terms: terms('vip') }).delivers().later()
  const news = story.lives('30m').does(acknowledge, 'U0HEAD').lives('30m').news()
  expect(news.filter((line) => !line.includes('delivered'))).toEqual([
    '5m paged engineering no_answer',
    '11m 15s promise_warned acknowledge',
    '15m promise_breached acknowledge',
    '15m paged management no_answer',
    '30m paged frontline no_answer',
    '30m acknowledged U0HEAD',
    '45m promise_warned update',
    '1h promise_breached update',
    '1h raised management update',
  ])
})
