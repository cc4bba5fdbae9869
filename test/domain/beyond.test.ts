import { expect, it } from 'vitest'
import { acknowledge, pageLate, pageUndeliverable, resolve } from '#domain/verbs.ts'
import type { Notice } from '#domain/notice.ts'
import { isObsolete } from '#domain/obsolete.ts'
import { eventOf, pageOf } from '../support/escalations.ts'
import { Story } from '../support/stories.ts'
import { termsWith } from '../support/terms.ts'

const email = ['oncall@example.com', 'boss@example.com']
const reachable = termsWith({ email })

/** Whom the newest change tells beyond Slack: `email boss@example.com unanswered`, `webhook late`. */
function beyond(story: Story): string[] {
  return story.said().flatMap((notice) => {
    if (notice.kind !== 'email' && notice.kind !== 'webhook') return []
    const why = notice.cause.isLate ? 'late' : notice.cause.reason
    return [`${notice.kind === 'email' ? `email ${notice.to}` : 'webhook'} ${why}`]
  })
}

const everybody = (why: string) => [
  `email oncall@example.com ${why}`,
  `email boss@example.com ${why}`,
  `webhook ${why}`,
]

it.each([
  ['unanswered', new Story({ terms: reachable }).lives('90m')],
  ['unanswered', new Story({ terms: reachable }).lives('120m')],
  ['undeliverable', new Story({ terms: reachable }).loses()],
  ['nobody', new Story({ terms: termsWith({ email, gone: ['U0FRONT'] }) })],
])('whenever the fallback is told that it is %s, everybody beyond Slack is', (why, story) => {
  expect(beyond(story)).toEqual(everybody(why))
  const page = story.notices().findLast(({ notice }) => notice.kind === 'page' && notice.tier === null)
  expect(page?.notice).toMatchObject({ beyond: ['email', 'webhook'] })
})

it('nobody is told where the policy has no way beyond Slack', () => {
  const story = new Story().loses()
  expect(beyond(story)).toEqual([])
  expect(story.said().find(({ kind }) => kind === 'page')).not.toHaveProperty('beyond')
})

it('a page that is late is told beyond Slack, by keys of its own', () => {
  const story = new Story({ terms: reachable }).sleeps('1m')
  story.does(pageLate(pageOf(story, 1)), 'belay')
  expect(beyond(story)).toEqual(everybody('late'))
  expect(story.news().at(-1)).toBe('1m page_fell_back')
  const keys = story.steps.at(-1)?.notices.map(({ key }) => key)
  expect(keys).toEqual(['email:7:1:oncall@example.com', 'email:7:1:boss@example.com', 'webhook:7:1'])
})

it('a page that is late although nobody needs it any more is told to nobody', () => {
  const story = new Story({ terms: reachable }).does(acknowledge).later()
  story.does(pageLate(pageOf(story, 1)), 'belay')
  expect(story.news()).toEqual([])
})

it("when the fallback's own channel is lost, those beyond Slack are told, once", () => {
  const lost = (isToldBeyond: boolean) =>
    new Story({ terms: reachable }).does(pageUndeliverable(3, 'C0ADMINS', 'is_archived', isToldBeyond))
  expect(beyond(lost(false))).toEqual(everybody('undeliverable'))
  expect(beyond(lost(true))).toEqual([])
})

it('what is told beyond Slack is needed for as long as its page is', () => {
  const story = new Story({ terms: reachable }).lives('90m')
  const [notice] = story.said().filter(({ kind }) => kind === 'webhook') as [Notice]
  expect(isObsolete(notice, story.is)).toBe(false)
  expect(isObsolete(notice, story.does(acknowledge).is)).toBe(true)
  const late = new Story({ terms: reachable }).sleeps('1m')
  late.does(pageLate(pageOf(late, 1)), 'belay')
  const [about] = late.said() as [Notice]
  expect([isObsolete(about, late.is), isObsolete(about, late.does(resolve(null)).is)]).toEqual([false, true])
})

it('a raise that asks the fallback in the place of a tier carries no addresses', () => {
  const gone = ['U0MANAGER']
  const story = new Story({ terms: termsWith({ email, gone, missedPromise: ['manager'] }) }).delivers()
  story.does(acknowledge).passes('61m')
  const asked = { tier: 'manager', channel: 'C0ADMINS', onCall: [], mention: ['U0ADMIN'] }
  expect(eventOf(story, 'raised').event.asked).toEqual(asked)
})
