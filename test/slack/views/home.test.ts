import { describe, expect, it } from 'vitest'
import type { Ticket } from '#domain/ticket.ts'
import type { HomeScene } from '#slack/views/home.ts'
import { home, homeOfOutsider } from '#slack/views/home.ts'
import { escalationOf, monday, sceneOf, stories } from '../../support/escalations.ts'
import { expectPicture, expectSoundHome } from '../../support/sound.ts'
import type { Story } from '../../support/stories.ts'

const empty: HomeScene = {
  now: monday,
  yours: { total: 0, rows: [] },
  nobodys: { total: 0, rows: [] },
  shifts: [],
}
const link = 'https://team.example/archives/C0FRONT/p1'
const row = (story: Story, to: string | null = link) => ({ escalation: escalationOf(story), link: to })

const busy: HomeScene = {
  now: monday,
  yours: {
    total: 3,
    rows: [row(stories.acknowledged()), row(stories.missed()), row(stories.waiting(), null)],
  },
  nobodys: { total: 14, rows: [row(stories.paging()), row(stories.unanswered())] },
  shifts: [
    {
      rotation: 'frontline',
      tiers: ['frontline'],
      person: 'Frontline on call',
      until: monday,
      next: 'Support agent',
    },
    { rotation: 'engineers', tiers: [], person: null, until: null, next: null },
  ],
}

/** Everybody wrote that, and is called that. */
function saying(text: string, rows: number, rotations: number): HomeScene {
  const ticket: Ticket = { id: text, subject: text, customer: { name: text, plan: text } }
  const of = (story: Story) =>
    Array.from({ length: rows }, () => ({ escalation: sceneOf(story, {}, ticket).escalation, link }))
  const shift = { rotation: text, tiers: [text, text], person: text, until: monday, next: text }
  return {
    now: monday,
    yours: { total: 100_000, rows: of(stories.acknowledged()) },
    nobodys: { total: 100_000, rows: of(stories.paging()) },
    shifts: Array.from({ length: rotations }, () => shift),
  }
}

const evil = '<!channel> & "quotes" <@U0BOSS> *bold* `code` https://evil.example |'

const stuck = { id: 7, reason: `the policy has no severity "<!channel>"`, since: monday }

const homes = {
  empty: home(empty),
  quarantined: home({
    ...empty,
    told: 'E-12 is back under the clock.',
    quarantined: { total: 12, rows: [stuck] },
  }),
  busy: home(busy),
  hostile: home(saying(evil, 1, 1)),
  enormous: home(saying('&火'.repeat(2500), 50, 400)),
  outsider: homeOfOutsider(),
}

describe('the Home tab', () => {
  it.each(Object.entries(homes))('%s', async (name, shown) => {
    expectSoundHome(shown)
    await expectPicture(shown, `home.${name}`)
  })

  it('says how many there are when it shows only the first', () => {
    const { blocks } = homes.enormous
    const shown = JSON.stringify(blocks)
    expect(shown).toContain('You have it · 100000')
    expect(shown).toContain('And 99980 more:')
    expect(shown).toContain('And 99990 more:')
    expect(shown).toContain('And 370 more:')
    expect(blocks.at(-1)?.type).toBe('context')
  })

  it('tells people from other workspaces nothing of ours', () => {
    expect(JSON.stringify(homes.outsider)).toContain('Only members of this workspace')
    expect(homes.outsider.blocks).toHaveLength(1)
  })
})
