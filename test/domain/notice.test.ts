import { describe, expect, it } from 'vitest'
import type { Escalation } from '#domain/escalation.ts'
import { noticesOf, targetOf, type Notice } from '#domain/notice.ts'
import { isObsolete } from '#domain/obsolete.ts'
import { acknowledge, changeSeverity, escalateNow, handOff, note, release } from '#domain/verbs.ts'
import { reopen, resolve, tellCustomer, updateTicket, waitForCustomer } from '#domain/verbs.ts'
import { Story } from '../support/stories.ts'
import { termsWith } from '../support/terms.ts'

/** Notices in short: `page C0ENG`, `direct U0SAM taken`, `line C0ENG`, `broadcast C0ENG`. */
function short(notice: Notice): string {
  switch (notice.kind) {
    case 'page':
      return `page ${[notice.channel, ...notice.mention].join(' ')}`
    case 'direct':
      return `direct ${notice.user} ${notice.about}`
    case 'line':
      return `${notice.broadcast ? 'broadcast' : 'line'} ${notice.channel}`
    case 'email':
      return `email ${notice.to}`
    case 'card':
    case 'alarm':
    case 'digest':
    case 'webhook':
      return notice.kind
  }
}
const said = (story: Story) => story.said().map(short)
const ticket = { id: 'T-1', subject: 'Checkout is down' }

describe('what is said', () => {
  const owned = () => new Story().does(escalateNow).does(acknowledge, 'U0OWN')
  it.each<[string, Story, string[]]>([
    ['it opens', new Story(), ['direct U0AGENT requested', 'page C0FRONT U0FRONT', 'direct U0FRONT asked']],
    ['a source opens it', new Story({ by: 'generic' }), ['page C0FRONT U0FRONT', 'direct U0FRONT asked']],
    ['it climbs', new Story().does(escalateNow), ['page C0ENG U0ENG S0LEADS', 'direct U0ENG asked']],
    ['a tier only mentions', new Story().does(escalateNow).does(escalateNow), ['page C0MGMT U0HEAD']],
    ['it is delivered', new Story().delivers(), []],
    ['somebody has it', owned(), ['direct U0AGENT taken', 'broadcast C0FRONT', 'broadcast C0ENG']],
    ['who asked for it has it', new Story().does(acknowledge, 'U0AGENT'), ['broadcast C0FRONT']],
    [
      'it is handed off',
      owned().does(handOff('U0KIM'), 'U0OWN'),
      ['direct U0KIM handed_off', 'direct U0AGENT taken', 'line C0ENG'],
    ],
    [
      'it is taken over',
      owned().does(handOff('U0SAM'), 'U0SAM'),
      ['direct U0OWN taken_over', 'direct U0AGENT taken', 'line C0ENG'],
    ],
    [
      'who asked for it is handed it',
      owned().does(handOff('U0AGENT'), 'U0OWN'),
      ['direct U0AGENT handed_off', 'line C0ENG'],
    ],
    [
      'it is given back',
      owned().does(release, 'U0OWN'),
      ['line C0ENG', 'page C0ENG U0ENG S0LEADS', 'direct U0ENG asked'],
    ],
    ['it is noted', owned().does(note('hm')), ['line C0ENG']],
    ['the customer is told', owned().does(tellCustomer('soon', null)), ['line C0ENG']],
    ['we wait', owned().does(waitForCustomer), ['line C0ENG']],
    ['the severity changes', owned().does(changeSeverity('high')), ['line C0ENG']],
    ['the ticket changes', owned().does(updateTicket(ticket, false)), []],
    ['somebody asks again', owned().does(updateTicket(ticket, true)), ['line C0ENG']],
    [
      'it is resolved',
      owned().does(resolve('done'), 'U0OWN'),
      ['direct U0AGENT resolved', 'broadcast C0FRONT', 'broadcast C0ENG'],
    ],
    [
      'who asked for it resolves it',
      owned().does(resolve('done'), 'U0AGENT'),
      ['broadcast C0FRONT', 'broadcast C0ENG'],
    ],
  ])('when %s', (_name, story, expected) => {
    expect(said(story)).toEqual(expected)
  })

  it('when it is reopened goes to the thread where it ended, and to the first tier', () => {
    const story = owned().does(resolve(null)).does(reopen('again'), 'U0AGENT')
    expect(said(story)).toEqual(['line C0FRONT', 'page C0FRONT U0FRONT', 'direct U0FRONT asked'])
  })

  it('when an acknowledgement lapses goes to who had it and to the tier', () => {
    const story = new Story().does(acknowledge, 'U0OWN').does(tellCustomer('soon', null)).passes('1h')
    const all = story.steps.slice(-2).flatMap((step) => step.notices.map(({ notice }) => short(notice)))
    expect(all).toEqual(
      expect.arrayContaining(['direct U0OWN lapsed', 'page C0FRONT U0FRONT', 'direct U0FRONT asked']),
    )
  })

  it('when nobody answers goes to who asked and to the fallback', () => {
    const story = new Story({ terms: termsWith({ rounds: 1 }) }).lives('45m')
    expect(said(story)).toEqual(
      expect.arrayContaining(['direct U0AGENT unanswered', 'line C0MGMT', 'page C0ADMINS U0ADMIN']),
    )
  })

  it("before the first tier was paged goes to the fallback's thread", () => {
    const gone = ['U0FRONT', 'U0ENG', 'S0LEADS', 'U0HEAD']
    expect(said(new Story({ terms: termsWith({ gone }) }).does(note('hm')))).toEqual(['line C0ADMINS'])
  })
})

describe('what the owner hears of promises', () => {
  const owned = () => new Story({ severity: 'critical' }).does(acknowledge, 'U0OWN')
  const directs = (story: Story) => said(story).filter((line) => line.startsWith('direct'))

  it('is a warning, and a miss', () => {
    expect(directs(owned().passes('45m'))).toEqual(['direct U0OWN due_soon'])
    expect(directs(owned().passes('45m').does(note('at it'), 'U0OWN').passes('15m'))).toEqual([
      'direct U0OWN missed',
    ])
  })

  it('is no warning of what is missed already', () => {
    const late = owned().sleeps('70m').does(note('at it'), 'U0OWN').sweep()
    expect(directs(late)).toEqual(['direct U0OWN missed'])
  })

  it('is nothing when they put it right themselves before anybody noticed', () => {
    expect(directs(owned().sleeps('70m').does(tellCustomer('sorry', null), 'U0OWN'))).toEqual([])
    expect(directs(owned().sleeps('70m').does(tellCustomer('sorry', null), 'U0SAM'))).toEqual([
      'direct U0OWN missed',
    ])
    expect(directs(new Story({ by: 'generic' }).sleeps('20m').does(acknowledge, 'U0LATE'))).toEqual([])
  })
})

describe('the outbox', () => {
  it('has a key for each notice, its target, and the pages first', () => {
    const story = new Story().does(escalateNow).lives('2h')
    const all = story.notices()
    for (const { notice, target } of all) expect(target).toBe(targetOf(notice))
    expect(new Set(all.map(({ key }) => key)).size).toBe(all.length)
    expect(all.map(({ key }) => key)).toContain('page:7:2:C0ENG')
  })

  it('sends the more urgent severity first, a first page before a fifth, and pages before the rest', () => {
    const priority = (severity: string, page: number, kind: string) => {
      const terms = termsWith({ rounds: 9 })
      const story = new Story({ terms, severity })
      for (let n = 1; n < page; n += 1) story.does(escalateNow)
      if (kind === 'line') story.does(note('hm'))
      return story.steps.at(-1)!.notices.find(({ notice }) => notice.kind === kind)!.priority
    }
    const order = [
      priority('critical', 1, 'page'),
      priority('critical', 5, 'page'),
      priority('high', 1, 'page'),
      priority('low', 1, 'page'),
      priority('critical', 1, 'line'),
      priority('low', 1, 'line'),
    ]
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(new Set(order).size).toBe(order.length)
  })

  it('mentions whoever is on call and mentioned once', () => {
    const story = new Story()
    const happened = story.steps[0]!.happened.find(({ event }) => event.kind === 'paged')
    if (happened?.event.kind !== 'paged') throw new Error('it was not paged')
    const asked = { ...happened.event.asked, onCall: ['U0A'], mention: ['U0A', 'S0B'] }
    const [page] = noticesOf(story.is, [{ at: story.now, event: { ...happened.event, asked } }], story.terms)
    expect(page?.notice).toMatchObject({ mention: ['U0A', 'S0B'] })
  })
})

describe('a page nobody needs any more', () => {
  const paging = new Story().does(escalateNow).is
  const inState = (changes: Partial<Escalation>): Escalation => ({ ...paging, ...changes })
  const page = (reason: Extract<Notice, { kind: 'page' }>['reason'], number = paging.rungPage): Notice => ({
    kind: 'page',
    number,
    channel: 'C0',
    tier: 'engineering',
    mention: [],
    reason,
  })
  const states = ['paging', 'acknowledged', 'unanswered', 'resolved'] as const
  it.each([
    ['the newest of the ladder', page('escalated'), [false, true, true, true]],
    ['an older one', page('opened', 1), [true, true, true, true]],
    ['that nobody answers', page('unanswered', 9), [true, true, false, true]],
    ['that nobody answers, said anew since', page('unanswered', 8), [true, true, true, true]],
    ['that a page was lost', page('undeliverable'), [false, false, false, true]],
    ['that a tier has nobody', page('nobody'), [false, true, false, true]],
    ['for a missed promise', page('missed_promise'), [false, false, false, true]],
    [
      'the direct message of the newest',
      { kind: 'direct', user: 'U0', about: 'asked', page: 2 },
      [false, true, true, true],
    ],
    [
      'the direct message of an older one',
      { kind: 'direct', user: 'U0', about: 'asked', page: 1 },
      [true, true, true, true],
    ],
    [
      'the direct message of a raise',
      { kind: 'direct', user: 'U0', about: 'raised', page: 1 },
      [false, false, false, true],
    ],
    ['news', { kind: 'direct', user: 'U0', about: 'taken' }, [false, false, false, false]],
    [
      'a line',
      { kind: 'line', channel: 'C0', entry: { version: 1, position: 0 }, broadcast: false },
      [false, false, false, false],
    ],
  ] satisfies [string, Notice, boolean[]][])('%s', (_name, notice, expected) => {
    expect(states.map((state) => isObsolete(notice, inState({ state, fallbackPage: 9 })))).toEqual(expected)
  })

  it('is not the one that nobody answers because another page was lost since', () => {
    const story = new Story({ terms: termsWith({ rounds: 1 }) }).lives('45m')
    const told = story.said().find((notice) => notice.kind === 'page')!
    expect(isObsolete(told, story.loses(3, 'C0MGMT').is)).toBe(false)
  })
})
