import { describe, expect, it } from 'vitest'
import type { Ticket } from '#domain/ticket.ts'
import { acknowledge, changeSeverity, resolve } from '#domain/verbs.ts'
import type { Message } from '#slack/blocks.ts'
import { summary } from '#slack/views/summary.ts'
import type { SummaryLine } from '#slack/views/summary.ts'
import { directOf, pageOf, sceneOf, stories } from '../../support/escalations.ts'
import { expectPicture, expectSound } from '../../support/sound.ts'
import { Story } from '../../support/stories.ts'

/** A line about the story's first page, as the escalation of this number. */
function lineOf(story: Story, id: number, ticket: Partial<Ticket> = {}): SummaryLine {
  const scene = sceneOf(story)
  const { escalation } = scene
  const renamed = { ...escalation, id, ticket: { ...escalation.ticket, ...ticket } }
  return { scene: { ...scene, escalation: renamed, links: new Map() }, notice: pageOf(story, 1) }
}

/** The same as what it is for the person who is on call. */
function directLine(story: Story, id: number): SummaryLine {
  return { ...lineOf(story, id), notice: directOf(story, 'asked') }
}

const many = (ticket: Partial<Ticket> = {}) =>
  Array.from({ length: 40 }, (_, i) => lineOf(stories.opened(), 1000 + i, ticket))

/** How many of its lines can be acknowledged. */
const presses = ({ blocks }: Message) => JSON.stringify(blocks).split('"action_id":"acknowledge"').length - 1

describe('a summary', () => {
  it('of pages mentions whom they ask once, and can be acknowledged line by line', async () => {
    const lines = [
      lineOf(stories.opened(), 12),
      lineOf(stories.opened(), 13, { subject: 'No invoices' }),
      lineOf(new Story({ severity: 'high' }), 7, { subject: 'Slow search', customer: { name: 'Beta AG' } }),
    ]
    const shown = summary(lines)
    expectSound(shown, ['U0FRONT'])
    expect(shown.text).toBe(
      '3 escalations need somebody. Asked here: <@U0FRONT>. ' +
        'frontline is asked to acknowledge by <!date^1780301700^{date_short_pretty} {time}|2026-06-01 08:15 UTC>: ' +
        'E-12 critical, Acme GmbH (enterprise): Checkout fails for all EU shoppers; ' +
        'E-13 critical, Acme GmbH (enterprise): No invoices. ' +
        'frontline is asked to acknowledge by <!date^1780302600^{date_short_pretty} {time}|2026-06-01 08:30 UTC>: ' +
        'E-7 high, Beta AG: Slow search.',
    )
    expect(JSON.stringify(shown.blocks).match(/<@U0FRONT>/g)).toHaveLength(1)
    expect(presses(shown)).toBe(3)
    await expectPicture(shown, 'summary.pages')
  })

  it('says of each line what became of it, and offers no button for what is over', async () => {
    const shown = summary([
      lineOf(stories.opened(), 1),
      lineOf(new Story().delivers().does(acknowledge, 'U0FRONT'), 2),
      lineOf(stories.climbed(), 3),
      lineOf(stories.resolved(), 4),
      lineOf(new Story().delivers().does(changeSeverity('low'), 'U0ENG'), 5),
    ])
    expectSound(shown, ['U0FRONT'])
    expect(shown.text).toContain('2 escalations need somebody.')
    expect(shown.text).toContain('Acknowledged by Frontline on call: E-2')
    expect(shown.text).toContain('engineering has been asked: E-3')
    expect(shown.text).toContain('Resolved by Frontline on call: E-4')
    expect(presses(shown)).toBe(2)
    await expectPicture(shown, 'summary.some-over')
  })

  it('in which everything is over asks for nothing', async () => {
    const shown = summary([
      lineOf(new Story().delivers().does(acknowledge, 'U0FRONT'), 2),
      lineOf(new Story().does(resolve(null), 'U0ENG'), 3),
    ])
    expect(shown.text).toMatch(/^Nothing is asked here any more\./)
    expect(presses(shown)).toBe(0)
    await expectPicture(shown, 'summary.over')
  })

  it('of direct messages speaks to the one person', async () => {
    const taken = new Story().delivers().does(acknowledge, 'U0FRONT')
    const shown = summary([
      directLine(stories.opened(), 1),
      directLine(stories.opened(), 2),
      directLine(taken, 3),
    ])
    expectSound(shown)
    expect(shown.text).toMatch(
      /^2 escalations need you\. You are asked to acknowledge by .*: E-1 critical, .*; E-2 /,
    )
    expect(JSON.stringify(shown.blocks)).toContain('You have it until')
    await expectPicture(shown, 'summary.direct')
  })

  it.each([
    ['usual tickets', {}],
    ['5,000 characters', { subject: 'x'.repeat(5000), customer: { name: 'y'.repeat(5000) } }],
  ])('of forty says in its text the severity, customer, summary and time of each: %s', (_, ticket) => {
    const shown = summary(many(ticket))
    expectSound(shown, ['U0FRONT'])
    expect(shown.blocks).toHaveLength(42)
    for (let id = 1000; id < 1040; id += 1)
      expect(shown.text).toMatch(new RegExp(`E-${id} critical, .{8,}: .{8,}`))
    expect(shown.text).toMatch(/\.$/)
  })

  it('of forty with as many deadlines still says when each is', () => {
    const lines = many().map(({ scene, notice }, i): SummaryLine => ({
      scene: { ...scene, answerBy: new Date(Number(scene.now) + (i + 1) * 60_000) },
      notice,
    }))
    const shown = summary(lines)
    expectSound(shown, ['U0FRONT'])
    for (let i = 0; i < 40; i += 1)
      expect(shown.text).toContain(
        `frontline, by 2026-06-01 08:${String(i + 1).padStart(2, '0')} UTC: E-${1000 + i} critical, `,
      )
  })
})
