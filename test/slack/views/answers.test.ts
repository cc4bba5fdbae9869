import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { PolicyDocument } from '#domain/policy.ts'
import { alarm } from '#slack/views/alarm.ts'
import { released } from '#slack/views/released.ts'
import { help } from '#slack/views/help.ts'
import { list } from '#slack/views/list.ts'
import * as sorry from '#slack/views/sorry.ts'
import { onCall } from '#slack/views/on-call.ts'
import { opened } from '#slack/views/opened.ts'
import { policySummary } from '#slack/views/policy-summary.ts'
import { show } from '#slack/views/show.ts'
import { escalationOf, fellBack, monday, names, sceneOf, stories } from '../../support/escalations.ts'
import type { Story } from '../../support/stories.ts'
import { expectPicture, expectSound } from '../../support/sound.ts'

const example = parse(
  await readFile(new URL('../../../belay.example.yml', import.meta.url), 'utf8'),
) as object
const policy = PolicyDocument.parse({ ...example, sources: {} })
const happened = (story: Story) => story.steps.flatMap(({ happened }) => happened)
const link = 'https://team.example/archives/C0FRONT/p1'

const rows = [
  { escalation: escalationOf(stories.paging()), owner: null, link },
  { escalation: escalationOf(stories.missed()), owner: 'Frontline on call', link },
  { escalation: escalationOf(stories.waiting()), owner: 'Frontline on call', link: null },
  { escalation: escalationOf(stories.unanswered()), owner: null, link },
]

const shifts = [
  {
    rotation: 'frontline',
    tiers: ['frontline'],
    person: 'Frontline on call',
    until: monday,
    next: 'Support agent',
  },
  { rotation: 'engineers', tiers: [], person: null, until: null, next: null },
]

const answers = {
  list: list(rows),
  'list.none': list([]),
  'list.many': list(rows.slice(0, 1), 40),
  'show.resolved': show(sceneOf(stories.resolved()), happened(stories.resolved())),
  'show.unanswered': show(sceneOf(stories.unanswered()), happened(stories.unanswered())),
  'show.missed': show(sceneOf(stories.missed()), happened(stories.missed())),
  'show.fellBack': show(
    sceneOf(stories.fellBack(), { pages: fellBack(stories.fellBack()) }),
    happened(stories.fellBack()),
  ),
  'on-call': onCall(shifts),
  'on-call.none': onCall([]),
  policy: policySummary(policy, names),
  help: help(),
  opened: opened({ id: 12, already: false, channel: 'C0FRONT', link }),
  'opened.already': opened({ id: 12, already: true, channel: null, link: null }),
  'not-saved': sorry.notSaved(),
  'may-be-saved': sorry.mayBeSaved(),
  'not-read': sorry.notRead(),
  'not-opened': sorry.notOpened(),
  'went-wrong': sorry.wentWrong(),
  alarm: alarm('The token was revoked & nothing can be sent.'),
  'alarm.channel': alarm(
    'A message could not be delivered to <#C0ENG>: Slack says is_archived. <!channel> <@U0HEAD>',
  ),
  quarantined: alarm("E-12 can't be decided and is left alone until somebody looks: no severity", 12),
  released: released(12, true),
  not_quarantined: released(12, false),
}

describe('an answer', () => {
  it.each(Object.entries(answers))('%s', async (name, shown) => {
    expectSound(shown)
    await expectPicture(shown, `answer.${name}`)
  })

  it('shows a timeline of any length within one message', () => {
    const story = stories.unanswered()
    const long = Array.from({ length: 500 }, () => happened(story)).flat()
    const shown = show(sceneOf(story), long)
    expectSound(shown)
    expect(JSON.stringify(shown)).toContain('earlier entries are not shown')
  })

  it('lists any number within one message', () => {
    const many = Array.from({ length: 300 }, () => rows[0]!)
    expectSound(list(many))
    expect(list(many).text).toContain('300 open escalations')
  })

  it('shows a policy of any size within one message', () => {
    const tiers = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`tier-${index}`, policy.tiers['management']!]),
    )
    expectSound(policySummary({ ...policy, tiers }, names))
  })
})
