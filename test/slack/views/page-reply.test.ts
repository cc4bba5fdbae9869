import { describe, expect, it } from 'vitest'
import { pageReply } from '#slack/views/page-reply.ts'
import { acknowledge, resolve } from '#domain/verbs.ts'
import { pageOf, sceneOf, stories } from '../../support/escalations.ts'
import { expectPicture, expectSound } from '../../support/sound.ts'

describe('a later page to a channel', () => {
  it('is as complete as the first, and can be acknowledged', async () => {
    const story = stories.secondRound()
    const page = pageOf(story)
    const shown = pageReply(sceneOf(story), page)
    expectSound(shown, page.mention)
    expect(shown.text).toContain('E-7 critical, Acme GmbH (enterprise): Checkout fails for all EU shoppers.')
    expect(shown.text).toContain('frontline is asked (<@U0FRONT>) to acknowledge by <!date^1780304400^')
    expect(JSON.stringify(shown)).toContain('"acknowledge"')
    await expectPicture(shown, 'page-reply.asking')
  })

  it('says why it went out', async () => {
    for (const name of ['lapsed', 'released', 'reopened', 'missed', 'unanswered'] as const) {
      const story = stories[name]()
      const page = pageOf(story)
      const shown = pageReply(sceneOf(story), page)
      expectSound(shown, page.mention)
      await expectPicture(shown, `page-reply.${name}`)
    }
  })

  it('offers no acknowledgement where somebody has it: a missed promise asks to see to it', () => {
    const story = stories.missed()
    const shown = pageReply(sceneOf(story), pageOf(story))
    expect(shown.text).toContain('Missed: the next update to the customer was due <!date^1780304400^')
    expect(shown.text).toContain(
      'management is asked (<@U0HEAD>) to see to it now. Acknowledged by Frontline on call until',
    )
    expect(JSON.stringify(shown)).not.toContain('"acknowledge"')
  })

  it('to the fallback while somebody has it asks nobody to acknowledge', () => {
    const story = stories.undeliverable()
    const page = { ...pageOf(story, 1), tier: null, reason: 'undeliverable' as const, detail: 'C0FRONT' }
    const shown = pageReply(sceneOf(story.does(acknowledge, 'U0FRONT')), page)
    expect(shown.text).toMatch(
      /The fallback channel is asked .*to make sure that it is seen to. Acknowledged by/,
    )
    expect(shown.text).not.toMatch(/acknowledges|\.\./)
  })

  it('names every tier that was skipped', () => {
    const story = stories.nobody()
    const page = { ...pageOf(story, 1), tier: null, reason: 'nobody' as const }
    const text = (detail: string) => pageReply(sceneOf(story), { ...page, detail }).text
    expect(text('frontline')).toContain('Nobody is on call in tier frontline, so it was skipped.')
    expect(text('engineering, management')).toContain(
      'Nobody is on call in the tiers engineering and management, so they were skipped.',
    )
  })

  it('that is over says what became of it, and has no button', async () => {
    const ends = {
      acknowledged: stories.secondRound().does(acknowledge, 'U0FRONT'),
      resolved: stories.secondRound().does(resolve(null), 'U0FRONT'),
      climbed: stories.secondRound().passes('15m').delivers(),
    }
    for (const [end, story] of Object.entries(ends)) {
      const page = pageOf(story, 4)
      const shown = pageReply(sceneOf(story), page)
      expectSound(shown, page.mention)
      expect(shown.blocks.map(({ type }) => type)).toEqual(['section', 'section'])
      expect(shown.text).not.toContain('<@')
      await expectPicture(shown, `page-reply.over.${end}`)
    }
  })
})
