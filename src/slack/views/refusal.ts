import type { Actor } from '../../domain/escalation.ts'
import type { Refusal, RefusalKind } from '../../domain/outcome.ts'
import { inline, message, when } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import type { Scene } from './scene.ts'
import { headline } from './state.ts'
import { called, named } from './words.ts'

/** Why nothing was changed, to the person who tried: what is so, what it means, and what they can do. */
export function refusal(refused: Refusal, scene: Scene | null): Message {
  const say = sentences[refused.kind] as (refused: Refusal, told: Told) => string
  const it = scene ? called(scene.escalation) : 'it'
  const text = say(refused, { it, scene, who: (actor) => named(scene?.names ?? new Map(), actor) })
  return message(text.charAt(0).toUpperCase() + text.slice(1))
}

/** `it`: how the sentence calls the escalation. `who`: a person by name. */
type Told = { it: string; scene: Scene | null; who: (actor: Actor | null) => string }

type Sentence<K extends RefusalKind> = (refused: Extract<Refusal, { kind: K }>, told: Told) => string

const sentences: { [K in RefusalKind]: Sentence<K> } = {
  already_taken: ({ owner, until }, { it, who }) =>
    `${who(owner)} has ${it} already${untilWords(until)}: nothing is left for you to do, unless you agree on a handoff.`,
  already_yours: ({ until }, { it }) =>
    `${it} is yours already${untilWords(until)}: a note, a customer update or a reply in its thread renews that.`,
  already_resolved: ({ by, at }, { it, who }) =>
    `${it} was resolved${by ? ` by ${who(by)}` : ''}${at ? `, ${when(at)}` : ''}, so nothing was changed: press Reopen on its card if it is not over.`,
  not_resolved: (_, { it }) =>
    `${it} is not resolved, so there is nothing to reopen: its card shows who has it.`,
  out_of_date: (_, { scene }) =>
    `The card you pressed on was out of date, so nothing was changed. ${scene ? `Now: ${headline(scene)} ` : ''}Look at the card again, and press once more if you still want to.`,
  no_next_tier: (_, { it }) =>
    `every tier of the last round has been asked about ${it}, so nobody further can be asked: give it to a person with Hand off.`,
  not_yours: ({ owner }, { it, who }) =>
    `only the owner can release ${it}, and ${owner ? `that is ${who(owner)}` : 'nobody has it now'}: use Hand off to give it to somebody.`,
  same_person: ({ owner }, { it, who }) =>
    `${who(owner)} has ${it} already, so nothing was changed: choose somebody else.`,
  already_waiting: ({ since }, { it }) =>
    `${it} has been waiting on the customer since ${when(since)}, so nothing was changed: choose Customer answered when they have.`,
  not_waiting: (_, { it }) =>
    `${it} is not waiting on the customer: its promises are running, and there is nothing for you to do.`,
  same_severity: ({ severity }, { it }) =>
    `${it} is ${inline(severity, 50)} already, so nothing was changed: choose another severity.`,
  unknown_severity: ({ severity }, { it }) =>
    `the policy of ${it} has no severity "${inline(severity, 50)}", so nothing was changed: choose one that it has.`,
  next_update_in_the_past: () =>
    'The time of the next update is over already, so nothing was saved: choose a later one, or leave it empty for the usual interval.',
  reopen_window_passed: ({ resolvedAt }, { it }) =>
    `${it} was resolved ${when(resolvedAt)} and can be reopened for 7 days only: escalate the ticket anew with /escalate.`,
  another_open: ({ escalation }, { it }) =>
    `the ticket has another open escalation, E-${escalation}, so ${it} stays closed: go on there (/escalate show E-${escalation}).`,
  no_such_escalation: ({ escalation }) =>
    `There is no escalation E-${escalation}, so nothing can be shown or changed: /escalate list has those that are open.`,
  not_a_person: ({ who: actor }, { it }) =>
    `"${inline(actor, 50)}" is not a person who can have ${it}: choose somebody from your workspace.`,
  outsider: () =>
    'Only members of this workspace can act on escalations, so nothing was changed: ask somebody on the team.',
  not_an_admin: () =>
    'Only the administrators that the policy names can do that, so nothing was changed: ask one of them.',
}

function untilWords(at: Date | null): string {
  return at ? ` until ${when(at)}` : ''
}
