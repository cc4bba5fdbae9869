import { describe, expect, it } from 'vitest'
import { acknowledge, handOff } from '#domain/verbs.ts'
import { direct } from '#slack/views/direct.ts'
import type { DirectNotice } from '#slack/views/scene.ts'
import { directOf, sceneOf, stories } from '../../support/escalations.ts'
import type { Story } from '../../support/stories.ts'
import { expectPicture, expectSound } from '../../support/sound.ts'

const about: Record<DirectNotice['about'], () => Story> = {
  asked: stories.paging,
  raised: stories.missed,
  handed_off: stories.handedOff,
  requested: stories.paging,
  taken: stories.acknowledged,
  taken_over: () => stories.acknowledged().does(handOff('U0ENG'), 'U0HEAD'),
  lapsed: stories.lapsed,
  due_soon: () => stories.acknowledged().passes('50m'),
  missed: stories.missed,
  unanswered: stories.unanswered,
  resolved: stories.resolved,
}

/** Raised to somebody who is on call, for a direct message goes only to those. */
function noticeOf(kind: DirectNotice['about'], story: Story): DirectNotice {
  return kind === 'raised' ? { kind: 'direct', user: 'U0HEAD', about: kind, page: 2 } : directOf(story, kind)
}

describe('a direct message', () => {
  it.each(Object.entries(about))('about %s', async (kind, tell) => {
    const story = tell()
    const shown = direct(sceneOf(story), noticeOf(kind as DirectNotice['about'], story))
    expectSound(shown)
    expect(shown.text).toContain('E-7')
    await expectPicture(shown, `direct.${kind}`)
  })

  it('that asks is complete, can be acknowledged and leads to the card', () => {
    const story = stories.paging()
    const shown = direct(sceneOf(story), directOf(story, 'asked'))
    expect(shown.text).toBe(
      'E-7 critical, Acme GmbH (enterprise): Checkout fails for all EU shoppers. ' +
        'You are asked to acknowledge by <!date^1780301700^{date_short_pretty} {time}|2026-06-01 08:15 UTC>, ' +
        'because you are on call for frontline.',
    )
    const drawn = JSON.stringify(shown.blocks)
    for (const id of ['acknowledge', 'open_card', 'open_ticket']) expect(drawn).toContain(`"${id}"`)
  })

  it('is refreshed like a card: to whoever took it, and to whoever did not', () => {
    const story = stories.paging()
    const notice = directOf(story, 'asked')
    story.does(acknowledge, 'U0FRONT')
    const mine = direct(sceneOf(story), notice)
    expect(mine.text).toContain('You have it until')
    expect(JSON.stringify(mine)).not.toContain('"acknowledge"')
    const others = direct(sceneOf(story), { ...notice, user: 'U0ENG' })
    expect(others.text).toContain('Acknowledged by Frontline on call until')
  })
})
