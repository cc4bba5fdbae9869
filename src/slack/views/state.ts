import type { Escalation } from '../../domain/escalation.ts'
import { isOverdue, promiseNames } from '../../domain/promises.ts'
import type { PromiseName, PromiseState } from '../../domain/promises.ts'
import { hourMs } from '../../domain/time.ts'
import { when } from '../blocks.ts'
import type { Scene } from './scene.ts'
import { counted, lasted, named, promiseLabels, tierName } from './words.ts'

/** When the tier that is asked has to have answered; null when that is not known, or over. */
export function answerBy({ answerBy, escalation, now }: Scene): Date | null {
  const { waitUntil, promises } = escalation
  const promised = promises.acknowledge.keptAt ? null : promises.acknowledge.dueAt
  const by = answerBy ?? waitUntil ?? promised
  return by && by > now ? by : null
}

/** True when **Escalate now** leads somewhere: a refusal that is certain is no button. */
export function canClimb({ ladder, rounds, escalation: { state, tier, round } }: Scene): boolean {
  return (state === 'paging' || state === 'acknowledged') && (tier + 1 < ladder.length || round < rounds)
}

/** The tier that is being asked. */
export function currentTier({ ladder, escalation }: Scene): string {
  return tierName(ladder[escalation.tier]?.tier ?? 'a tier')
}

/** What happens when the tier's time is up. */
function nextWords(scene: Scene): string {
  const { ladder, rounds, escalation } = scene
  const { round, tier } = escalation
  const next = ladder[tier + 1]
  if (next) return `${tierName(next.tier)} is asked`
  if (round < rounds) return `${tierName(ladder[0]?.tier)} is asked again, in round ${round + 1} of ${rounds}`
  return 'the fallback channel is told'
}

/** `Nobody answered after 2 rounds`. */
export function unansweredWords({ rounds }: Pick<Scene, 'rounds'>): string {
  return `Nobody answered after ${counted(rounds, 'round')}`
}

/** Who has it, or who is asked. `here`: it is told where that page is. */
export function headline(scene: Scene, here = true): string {
  const { escalation, names } = scene
  const { owner, resolvedBy, resolvedAt } = escalation
  switch (escalation.state) {
    case 'paging':
      return `Nobody has it yet. ${currentTier(scene)} ${here ? 'is asked' : 'has been asked'}.`
    case 'acknowledged':
      return `Acknowledged by ${named(names, owner)}${untilLapse(escalation)}.`
    case 'unanswered':
      return `${unansweredWords(scene)}.`
    case 'resolved':
      return `Resolved by ${named(names, resolvedBy)}${resolvedAt ? `, ${when(resolvedAt)}` : ''}.`
  }
}

/** How long an acknowledgement holds: while we wait for the customer it has no end. */
export function untilLapse({ lapseAt, waitingSince }: Escalation): string {
  return lapseAt && !waitingSince ? ` until ${when(lapseAt)}` : ''
}

/** What happens next by itself, and when. */
export function outlook(scene: Scene): string | null {
  const { escalation } = scene
  switch (escalation.state) {
    case 'paging': {
      const by = answerBy(scene)
      return `If nobody acknowledges${by ? ` by ${when(by)}` : ''}, ${nextWords(scene)}.`
    }
    case 'acknowledged':
      return escalation.waitingSince
        ? null
        : `Without activity until then, ${currentTier(scene)} is asked again.`
    case 'unanswered':
      return escalation.remindAt
        ? `Anybody can still acknowledge. The fallback channel is told again at ${when(escalation.remindAt)}.`
        : 'Anybody can still acknowledge.'
    case 'resolved':
      return null
  }
}

/** `Waiting on the customer since …`. */
export function waitingWords({ waitingSince, state }: Escalation): string | null {
  return waitingSince && state !== 'resolved'
    ? `Waiting on the customer since ${when(waitingSince)}: the next update and the resolution are paused.`
    : null
}

/** The state of now in one or two sentences: what a page that is over, or an edit, says. */
export function stateText(scene: Scene, here = true): string {
  return [headline(scene, here), waitingWords(scene.escalation), outlook(scene)].filter(Boolean).join(' ')
}

/** The four promises, each with its due time and its mark. */
export function promiseLines(scene: Scene): string[] {
  const { promises } = scene.escalation
  return promiseNames.map((name) => {
    const beside = name === 'thirtyDays' ? pausedWords(scene) : ''
    return `*${promiseLabels[name]}*\n${promiseMark(promises[name])}${beside}`
  })
}

function promiseMark(promise: PromiseState): string {
  const { keptAt, breachedAt, dueAt, warnedAt, promisedFor } = promise
  if (keptAt && breachedAt) return `Late: was due ${when(breachedAt)}, done ${when(keptAt)}`
  if (keptAt) return `Kept, ${when(keptAt)}`
  if (breachedAt) return `:warning: Missed: was due ${when(breachedAt)}`
  if (!dueAt) return 'Paused'
  const told = promisedFor ? ', as the customer was told' : ''
  return `By ${when(dueAt)}${told}${warnedAt ? ' (due soon)' : ''}`
}

/** The 30 days never pause: how long we waited for the customer stands beside them. */
function pausedWords({ escalation: { pauses, waitingSince }, now }: Scene): string {
  const closed = pauses.reduce((sum, { from, to }) => sum + (Number(to) - Number(from)), 0)
  const ms = closed + (waitingSince ? Number(now) - Number(waitingSince) : 0)
  return ms >= hourMs ? `, of which we waited ${lasted(ms)} for the customer` : ''
}

/** Promises that are broken and still owed. */
export function overdue(
  { promises }: Pick<Escalation, 'promises'>,
  among: readonly PromiseName[] = promiseNames,
): PromiseName[] {
  return among.filter((name) => isOverdue(promises[name]))
}
