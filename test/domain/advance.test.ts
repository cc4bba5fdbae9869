import { describe, expect, it } from 'vitest'
import { advance } from '#domain/advance.ts'
import { apply } from '#domain/apply.ts'
import {
  acknowledge,
  escalateNow,
  note,
  pageDelivered,
  resolve,
  tellCustomer,
  waitForCustomer,
} from '#domain/verbs.ts'
import { Story } from '../support/stories.ts'
import { termsWith } from '../support/terms.ts'

describe('nobody answers', () => {
  it('climbs from tier to tier, goes round once more, and tells the fallback', () => {
    const story = new Story().later().lives('90m')
    expect(
      story.news().filter((line) => !line.includes('promise_') && !line.includes('page_delivered')),
    ).toEqual([
      '15m paged engineering no_answer',
      '30m paged management no_answer',
      '45m paged frontline no_answer',
      '1h paged engineering no_answer',
      '1h 15m paged management no_answer',
      '1h 30m unanswered',
      '1h 30m fallback_told unanswered',
    ])
    expect(story.is).toMatchObject({ state: 'unanswered', owner: null, waitUntil: null, round: 2, tier: 2 })
  })

  it('gives each tier the time that its policy says', () => {
    const story = new Story({ terms: termsWith({ waits: { frontline: '5m', engineering: '10m' } }) })
    story.later().lives('20m')
    expect(story.news().filter((line) => line.includes('paged'))).toEqual([
      '5m paged engineering no_answer',
      '15m paged management no_answer',
    ])
  })

  it('reminds the fallback every 30 minutes, until somebody has it', () => {
    const story = new Story({ terms: termsWith({ rounds: 1 }) }).lives('45m').later().lives('70m')
    const told = story.news().filter((line) => /reminded|fallback/.test(line))
    expect(told).toEqual([
      '1h 15m reminded',
      '1h 15m fallback_told unanswered',
      '1h 45m reminded',
      '1h 45m fallback_told unanswered',
    ])
    story.does(acknowledge).later().lives('50m')
    expect(story.news()).toEqual([])
    expect(story.is).toMatchObject({ state: 'acknowledged', remindAt: null })
  })

  it('reminds once after a long downtime, and again 30 minutes from then', () => {
    const story = new Story({ terms: termsWith({ rounds: 1 }) }).lives('45m').passes('6h').later()
    expect(story.is.remindAt).toEqual(new Date(Number(story.now) + 30 * 60_000))
    expect(story.passes('29m').news()).toEqual([])
    expect(story.passes('1m').news()).toEqual(['7h 15m reminded', '7h 15m fallback_told unanswered'])
  })
})

describe('the time of a tier', () => {
  it('starts when its page is delivered', () => {
    const story = new Story().sleeps('40s').delivers()
    expect(story.since(story.is.waitFrom)).toBe('40s')
    expect(story.since(story.is.waitUntil)).toBe('15m 40s')
    expect(story.since(story.is.wakeAt)).toBe('11m 15s') // the warning of the acknowledgement comes first
  })

  it('starts 60 s after the page was decided when it was not delivered by then', () => {
    const story = new Story().later()
    expect(story.passes('59s').news()).toEqual([])
    expect(story.passes('1s').news()).toEqual(['1m wait_started'])
    expect(story.since(story.is.waitUntil)).toBe('16m')
  })

  it('is not started twice by a page that arrives late', () => {
    const story = new Story().passes('60s').sleeps('5m').does(pageDelivered(1, 'C0FRONT'), 'belay')
    expect(story.since(story.is.waitUntil)).toBe('16m')
  })

  it('is not over before anybody was asked, however long the clock stood still', () => {
    const story = new Story().later().passes('3h')
    expect(story.news().filter((line) => !line.includes('promise_'))).toEqual(['3h wait_started'])
    expect(story.is).toMatchObject({ state: 'paging', tier: 0, rungPage: 1 })
    expect(story.passes('15m').news()).toEqual(['3h 15m paged engineering no_answer'])
  })

  it('is one rung after an hour of downtime, with one page to that rung', () => {
    const story = new Story().delivers().later().passes('1h')
    expect(story.news().filter((line) => line.includes('paged'))).toEqual(['1h paged engineering no_answer'])
    expect(story.is).toMatchObject({ tier: 1, waitUntil: null })
  })

  it('is over at once when its page can never arrive', () => {
    const story = new Story().later().sleeps('3s').loses().sweep()
    expect(story.news()).toEqual([
      '3s page_undeliverable',
      '3s fallback_told undeliverable C0FRONT',
      '3s paged engineering no_answer',
    ])
  })

  it('does not end because an older page can never arrive', () => {
    const story = new Story().delivers().does(escalateNow).later().sleeps('3s').loses(1, 'C0FRONT').sweep()
    expect(story.news()).toEqual(['3s page_undeliverable', '3s fallback_told undeliverable C0FRONT'])
    expect(story.is).toMatchObject({ tier: 1, rungPage: 2, waitUntil: null })
  })

  it('tells nobody when the fallback itself cannot be reached', () => {
    const story = new Story({ terms: termsWith({ rounds: 1 }) }).lives('45m').later()
    expect(story.loses(story.is.fallbackPage, 'C0ADMINS').news()).toEqual(['45m page_undeliverable'])
  })
})

describe('a tier that resolves to nobody', () => {
  it('is skipped at once, and the fallback is told', () => {
    const story = new Story({ terms: termsWith({ gone: ['U0FRONT'] }) })
    expect(story.news()).toEqual([
      '0 opened U0AGENT',
      '0 tier_skipped frontline',
      '0 fallback_told nobody frontline',
      '0 paged engineering opened',
    ])
    expect(story.is).toMatchObject({ round: 1, tier: 1, page: 2, rungPage: 2, home: 'C0ENG' })
  })

  it('is told of once when several are skipped', () => {
    const story = new Story({ terms: termsWith({ gone: ['U0ENG', 'S0LEADS', 'U0HEAD'], rounds: 2 }) })
    expect(story.delivers().later().passes('15m').news().slice(-4)).toEqual([
      '15m tier_skipped engineering',
      '15m tier_skipped management',
      '15m fallback_told nobody engineering, management',
      '15m paged frontline no_answer',
    ])
    expect(story.is.round).toBe(2)
  })

  it('leaves the escalation unanswered when no tier is left, however many rounds there are', () => {
    const gone = ['U0FRONT', 'U0ENG', 'S0LEADS', 'U0HEAD']
    const story = new Story({ terms: termsWith({ gone, rounds: 50_000 }) })
    expect(story.news()).toEqual([
      '0 opened U0AGENT',
      '0 tier_skipped frontline',
      '0 tier_skipped engineering',
      '0 tier_skipped management',
      '0 fallback_told nobody frontline, engineering, management',
      '0 unanswered',
      '0 fallback_told unanswered',
    ])
    expect(story.is).toMatchObject({ state: 'unanswered', page: 2, fallbackPage: 2, home: 'C0ADMINS' })
    expect(story.does(acknowledge).is.owner).toBe('U0SAM')
  })

  it('is not one that is only a channel', () => {
    const story = new Story({ terms: termsWith({ ladder: ['wall', 'engineering'] }) })
    expect(story.news()).toEqual(['0 opened U0AGENT', '0 paged wall opened'])
  })
})

describe('an acknowledgement', () => {
  it('lapses without activity: its tier is asked again, and it climbs from there', () => {
    const story = new Story().delivers().does(escalateNow).delivers().does(acknowledge, 'U0ENG').later()
    const news = story.does(tellCustomer('soon', null), 'U0SAM').lives('75m').news()
    expect(news.filter((line) => /lapsed|paged/.test(line))).toEqual([
      '1h lapsed U0ENG',
      '1h paged engineering lapsed',
      '1h 15m paged management no_answer',
    ])
  })

  it('holds on as long as the owner is at work', () => {
    const story = new Story().does(acknowledge, 'U0OWN')
    for (let n = 0; n < 5; n += 1) story.passes('50m').does(note('still at it'), 'U0OWN')
    expect(story.is).toMatchObject({ state: 'acknowledged', owner: 'U0OWN' })
    expect(story.since(story.is.lapseAt)).toBe('5h 10m')
  })

  it("of a person whom somebody else's note does not renew", () => {
    const story = new Story().does(acknowledge, 'U0OWN').passes('50m').does(note('any news?'), 'U0SAM')
    expect(story.since(story.is.lapseAt)).toBe('1h')
  })

  it('does not lapse while we wait for the customer, until the 30 days are over', () => {
    const story = new Story().does(acknowledge, 'U0OWN').does(waitForCustomer, 'U0OWN').later()
    story.lives('29d')
    expect(story.news()).toEqual(['22d 12h promise_warned thirtyDays'])
    expect(story.lives('1d').news()).toEqual([
      '30d promise_breached thirtyDays',
      '30d lapsed U0OWN',
      '30d paged frontline lapsed',
      '30d page_delivered',
    ])
    expect(story.does(acknowledge, 'U0OWN').is.wakeAt).toEqual(story.is.lapseAt)
  })

  it('is asked for where it was given, after all rounds are spent too', () => {
    const story = new Story({ terms: termsWith({ rounds: 1 }) }).lives('45m').does(acknowledge).later()
    const news = story.lives('75m').news()
    expect(news.filter((line) => /lapsed|paged|unanswered/.test(line))).toEqual([
      '1h 45m lapsed U0SAM',
      '1h 45m paged management lapsed',
      '2h unanswered',
      '2h fallback_told unanswered',
    ])
  })
})

describe('what is over', () => {
  it('is left alone by the clock', () => {
    const story = new Story().does(resolve(null)).later()
    expect(story.is.wakeAt).toBeNull()
    expect(story.passes('90d').news()).toEqual([])
    expect(advance(story.is, story.terms, story.now)).toEqual([])
  })

  it('takes any event, because what was written must stay readable', () => {
    const story = new Story().lives('2h').does(resolve(null))
    for (const { happened } of story.steps)
      for (const { at, event } of happened) expect(() => apply(story.is, event, at)).not.toThrow()
  })
})
