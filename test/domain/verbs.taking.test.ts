import { describe, expect, it } from 'vitest'
import { addMs, hourMs } from '#domain/time.ts'
import { acknowledge, changeSeverity, escalateNow, handOff, note, pageDelivered } from '#domain/verbs.ts'
import { release, reply, tellCustomer, updateTicket, waitForCustomer } from '#domain/verbs.ts'
import type { Verb } from '#domain/verbs.ts'
import { Story, monday } from '../support/stories.ts'
import { termsWith } from '../support/terms.ts'

const inHours = (hours: number) => addMs(monday, hours * hourMs)

describe('acknowledge', () => {
  it('gives it to whoever asks, until the lapse of the severity, and keeps the promise', () => {
    const story = new Story().delivers().sleeps('5m').does(acknowledge, 'U0SAM')
    expect(story.is).toMatchObject({
      state: 'acknowledged',
      owner: 'U0SAM',
      acknowledgedAt: story.now,
      waitUntil: null,
    })
    expect(story.since(story.is.lapseAt)).toBe('1h 5m')
    expect(story.owes('acknowledge')).toEqual({ due: '15m', kept: '5m', broken: 'never' })
  })

  it('works from an old card: whoever wants it and can have it, has it', () => {
    const story = new Story().delivers()
    const seen = story.is.version
    expect(story.passes('15m').tries(acknowledge, 'U0FRONT', seen)).toBeNull()
  })

  it('tells the second of two who it is and until when', () => {
    const story = new Story().does(acknowledge, 'U0OWN')
    expect(story.tries(acknowledge, 'U0SAM')).toEqual({
      kind: 'already_taken',
      owner: 'U0OWN',
      until: inHours(1),
    })
    expect(story.tries(acknowledge, 'U0OWN')).toEqual({ kind: 'already_yours', until: inHours(1) })
  })

  it('after the time, before the clock looked, keeps a promise that was broken', () => {
    const story = new Story().later().sleeps('20m').does(acknowledge)
    expect(story.news()).toEqual([
      '11m 15s promise_warned acknowledge',
      '15m promise_breached acknowledge',
      '20m acknowledged U0SAM',
    ])
    expect(story.owes('acknowledge')).toEqual({ due: '15m', kept: '20m', broken: '15m' })
  })

  it('at the very instant that it was due is too late, as it is when the clock looked first', () => {
    const story = new Story().sleeps('15m').does(acknowledge)
    expect(story.owes('acknowledge').broken).toBe('15m')
  })
})

describe('escalate now', () => {
  it('goes from place to place, from round to round, and stops at the last', () => {
    const story = new Story().later()
    for (let n = 0; n < 5; n += 1) story.does(escalateNow)
    const paged = ['engineering', 'management', 'frontline', 'engineering', 'management']
    expect(story.news()).toEqual(paged.map((tier) => `0 paged ${tier} escalated`))
    expect(story.tries(escalateNow)).toEqual({ kind: 'no_next_tier' })
    expect(story.is).toMatchObject({ state: 'paging', round: 2, tier: 2, page: 6, rungPage: 6 })
  })

  it('at the last place leaves it with its owner', () => {
    const story = new Story({ terms: termsWith({ ladder: ['frontline'], rounds: 1 }) }).does(
      acknowledge,
      'U0OWN',
    )
    expect(story.tries(escalateNow)).toEqual({ kind: 'no_next_tier' })
    expect(story.is.owner).toBe('U0OWN')
  })

  it('leaves it with its owner when nobody is left to page', () => {
    const terms = termsWith({ rounds: 1, gone: ['U0ENG', 'S0LEADS', 'U0HEAD'] })
    const story = new Story({ terms }).does(acknowledge, 'U0OWN')
    expect(story.tries(escalateNow)).toEqual({ kind: 'no_next_tier' })
    expect(story.is.owner).toBe('U0OWN')
  })

  it('takes it from its owner, and does not undo that the acknowledgement was in time', () => {
    const story = new Story().does(acknowledge, 'U0OWN').sleeps('30m').does(escalateNow, 'U0OWN')
    expect(story.is).toMatchObject({
      state: 'paging',
      owner: null,
      acknowledgedAt: null,
      lapseAt: null,
      tier: 1,
    })
    expect(story.owes('acknowledge').kept).toBe('0')
  })

  it('is one page when it is pressed twice on one card', () => {
    const story = new Story()
    const seen = story.is.version
    expect(story.tries(escalateNow, 'U0SAM', seen)).toBeNull()
    expect(story.tries(escalateNow, 'U0KIM', seen)).toEqual({ kind: 'out_of_date' })
    expect(story.is.tier).toBe(1)
  })

  it.each<[string, (story: Story) => Story, boolean]>([
    ['the page was delivered', (story) => story.delivers(), false],
    ['somebody noted something', (story) => story.does(note('hm')), false],
    ['the customer was told', (story) => story.does(tellCustomer('soon', null)), false],
    [
      'the ticket changed',
      (story) => story.does(updateTicket({ id: 'T-1', subject: 'Worse' }, false)),
      false,
    ],
    ["it is somebody else's", (story) => story.does(acknowledge, 'U0KIM'), true],
    ['the severity changed', (story) => story.does(changeSeverity('high')), true],
    ['we wait for the customer', (story) => story.does(waitForCustomer), true],
    ['the next tier was paged', (story) => story.delivers().passes('15m'), true],
  ])('on a card from before %s', (_name, since, outOfDate) => {
    const story = new Story()
    const seen = story.is.version
    expect(since(story).tries(escalateNow, 'U0SAM', seen)?.kind).toBe(outOfDate ? 'out_of_date' : undefined)
  })
})

describe('hand off and release', () => {
  it('gives it to somebody by name with a full lapse, and says from whom', () => {
    const story = new Story()
      .does(acknowledge, 'U0OWN')
      .sleeps('40m')
      .does(handOff('U0KIM', 'payments'), 'U0OWN')
    expect(story.is).toMatchObject({ owner: 'U0KIM', acknowledgedAt: story.now })
    expect(story.since(story.is.lapseAt)).toBe('1h 40m')
    const event = {
      kind: 'handed_off',
      by: 'U0OWN',
      from: 'U0OWN',
      to: 'U0KIM',
      note: 'payments',
      until: story.is.lapseAt,
    }
    expect(story.steps.at(-1)?.happened).toEqual([{ at: story.now, event }])
  })

  it('of what nobody had keeps the promise to acknowledge', () => {
    const story = new Story().does(handOff('U0KIM'))
    expect(story.owes('acknowledge').kept).toBe('0')
  })

  it('gives it back to the tier where it was taken, which has its whole time again', () => {
    const story = new Story()
      .does(escalateNow)
      .does(acknowledge, 'U0ENG')
      .sleeps('20m')
      .later()
      .does(release, 'U0ENG')
    expect(story.news()).toEqual(['20m released U0ENG', '20m paged engineering released'])
    expect(story.is).toMatchObject({ state: 'paging', owner: null, tier: 1, waitUntil: null })
    expect(story.tries(release, 'U0ENG')).toEqual({ kind: 'not_yours', owner: null })
  })
})

describe('small things', () => {
  it("a reply renews only the owner's acknowledgement", () => {
    const story = new Story()
      .does(acknowledge, 'U0OWN')
      .sleeps('30m')
      .does(reply, 'U0SAM')
      .does(reply, 'U0OWN')
    expect(story.since(story.is.lapseAt)).toBe('1h 30m')
  })

  it('a reply that is heard of late counts from when it was written, and never shortens what was renewed since', () => {
    const story = new Story().does(acknowledge, 'U0OWN').sleeps('20m')
    const writtenAt = story.now
    const asOfThen: Verb = (escalation, terms, who) => reply(escalation, terms, who, writtenAt)
    story.sleeps('30m').does(asOfThen, 'U0OWN')
    expect(story.since(story.is.lapseAt)).toBe('1h 20m')
    story.does(note('Nearly there'), 'U0OWN').does(asOfThen, 'U0OWN')
    expect(story.since(story.is.lapseAt)).toBe('1h 50m')
    expect(story.news().slice(-2)).toEqual(['20m replied U0OWN', '50m noted U0OWN'])
  })

  it('the time of a tier starts with the newest page, not with an older one', () => {
    const story = new Story().does(escalateNow).does(pageDelivered(1, 'C0FRONT'), 'belay')
    expect(story.is.waitUntil).toBeNull()
    expect(story.steps.at(-1)?.happened).toMatchObject([
      { event: { kind: 'page_delivered', waitUntil: null } },
    ])
    expect(story.does(pageDelivered(2, 'C0ENG'), 'belay').since(story.is.waitUntil)).toBe('15m')
  })
})
