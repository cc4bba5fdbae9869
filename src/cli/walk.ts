import { advance } from '../domain/advance.ts'
import { after } from '../domain/escalation.ts'
import type { Escalation, Happened } from '../domain/escalation.ts'
import { chooseRule, versionOf } from '../domain/policy.ts'
import type { PolicyDocument, RuleChoice, RuleFacts } from '../domain/policy.ts'
import { termsOf } from '../domain/policy-terms.ts'
import { unopened } from '../domain/opening.ts'
import type { Promises } from '../domain/promises.ts'
import type { Terms } from '../domain/terms.ts'
import { open, pageDelivered } from '../domain/verbs.ts'

/** What a ticket would start, and everything that would happen while nobody answers. */
export type Walk = { choice: RuleChoice; promises: Promises; happened: Happened[]; endedUnanswered: boolean }

/** More than any policy needs: a walk that does not end is a policy nobody could live with. */
const stepsAtMost = 5000

/**
 * Walks the ladder with the real rules and a clock that is moved: each page is delivered at once, nobody acknowledges, and
 * it ends when every round is spent.
 */
export function walk(policy: PolicyDocument, facts: RuleFacts, at: Date): Walk {
  const choice = chooseRule(policy, facts)
  const terms = termsOf(versionOf(policy), choice.policy, { live: policy, gone: new Set() })
  const { source, subject } = facts
  const ticket = { id: 'simulated', subject }
  let escalation = unopened({ ...choice, source, ticket, by: source }, '', terms, at)
  const story: Happened[] = []
  const tell = (happened: Happened[]) => {
    story.push(...happened)
    escalation = after(escalation, happened)
  }
  tell(open(escalation, terms, facts.source, at))
  const { promises } = escalation
  tell(delivered(escalation, terms, at))
  for (let now = at; escalation.state === 'paging' && escalation.wakeAt && story.length < stepsAtMost;) {
    now = escalation.wakeAt > now ? escalation.wakeAt : now
    const due = advance(escalation, terms, now)
    if (due.length === 0) break
    tell(due)
    tell(delivered(escalation, terms, now))
  }
  return { choice, promises, happened: story, endedUnanswered: escalation.state === 'unanswered' }
}

function delivered(escalation: Escalation, terms: Terms, now: Date): Happened[] {
  if (escalation.state !== 'paging' || escalation.waitUntil) return []
  const outcome = pageDelivered(escalation.rungPage, escalation.home)(
    escalation,
    terms,
    { by: 'belay', seen: null },
    now,
  )
  return outcome.kind === 'changed' ? outcome.happened : []
}
