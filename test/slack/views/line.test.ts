import { describe, expect, it } from 'vitest'
import type { EventKind } from '#domain/escalation.ts'
import { updateTicket } from '#domain/verbs.ts'
import { line } from '#slack/views/line.ts'
import { bareTicket, eventOf, sceneOf, stories } from '../../support/escalations.ts'
import type { Story } from '../../support/stories.ts'
import { expectPicture, expectSound } from '../../support/sound.ts'

/** Every kind that a thread is told of, and a story in which it happens. */
const told = {
  raised: stories.missed,
  tier_skipped: stories.nobody,
  page_undeliverable: stories.undeliverable,
  unanswered: stories.unanswered,
  acknowledged: stories.acknowledged,
  lapsed: stories.lapsed,
  released: stories.released,
  handed_off: stories.handedOff,
  noted: stories.noted,
  customer_told: stories.told,
  waiting: stories.waiting,
  resumed: stories.resumed,
  severity_changed: stories.lowered,
  promise_breached: stories.missed,
  resolved: stories.resolved,
  reopened: stories.reopened,
  ticket_updated: () => stories.paging().does(updateTicket(bareTicket, true), 'generic'),
} satisfies Partial<Record<EventKind, () => Story>>

describe('a line in the thread', () => {
  it.each(Object.entries(told))('that it was %s', async (kind, tell) => {
    const story = tell()
    const { at, event } = eventOf(story, kind as EventKind)
    const shown = line(sceneOf(story), event, at)
    expectSound(shown)
    await expectPicture(shown, `line.${kind}`)
  })

  it('names whoever acted in plain text, and says until when', () => {
    const story = stories.acknowledged()
    const { at, event } = eventOf(story, 'acknowledged')
    expect(line(sceneOf(story), event, at).text).toBe(
      'E-7 (Acme GmbH: Checkout fails for all EU shoppers): Frontline on call has it until ' +
        '<!date^1780304700^{date_short_pretty} {time}|2026-06-01 09:05 UTC>.',
    )
  })

  it('that comes late says when it happened', () => {
    const story = stories.released()
    const { at, event } = eventOf(story, 'released')
    const late = sceneOf(story, { now: new Date(Number(at) + 600_000) })
    expect(line(late, event, at).text).toMatch(/^Frontline on call gave it back\. \(<!date\^\d+\^/)
  })
})
