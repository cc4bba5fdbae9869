import { describe, expect, it } from 'vitest'
import type { Refusal, RefusalKind } from '#domain/outcome.ts'
import { refusal } from '#slack/views/refusal.ts'
import { monday, sceneOf, stories } from '../../support/escalations.ts'
import { expectPicture, expectSound } from '../../support/sound.ts'

const at = monday
const refusals: { [K in RefusalKind]: Extract<Refusal, { kind: K }> } = {
  already_taken: { kind: 'already_taken', owner: 'U0ENG', until: at },
  already_yours: { kind: 'already_yours', until: at },
  already_resolved: { kind: 'already_resolved', by: 'U0ENG', at },
  not_resolved: { kind: 'not_resolved' },
  out_of_date: { kind: 'out_of_date' },
  no_next_tier: { kind: 'no_next_tier' },
  not_yours: { kind: 'not_yours', owner: 'U0ENG' },
  same_person: { kind: 'same_person', owner: 'U0ENG' },
  already_waiting: { kind: 'already_waiting', since: at },
  not_waiting: { kind: 'not_waiting' },
  same_severity: { kind: 'same_severity', severity: 'high' },
  unknown_severity: { kind: 'unknown_severity', severity: 'apocalyptic' },
  next_update_in_the_past: { kind: 'next_update_in_the_past' },
  reopen_window_passed: { kind: 'reopen_window_passed', resolvedAt: at },
  another_open: { kind: 'another_open', escalation: 8 },
  no_such_escalation: { kind: 'no_such_escalation', escalation: 99 },
  not_a_person: { kind: 'not_a_person', who: 'generic' },
  outsider: { kind: 'outsider' },
  not_an_admin: { kind: 'not_an_admin' },
}

describe('a refusal', () => {
  it.each(Object.entries(refusals))(
    '%s says what happened, what it means and what to do',
    async (kind, refused) => {
      const shown = refusal(refused, sceneOf(stories.acknowledged()))
      expectSound(shown)
      expect(shown.text).toMatch(/^[A-Z"].*[.:].*\.$/)
      await expectPicture(shown, `refusal.${kind}`)
    },
  )

  it.each(Object.values(refusals))('says it about an escalation that is not there, too', (refused) => {
    const shown = refusal(refused, null)
    expectSound(shown)
    expect(shown.text).not.toMatch(/undefined|null|E-7/)
  })
})
