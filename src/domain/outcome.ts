import type { Actor, Escalation, Happened } from './escalation.ts'

/** Why a verb changed nothing. Each has its own sentence (slack/views/refusal.ts); it is an answer, not an error. */
export type Refusal =
  | { kind: 'already_taken'; owner: Actor; until: Date | null }
  | { kind: 'already_yours'; until: Date | null }
  | { kind: 'already_resolved'; by: Actor | null; at: Date | null }
  | { kind: 'not_resolved' }
  | { kind: 'out_of_date' }
  | { kind: 'no_next_tier' }
  | { kind: 'not_yours'; owner: Actor | null }
  | { kind: 'same_person'; owner: Actor }
  | { kind: 'already_waiting'; since: Date }
  | { kind: 'not_waiting' }
  | { kind: 'same_severity'; severity: string }
  | { kind: 'unknown_severity'; severity: string }
  | { kind: 'next_update_in_the_past' }
  | { kind: 'reopen_window_passed'; resolvedAt: Date }
  | { kind: 'another_open'; escalation: number }
  | { kind: 'no_such_escalation'; escalation: number }
  | { kind: 'not_a_person'; who: Actor }
  | { kind: 'outsider' }
  | { kind: 'not_an_admin' }
export type RefusalKind = Refusal['kind']

/** What a verb decides: events to apply, or a refusal with a name. */
export type Outcome = { kind: 'changed'; happened: Happened[] } | { kind: 'refused'; refusal: Refusal }

export function changed(...happened: Happened[]): Outcome {
  return { kind: 'changed', happened }
}

export function refused(refusal: Refusal): Outcome {
  return { kind: 'refused', refusal }
}

/** The refusal every verb shares for an escalation that is over. */
export function refusedAsResolved({ resolvedBy, resolvedAt }: Escalation): Outcome {
  return refused({ kind: 'already_resolved', by: resolvedBy, at: resolvedAt })
}
