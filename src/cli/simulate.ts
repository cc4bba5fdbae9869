import type { Asked, Event, Happened } from '../domain/escalation.ts'
import { severityNamed, severityTimes } from '../domain/policy.ts'
import type { PolicyDocument, Rule, RuleFacts } from '../domain/policy.ts'
import { promiseNames } from '../domain/promises.ts'
import type { Promises } from '../domain/promises.ts'
import { columns, print, printJson, Stop } from './output.ts'
import { policyIn } from './policy.ts'
import { shownTime } from '../domain/shown-time.ts'
import { instantForms, readInstant } from './times.ts'
import { walk } from './walk.ts'
import type { Walk } from './walk.ts'

export type SimulateOptions = {
  plan?: string
  severity?: string
  tag: string[]
  source: string
  subject: string
  at: string
  policyFile?: string
  json?: boolean
}

/** `belay simulate`: which rule a ticket would meet, and who would be paged when until somebody answers. */
export async function simulate(options: SimulateOptions, now: Date): Promise<void> {
  const policy = await policyIn(options.policyFile)
  const at = readInstant(options.at, policy.timezone, now)
  if (!at)
    throw new Stop(
      `--at "${options.at}" is not an instant: expected ${instantForms} (local times are in ${policy.timezone}).`,
    )
  if (options.severity !== undefined && !severityNamed(policy, options.severity)) {
    const names = policy.severities.map(({ name }) => name).join(', ')
    throw new Stop(`The policy has no severity "${options.severity}": expected one of ${names}.`)
  }
  const { plan, severity, tag: tags, source, subject } = options
  const facts: RuleFacts = { source, subject, plan, severity, tags }
  const walked = walk(policy, facts, at)
  if (options.json) return printJson({ at, ticket: facts, ...summaryOf(walked) })
  print(...walkLines(policy, walked, at))
}

/** What machines get: the choice, what was promised, and each page and telling in order. */
export function summaryOf({ choice, promises, happened, endedUnanswered }: Walk) {
  return {
    rule: choice.rule + 1,
    policy: choice.policy,
    severity: choice.severity,
    promises: Object.fromEntries(promiseNames.map((name) => [name, promises[name].dueAt])),
    steps: happened
      .filter(({ event }) => event.kind in heard || event.kind === 'page_delivered')
      .map(({ at, event }) => ({ at, event })),
    endedUnanswered,
  }
}

/** What people get. */
export function walkLines(policy: PolicyDocument, walked: Walk, at: Date): string[] {
  const { choice, happened, promises, endedUnanswered } = walked
  const shown = (instant: Date) => shownTime(instant, policy.timezone)
  const rows = happened.flatMap((one) => {
    const line = lineOf(one, waitUntilOf(one, happened), shown)
    return line ? [[shown(one.at), line]] : []
  })
  const end = 'The fallback is told again every 30 minutes until somebody acknowledges.'
  return [
    `A ticket on ${shown(at)} (${policy.timezone}):`,
    `Rule ${choice.rule + 1} (${conditionOf(policy.rules[choice.rule])}) starts policy ${choice.policy} with severity ${choice.severity}.`,
    '',
    'If nobody answers',
    ...columns(rows, '  '),
    ...(endedUnanswered ? [`  ${end}`] : ['  The walk was stopped here: it would go on for very long.']),
    '',
    'Promised',
    ...columns(promiseRows(policy, choice.severity, promises, shown), '  '),
  ]
}

function conditionOf(rule: Rule | undefined): string {
  const parts = Object.entries(rule?.when ?? {}).map(
    ([key, values]) => `${key}: ${[values].flat().join(' or ')}`,
  )
  return parts.join(', ') || 'no condition'
}

/** The delivery that follows a page starts its tier's time. */
function waitUntilOf({ event }: Happened, all: readonly Happened[]): Date | null {
  if (event.kind !== 'paged') return null
  for (const { event: other } of all) {
    if (other.kind === 'page_delivered' && other.number === event.number) return other.waitUntil
  }
  return null
}

function lineOf({ event }: Happened, until: Date | null, shown: (at: Date) => string): string | null {
  const words = heard[event.kind] as ((event: Event) => string) | undefined
  return words ? `${words(event)}${until ? `; it has until ${shown(until)}` : ''}` : null
}

/** The events that somebody would hear of. */
const heard: { [K in Event['kind']]?: (event: Extract<Event, { kind: K }>) => string } = {
  paged: ({ number, round, asked }) => `page ${number}, round ${round}: ${askedWords(asked)}`,
  raised: ({ number, missed, asked }) =>
    `page ${number}, for a missed promise (${missed.join(', ')}): ${askedWords(asked)}`,
  tier_skipped: ({ tier }) => `tier ${tier} would ask nobody and is skipped`,
  fallback_told: ({ number, channel, reason, mention }) =>
    `page ${number}, to the fallback ${channel}: ${fallbackWords[reason]}; mentions ${mention.join(', ') || 'nobody'}`,
  promise_breached: ({ promise }) => `the promise to ${promiseWords[promise]} is broken`,
  unanswered: () => 'every round is spent: the escalation is unanswered',
}

const fallbackWords = {
  unanswered: 'nobody answered',
  undeliverable: 'a page could not be delivered',
  nobody: 'a tier asks nobody',
}
const promiseWords = {
  acknowledge: 'acknowledge',
  update: 'update the customer',
  resolve: 'resolve',
  thirtyDays: 'end within 30 days',
}

function askedWords({ tier, channel, onCall, mention }: Asked): string {
  const people = [...onCall.map((person) => `${person} (on call)`), ...mention]
  return `${tier} in ${channel} asks ${people.join(', ') || 'whoever reads there'}`
}

function promiseRows(
  policy: PolicyDocument,
  severity: string,
  promises: Promises,
  shown: (at: Date) => string,
): string[][] {
  const times = severityTimes(policy, severity)
  return promiseNames.map((name) => {
    const { dueAt } = promises[name]
    const length = name === 'thirtyDays' ? '30 calendar days' : `${times[name]} (${times.hours})`
    return [promiseWords[name], `by ${dueAt ? shown(dueAt) : '?'}`, length]
  })
}
