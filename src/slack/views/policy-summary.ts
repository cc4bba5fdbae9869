import type { Actor } from '../../domain/escalation.ts'
import { isPerson } from '../../domain/escalation.ts'
import { waitOf } from '../../domain/policy.ts'
import type { PolicyDocument, Rule, Severity } from '../../domain/policy.ts'
import { channelName, context, inline, message, section } from '../blocks.ts'
import type { Message } from '../blocks.ts'
import { counted, inWords, listed, named, tierName } from './words.ts'

/** Who is asked when, and what was promised: the policy in force, to the person who asked. */
export function policySummary(
  document: PolicyDocument,
  names: ReadonlyMap<Actor, string> = new Map(),
): Message {
  const { severities, tiers, policies, rules, fallback, timezone } = document
  const policyNames = Object.keys(policies)
  const text = `The policy in force: ${counted(severities.length, 'severity', 'severities')}, policies ${listed(policyNames.map(tierName))}.`
  return message(text, [
    section('*The policy in force*'),
    titled('Promises', severities.map(severityRow)),
    titled(
      'Tiers',
      Object.entries(tiers).map(([name, tier]) => tierRow(name, tier, names)),
    ),
    titled(
      'Policies',
      policyNames.map((name) => policyRow(document, name)),
    ),
    titled('Rules, the first that matches', rules.map(ruleRow)),
    context(`Fallback: ${channelName(fallback.channel)}`, `Time zone: ${inline(timezone, 60)}`),
  ])
}

function titled(title: string, rows: readonly string[]) {
  return section(`*${title}*\n${rows.map((row) => `• ${row}`).join('\n')}`)
}

function severityRow({ name, acknowledge, update, resolve, hours, lapse }: Severity): string {
  const times = `acknowledge in ${inWords(acknowledge)}, update every ${inWords(update)}, resolve in ${inWords(resolve)}`
  return `${inline(name, 50)}: ${times}; counted ${hours === 'always' ? 'around the clock' : `in ${inline(hours, 50)} hours`}; an acknowledgement holds ${inWords(lapse)}`
}

function tierRow(
  name: string,
  tier: PolicyDocument['tiers'][string],
  names: ReadonlyMap<Actor, string>,
): string {
  const direct = tier.mention.map((id) => (isPerson(id) ? named(names, id) : `group ${id}`))
  const asked = [...tier.on_call.map((rotation) => `on call in ${inline(rotation, 60)}`), ...direct].slice(
    0,
    20,
  )
  return `${tierName(name)} in ${channelName(tier.channel)}: ${listed(asked) || 'whoever reads there'}`
}

function policyRow(document: PolicyDocument, name: string): string {
  const { tiers, rounds, missed_promise } = document.policies[name] ?? {
    tiers: [],
    rounds: 1,
    missed_promise: [],
  }
  const rungs = tiers.map(({ tier }, rung) => `${tierName(tier)} (${waits(document, name, rung)})`)
  const raised =
    missed_promise.length > 0 ? `; a missed promise is raised to ${listed(missed_promise.map(tierName))}` : ''
  return `${tierName(name)}: ${rungs.join(', then ')}; ${counted(rounds, 'round')}${raised}`
}

/** How long a tier has: once when it is the same for every severity, else for each. */
function waits(document: PolicyDocument, policy: string, rung: number): string {
  const each = document.severities.map(({ name }) => ({ name, wait: waitOf(document, policy, rung, name) }))
  const first = each[0]?.wait
  if (first && each.every(({ wait }) => wait === first)) return inWords(first)
  return each.map(({ name, wait }) => `${inline(name, 50)} ${inWords(wait)}`).join(', ')
}

function ruleRow({ when, policy, severity }: Rule): string {
  const conditions = Object.entries(when ?? {}).flatMap(([key, values]) =>
    Array.isArray(values)
      ? [
          `${key === 'tags' ? 'a tag' : key} is ${values
            .slice(0, 10)
            .map((value) => inline(value, 40))
            .join(' or ')}`,
        ]
      : [],
  )
  const becomes = severity ? `, as ${inline(severity, 50)}` : ''
  return `${conditions.join(' and ') || 'everything else'}: ${tierName(policy)}${becomes}`
}
