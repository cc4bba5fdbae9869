import type { Escalation } from '../domain/escalation.ts'
import { durationMs, explainWorking, workingMsBetween } from '../domain/hours.ts'
import type { Pause, Step } from '../domain/hours.ts'
import { severityTimes } from '../domain/policy.ts'
import type { PolicyVersion } from '../domain/policy.ts'
import { hoursOf } from '../domain/policy-terms.ts'
import type { PromiseName, PromiseState } from '../domain/promises.ts'
import { spelled } from '../domain/spelled.ts'
import { columns } from './output.ts'
import { shownTime } from '../domain/shown-time.ts'

const titles: Record<PromiseName, string> = {
  acknowledge: 'Acknowledge',
  update: 'Next update to the customer',
  resolve: 'Resolve',
  thirtyDays: 'End within 30 days',
}

const stepWords: Record<Step['kind'], string> = {
  counted: 'counted',
  paused: 'waiting on the customer',
  break: 'closed between two openings',
  night: 'night',
  weekend: 'weekend',
  holiday: 'holiday',
}

/** Why a promise is due when it is: every counted stretch, night, weekend, holiday and pause from its start. */
export function explainPromise(escalation: Escalation, version: PolicyVersion, name: PromiseName): string[] {
  const promise = escalation.promises[name]
  const at = (instant: Date) => shownTime(instant, version.timezone)
  return [
    `${titles[name]}: ${standing(promise, at)}`,
    ...counting(() => why(escalation, version, name, at)).map((line) => `  ${line}`),
  ]
}

/** An escalation whose severity or calendar its policy does not have is just what somebody wants explained. */
export function counting(lines: () => string[]): string[] {
  try {
    return lines()
  } catch (error) {
    return [`It can't be counted: ${error instanceof Error ? error.message : String(error)}.`]
  }
}

type Shown = (at: Date) => string

function standing({ dueAt, breachedAt, keptAt }: PromiseState, at: Shown): string {
  if (keptAt && breachedAt) return `missed; it was due ${at(breachedAt)} and done ${at(keptAt)}`
  if (keptAt) return `kept at ${at(keptAt)}${dueAt ? `; it was due ${at(dueAt)}` : ''}`
  if (breachedAt) return `missed; it was due ${at(breachedAt)} and is still owed`
  return dueAt ? `due ${at(dueAt)}` : 'paused: it has no due time until the customer answers'
}

function why(escalation: Escalation, version: PolicyVersion, name: PromiseName, at: Shown): string[] {
  const promise = escalation.promises[name]
  if (name === 'thirtyDays') return thirtyDays(escalation, version, at)
  if (promise.promisedFor) return promised(promise, at)
  return promise.dueAt ? counted(escalation, version, name, at) : soFar(escalation, version, name, at)
}

function thirtyDays({ promises, pauses }: Escalation, { timezone }: PolicyVersion, at: Shown): string[] {
  const paused = pauses.reduce((sum, { from, to }) => sum + Number(to) - Number(from), 0)
  const beside = paused > 0 ? ` It waited ${spelled(paused)} on the customer, which does not count here.` : ''
  return [
    `30 calendar days from ${at(promises.thirtyDays.startedAt)}, by the clocks of ${timezone}; nothing pauses it.${beside}`,
  ]
}

function promised({ promisedFor, startedAt, dueAt }: PromiseState, at: Shown): string[] {
  if (!promisedFor) return []
  const moved =
    dueAt && dueAt > promisedFor
      ? `, and moved by the ${spelled(Number(dueAt) - Number(promisedFor))} of waiting on the customer`
      : ''
  return [`The customer was told ${at(promisedFor)} at ${at(startedAt)}${moved}.`]
}

type Counted = Exclude<PromiseName, 'thirtyDays'>

function termsOf({ severity }: Escalation, version: PolicyVersion, name: Counted) {
  const times = severityTimes(version, severity)
  return { length: times[name], calendar: times.hours, hours: hoursOf(version, times.hours) }
}

/** Acknowledging never pauses; of the others only pauses that were over when the promise was kept have counted. */
function pausesOf({ pauses, promises }: Escalation, name: Counted): Pause[] {
  const { keptAt } = promises[name]
  return name === 'acknowledge' ? [] : pauses.filter(({ to }) => !keptAt || to <= keptAt)
}

function counted(escalation: Escalation, version: PolicyVersion, name: Counted, at: Shown): string[] {
  const { startedAt, dueAt } = escalation.promises[name]
  const { length, calendar, hours } = termsOf(escalation, version, name)
  const steps = explainWorking(hours, startedAt, length, { pauses: pausesOf(escalation, name) })
  const end = steps.at(-1)?.to ?? startedAt
  const rows = steps.map(({ kind, from, to }) => [
    at(from),
    `until ${at(to)}`,
    stepWords[kind],
    spelled(Number(to) - Number(from)),
  ])
  const differs = dueAt && Number(dueAt) !== Number(end)
  return [
    `${length} of "${calendar}" hours at severity ${escalation.severity}, from ${at(startedAt)}:`,
    ...columns(rows, '  '),
    ...(differs
      ? [`By today's severity and pauses it would be ${at(end)}; it was settled before those changed.`]
      : []),
  ]
}

function soFar(escalation: Escalation, version: PolicyVersion, name: Counted, at: Shown): string[] {
  const { startedAt } = escalation.promises[name]
  const since = escalation.waitingSince ?? startedAt
  const { length, calendar, hours } = termsOf(escalation, version, name)
  const used = workingMsBetween(hours, startedAt, since, escalation.pauses)
  const left = Math.max(0, durationMs(hours, length) - used)
  return [
    `${length} of "${calendar}" hours at severity ${escalation.severity}, from ${at(startedAt)}: ${spelled(used)} used, ${spelled(left)} left.`,
    `Waiting on the customer since ${at(since)}; it goes on when they answer.`,
  ]
}
