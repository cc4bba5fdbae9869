import { describe, expect, it } from 'vitest'
import { card } from '#slack/views/card.ts'
import type { Message } from '#slack/blocks.ts'
import {
  bareTicket,
  fate,
  pageOf,
  sceneOf,
  stories,
  beyondFate,
  fellBack,
} from '../../support/escalations.ts'
import { expectPicture, expectSound } from '../../support/sound.ts'

/** The labels of a card's buttons, in order. */
function buttons({ blocks }: Message): string[] {
  const row = blocks.find((block) => block.type === 'actions')
  return (row?.elements ?? []).flatMap((element) =>
    element.type === 'button' ? [element.text.text] : element.type === 'overflow' ? ['More'] : [],
  )
}

/** What is behind More. */
function entries({ blocks }: Message): string[] {
  const row = blocks.find((block) => block.type === 'actions')
  const more = row?.elements.find((element) => element.type === 'overflow')
  return more?.options.map(({ text }) => text.text) ?? []
}

describe('a card', () => {
  it.each(Object.entries(stories))('of an escalation that is %s', async (name, tell) => {
    const story = tell()
    const page = pageOf(story, 1)
    const shown = card(sceneOf(story), page)
    expectSound(shown, page.mention)
    await expectPicture(shown, `card.${name}`)
  })

  it('is the page when it is posted: its text says severity, customer, summary, who and by when', async () => {
    const story = stories.opened()
    const page = pageOf(story)
    const shown = card(sceneOf(story), page)
    expectSound(shown, page.mention)
    expect(shown.text).toBe(
      'E-7 critical, Acme GmbH (enterprise): Checkout fails for all EU shoppers. ' +
        'frontline is asked (<@U0FRONT>) to acknowledge by ' +
        '<!date^1780301700^{date_short_pretty} {time}|2026-06-01 08:15 UTC>.',
    )
    expect(JSON.stringify(shown.blocks)).toContain('<@U0FRONT>')
    await expectPicture(shown, 'card.page')
  })

  it('stays the whole page, in blocks and text, while it is live', () => {
    const story = stories.paging()
    const shown = card(sceneOf(story), pageOf(story))
    expect(JSON.stringify(shown.blocks)).toContain('<@U0FRONT>')
    expect(shown.text).toContain('frontline is asked (<@U0FRONT>) to acknowledge by')
  })

  it('in an earlier tier says that the next one has been asked', () => {
    const story = stories.climbed()
    expect(card(sceneOf(story), pageOf(story, 1)).text).toContain('engineering has been asked.')
    expect(card(sceneOf(story), pageOf(story, 2)).text).toContain(
      'engineering is asked (<@U0ENG>, <!subteam^S0LEADS>)',
    )
  })

  it('in the fallback channel says why, and whom it asks by when', async () => {
    for (const name of ['unanswered', 'undeliverable', 'nobody'] as const) {
      const story = stories[name]()
      const page = story
        .notices()
        .flatMap(({ notice }) => (notice.kind === 'page' && notice.tier === null ? [notice] : []))[0]!
      const scene = sceneOf(story)
      const failed = scene.pages.map((page) =>
        name === 'undeliverable' && page.number === 1
          ? { ...page, state: 'failed' as const, error: 'is_archived' }
          : page,
      )
      const shown = card({ ...scene, pages: failed }, page)
      expectSound(shown, page.mention)
      await expectPicture(shown, `card.fallback.${name}`)
    }
  })

  it('says once on a card in the fallback channel what it is there for, and still what else went wrong', () => {
    const story = stories.undeliverable()
    const page = { ...pageOf(story, 1), tier: null, reason: 'undeliverable' as const, detail: 'C0FRONT' }
    const failed = fate(pageOf(story, 1), story.now, { state: 'failed', error: 'is_archived' })
    const late = fate({ ...pageOf(story, 1), channel: 'C0ENG' }, story.now, { attempts: 3 })
    const blocks = JSON.stringify(card(sceneOf(story, { pages: [failed, late] }), page).blocks)
    expect(blocks.match(/could not be delivered/g)).toHaveLength(1)
    expect(blocks).toContain('arrived after 3 attempts')
  })

  it('shows of a conversation only who said something', () => {
    const transcript = [
      { from: 'customer', text: 'Nobody can pay!' },
      { from: 'agent', text: ' ' },
    ]
    const shown = JSON.stringify(card(sceneOf(stories.paging(), {}, { ...bareTicket, transcript })).blocks)
    expect(shown).toContain('> *customer*: Nobody can pay!')
    expect(shown).not.toContain('*agent*')
  })

  it('of a ticket that says next to nothing', async () => {
    const story = stories.paging()
    const scene = sceneOf(story, { names: new Map(), links: new Map(), pages: [] }, bareTicket)
    expectSound(card(scene))
    await expectPicture(card(scene), 'card.bare')
  })

  it('says what went wrong with pages, and only that', async () => {
    const story = stories.climbed()
    const { now } = story
    const pages = [
      fate(pageOf(story, 1), now, { state: 'failed', error: 'is_archived' }),
      fate(pageOf(story, 2), now, { attempts: 3 }),
      fate(pageOf(story, 2), now, { state: 'unsure', settledAt: null }),
      fate(pageOf(story, 2), now, { state: 'pending', attempts: 2, settledAt: null }),
    ]
    const shown = (count: number) => card(sceneOf(story, { pages: pages.slice(0, count) }), pageOf(story, 1))
    expect(JSON.stringify(shown(1))).toContain(
      'could not be delivered: is_archived (the channel is archived)',
    )
    expect(JSON.stringify(shown(2))).toContain('arrived after 3 attempts')
    expect(JSON.stringify(card(sceneOf(story)))).not.toContain(':warning: The page')
    expectSound(shown(4), ['U0FRONT'])
    await expectPicture(shown(4), 'card.troubles')
  })

  it('says of a page that Slack did not take where it fell back to, and what was lost there', async () => {
    const story = stories.fellBack()
    const shown = card(sceneOf(story, { pages: fellBack(story) }), pageOf(story, 1))
    expectSound(shown, ['U0FRONT'])
    await expectPicture(shown, 'card.troubles.beyond')
  })

  it('says nothing of what the fallback was told beyond Slack with its page, unless that was lost', () => {
    const story = stories.unanswered()
    const told = (state: 'sent' | 'failed') =>
      fate(pageOf(story), story.now, { beyond: [beyondFate(story.now, { state, error: 'HTTP 410' })] })
    const shown = (state: 'sent' | 'failed') => JSON.stringify(card(sceneOf(story, { pages: [told(state)] })))
    expect(shown('sent')).not.toContain(':warning: The page')
    expect(shown('failed')).toContain('The webhook could not be delivered: HTTP 410.')
  })
})

describe("a card's buttons", () => {
  const of = (name: keyof typeof stories) => card(sceneOf(stories[name]()))

  it('are those that its state allows', () => {
    const all = ['Acknowledge', 'Escalate now', 'Hand off', 'Update customer', 'Resolve', 'More']
    expect(buttons(of('paging'))).toEqual(all)
    expect(buttons(of('acknowledged'))).toEqual(all.slice(1))
    expect(buttons(of('resolved'))).toEqual(['Reopen'])
    expect(buttons(of('unanswered'))).toEqual(all.filter((label) => label !== 'Escalate now'))
  })

  it('leave out Escalate now where nobody further can be asked', () => {
    const last = sceneOf(stories.secondRound())
    const { escalation } = last
    expect(buttons(card(last))).toContain('Escalate now')
    expect(buttons(card({ ...last, escalation: { ...escalation, tier: 2 } }))).not.toContain('Escalate now')
  })

  it('have behind More what the state allows', () => {
    expect(entries(of('paging'))).toEqual(['Add note', 'Waiting on customer', 'Change severity'])
    expect(entries(of('acknowledged'))).toEqual([
      'Release',
      'Add note',
      'Waiting on customer',
      'Change severity',
    ])
    expect(entries(of('waiting'))).toEqual(['Release', 'Add note', 'Customer answered', 'Change severity'])
  })
})
