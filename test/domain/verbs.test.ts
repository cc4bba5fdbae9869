import { describe, expect, it } from 'vitest'
import type { State } from '#domain/escalation.ts'
import type { RefusalKind } from '#domain/outcome.ts'
import * as verbs from '#domain/verbs.ts'
import type { Verb } from '#domain/verbs.ts'
import { Story } from '../support/stories.ts'
import { termsWith } from '../support/terms.ts'

const { acknowledge, escalateNow, handOff, note, release, reopen, reply, resolve, resume } = verbs
const { changeSeverity, tellCustomer, updateTicket, waitForCustomer } = verbs

/** One escalation in each state; `U0OWN` has or had it. */
const inState: Record<State, () => Story> = {
  paging: () => new Story().delivers().later(),
  acknowledged: () => new Story().delivers().does(acknowledge, 'U0OWN').later(),
  unanswered: () => new Story({ terms: termsWith({ rounds: 1 }) }).lives('45m').later(),
  resolved: () => new Story().does(acknowledge, 'U0OWN').does(resolve('restarted'), 'U0OWN').later(),
}

type Answer = string[] | RefusalKind

/** What the clock finds due at once is no part of what the verb did. */
function answer(story: Story, verb: Verb, by: string): Answer {
  const refusal = story.tries(verb, by)
  return refusal ? refusal.kind : story.news().map((line) => line.replace(/^\S+m |^0 /, ''))
}

const worse = { id: 'T-1', subject: 'Checkout is down', severity: 'critical' }

/** Every verb in every state: what happens, or why not. */
const table: Record<string, [verb: Verb, by: string, answers: Record<State, Answer>]> = {
  'somebody acknowledges': [
    acknowledge,
    'U0SAM',
    {
      paging: ['acknowledged U0SAM'],
      acknowledged: 'already_taken',
      unanswered: ['acknowledged U0SAM'],
      resolved: 'already_resolved',
    },
  ],
  'the owner acknowledges again': [
    acknowledge,
    'U0OWN',
    {
      paging: ['acknowledged U0OWN'],
      acknowledged: 'already_yours',
      unanswered: ['acknowledged U0OWN'],
      resolved: 'already_resolved',
    },
  ],
  'somebody escalates now': [
    escalateNow,
    'U0SAM',
    {
      paging: ['paged engineering escalated'],
      acknowledged: ['paged engineering escalated'],
      unanswered: 'no_next_tier',
      resolved: 'already_resolved',
    },
  ],
  'somebody hands it off': [
    handOff('U0KIM', 'knows payments'),
    'U0SAM',
    {
      paging: ['handed_off U0KIM'],
      acknowledged: ['handed_off U0KIM'],
      unanswered: ['handed_off U0KIM'],
      resolved: 'already_resolved',
    },
  ],
  'somebody hands it off to the owner': [
    handOff('U0OWN'),
    'U0SAM',
    {
      paging: ['handed_off U0OWN'],
      acknowledged: 'same_person',
      unanswered: ['handed_off U0OWN'],
      resolved: 'already_resolved',
    },
  ],
  'somebody hands it off to a team': [
    handOff('S0TEAM'),
    'U0SAM',
    {
      paging: 'not_a_person',
      acknowledged: 'not_a_person',
      unanswered: 'not_a_person',
      resolved: 'already_resolved',
    },
  ],
  'the owner gives it back': [
    release,
    'U0OWN',
    {
      paging: 'not_yours',
      acknowledged: ['released U0OWN', 'paged frontline released'],
      unanswered: 'not_yours',
      resolved: 'already_resolved',
    },
  ],
  'somebody else gives it back': [
    release,
    'U0SAM',
    { paging: 'not_yours', acknowledged: 'not_yours', unanswered: 'not_yours', resolved: 'already_resolved' },
  ],
  'somebody notes something': [
    note('it is the gateway'),
    'U0SAM',
    {
      paging: ['noted U0SAM'],
      acknowledged: ['noted U0SAM'],
      unanswered: ['noted U0SAM'],
      resolved: ['noted U0SAM'],
    },
  ],
  'the owner replies in the thread': [
    reply,
    'U0OWN',
    { paging: [], acknowledged: ['replied U0OWN'], unanswered: [], resolved: [] },
  ],
  'somebody else replies in the thread': [
    reply,
    'U0SAM',
    { paging: [], acknowledged: [], unanswered: [], resolved: [] },
  ],
  'somebody tells the customer': [
    tellCustomer('We are on it', null),
    'U0SAM',
    {
      paging: ['customer_told U0SAM'],
      acknowledged: ['customer_told U0SAM'],
      unanswered: ['customer_told U0SAM'],
      resolved: 'already_resolved',
    },
  ],
  'somebody promises an update that is past': [
    tellCustomer('We are on it', new Date('2026-06-01T08:00:00Z')),
    'U0SAM',
    {
      paging: 'next_update_in_the_past',
      acknowledged: 'next_update_in_the_past',
      unanswered: 'next_update_in_the_past',
      resolved: 'already_resolved',
    },
  ],
  'we wait for the customer': [
    waitForCustomer,
    'U0SAM',
    {
      paging: ['waiting U0SAM'],
      acknowledged: ['waiting U0SAM'],
      unanswered: ['waiting U0SAM'],
      resolved: 'already_resolved',
    },
  ],
  'we go on': [
    resume,
    'U0SAM',
    {
      paging: 'not_waiting',
      acknowledged: 'not_waiting',
      unanswered: 'not_waiting',
      resolved: 'already_resolved',
    },
  ],
  'somebody changes the severity': [
    changeSeverity('high'),
    'U0SAM',
    {
      paging: ['severity_changed U0SAM'],
      acknowledged: ['severity_changed U0SAM'],
      unanswered: ['severity_changed U0SAM'],
      resolved: 'already_resolved',
    },
  ],
  'somebody changes it to what it is': [
    changeSeverity('critical'),
    'U0SAM',
    {
      paging: 'same_severity',
      acknowledged: 'same_severity',
      unanswered: 'same_severity',
      resolved: 'already_resolved',
    },
  ],
  'somebody changes it to what is not there': [
    changeSeverity('sev0'),
    'U0SAM',
    {
      paging: 'unknown_severity',
      acknowledged: 'unknown_severity',
      unanswered: 'unknown_severity',
      resolved: 'already_resolved',
    },
  ],
  'somebody resolves it': [
    resolve('restarted'),
    'U0SAM',
    {
      paging: ['resolved U0SAM'],
      acknowledged: ['resolved U0SAM'],
      unanswered: ['resolved U0SAM'],
      resolved: 'already_resolved',
    },
  ],
  'somebody reopens it': [
    reopen('it is back'),
    'U0SAM',
    {
      paging: 'not_resolved',
      acknowledged: 'not_resolved',
      unanswered: 'not_resolved',
      resolved: ['reopened U0SAM', 'paged frontline reopened'],
    },
  ],
  'the source describes the ticket anew': [
    updateTicket(worse, true),
    'generic',
    {
      paging: ['ticket_updated generic'],
      acknowledged: ['ticket_updated generic'],
      unanswered: ['ticket_updated generic'],
      resolved: 'already_resolved',
    },
  ],
}

describe.each(Object.entries(table))('%s', (_name, [verb, by, answers]) => {
  it.each(Object.entries(answers))('while it is %s', (state, expected) => {
    const story = inState[state as State]()
    const before = structuredClone(story.is)
    expect(answer(story, verb, by)).toEqual(expected)
    if (!Array.isArray(expected) || expected.length === 0) expect(story.is).toEqual(before)
    else expect(story.is.version).toBe(before.version + 1)
  })
})
