import { durationProblems } from './policy-durations.ts'
import { at, entries, isRecord, items, keysOf } from './policy-shape.ts'

/** A place in the policy document: keys and list indexes. */
export type Path = readonly (string | number)[]

/** What is wrong between two places of a document. `known`: the names that would have been right. */
export type CrossProblem = { path: (string | number)[]; expected: string; got?: string; known?: string[] }

type Names = Record<'severities' | 'hours' | 'rotations' | 'tiers' | 'policies', string[]>

/**
 * Everything that a schema of shapes can't see: names that nothing has, rules that are never reached, what is listed
 * twice. It reads a document as people write it and takes any value, so that one report can hold these problems beside
 * those of the shape; what has the wrong shape is passed over here.
 */
export function crossProblems(document: unknown): CrossProblem[] {
  const names: Names = {
    severities: keysOf(at(document, 'severities')),
    hours: keysOf(at(document, 'hours')),
    rotations: keysOf(at(document, 'rotations')),
    tiers: keysOf(at(document, 'tiers')),
    policies: keysOf(at(document, 'policies')),
  }
  return [
    ...entries(at(document, 'severities')).flatMap(([name, value]) => severityProblems(name, value, names)),
    ...hoursProblems(names),
    ...entries(at(document, 'tiers')).flatMap(([name, value]) => tierProblems(name, value, names)),
    ...entries(at(document, 'policies')).flatMap(([name, value]) => policyProblems(name, value, names)),
    ...items(at(document, 'rules')).flatMap((rule, index, { length }) =>
      ruleProblems(rule, index, length - 1, names),
    ),
    ...repeated(['admins'], at(document, 'admins')),
    ...durationProblems(document),
    ...secretProblems(document, ['sources', 'generic', 'secret']),
    ...repeated(['fallback', 'email'], at(at(document, 'fallback'), 'email')),
    ...secretProblems(document, ['fallback', 'webhook', 'secret'], webhookSecretBytes),
  ]
}

function severityProblems(name: string, value: unknown, names: Names): CrossProblem[] {
  const path = ['severities', name]
  const calendars = names.hours.filter((calendar) => calendar !== 'always')
  const expected =
    calendars.length > 0
      ? `the name of an hours calendar (${calendars.join(', ')}) or "always"`
      : '"always", for there are no hours calendars'
  return [
    ...twinProblems(path, name, names.severities),
    ...reference([...path, 'hours'], at(value, 'hours'), { known: [...calendars, 'always'], expected }),
  ]
}

/** Tickets may spell a severity in any case of letters. */
function twinProblems(path: Path, name: string, severities: string[]): CrossProblem[] {
  const first = severities.find((other) => other.toLowerCase() === name.toLowerCase())
  if (first === name || first === undefined) return []
  const expected = `a name that differs from "${first}" in more than its capitals`
  return [{ path: [...path], expected, got: JSON.stringify(name) }]
}

function hoursProblems(names: Names): CrossProblem[] {
  if (!names.hours.includes('always')) return []
  return [{ path: ['hours', 'always'], expected: 'another name: "always" is built in', got: '"always"' }]
}

function tierProblems(name: string, value: unknown, names: Names): CrossProblem[] {
  const path = ['tiers', name]
  return [
    ...references([...path, 'on_call'], at(value, 'on_call'), oneOf('a rotation', names.rotations)),
    ...repeated([...path, 'on_call'], at(value, 'on_call')),
    ...repeated([...path, 'mention'], at(value, 'mention')),
  ]
}

function policyProblems(name: string, value: unknown, names: Names): CrossProblem[] {
  const path = ['policies', name]
  const missed = at(value, 'missed_promise')
  return [
    ...items(at(value, 'tiers')).flatMap((step, index) =>
      stepProblems([...path, 'tiers', index], step, names),
    ),
    ...references([...path, 'missed_promise'], missed, oneOf('a tier', names.tiers)),
    ...repeated([...path, 'missed_promise'], missed),
  ]
}

function stepProblems(path: Path, step: unknown, names: Names): CrossProblem[] {
  const severities = oneOf('a severity', names.severities)
  return [
    ...reference([...path, 'tier'], at(step, 'tier'), oneOf('a tier', names.tiers)),
    ...keysOf(at(step, 'wait')).flatMap((key) => reference([...path, 'wait', key], key, severities)),
  ]
}

function ruleProblems(rule: unknown, index: number, last: number, names: Names): CrossProblem[] {
  const path = ['rules', index]
  const severity = oneOf('a severity', names.severities)
  const wanted = at(at(rule, 'when'), 'severity')
  return [
    ...reference([...path, 'policy'], at(rule, 'policy'), oneOf('a policy', names.policies)),
    ...reference([...path, 'severity'], at(rule, 'severity'), severity),
    ...reference([...path, 'when', 'severity'], wanted, severity),
    ...references([...path, 'when', 'severity'], wanted, severity),
    ...reachProblems(rule, index, last),
  ]
}

/** The last rule takes every ticket that is left, and only the last: below it nothing would be reached. */
function reachProblems(rule: unknown, index: number, last: number): CrossProblem[] {
  const isOpen = at(rule, 'when') === undefined || isEmpty(at(rule, 'when'))
  if (index < last && isOpen) {
    const expected = 'a condition (when), for without one the rules below are never reached'
    return [{ path: ['rules', index], expected, got: 'none' }]
  }
  if (index < last || isOpen) return []
  const expected = 'no condition on the last rule, so that every ticket starts a policy'
  return [{ path: ['rules', index, 'when'], expected, got: 'one' }]
}

/** The least that Standard Webhooks asks of a sender. A receiver takes what its sender chose. */
const webhookSecretBytes = 24

/** The Standard Webhooks scheme has its own form of secret. */
function secretProblems(document: unknown, path: string[], leastBytes = 1): CrossProblem[] {
  const secret = path.reduce(at, document)
  if (typeof secret !== 'string') return []
  const [, base64 = ''] = /^whsec_([A-Za-z0-9+/]+)={0,2}$/.exec(secret) ?? []
  if (Math.floor((base64.length * 3) / 4) >= leastBytes) return []
  const size = leastBytes > 1 ? ` of ${leastBytes} bytes or more` : ''
  return [{ path, expected: `whsec_ followed by base64${size} (Standard Webhooks)` }]
}

type Choice = { known: string[]; expected: string }

function oneOf(what: string, known: string[]): Choice {
  const list = known.length > 0 ? known.join(', ') : 'there are none'
  return { known, expected: `the name of ${what} (${list})` }
}

function reference(path: Path, name: unknown, choice: Choice): CrossProblem[] {
  if (typeof name !== 'string' || choice.known.includes(name)) return []
  return [{ path: [...path], ...choice, got: JSON.stringify(name) }]
}

function references(path: Path, list: unknown, choice: Choice): CrossProblem[] {
  return items(list).flatMap((name, index) => reference([...path, index], name, choice))
}

function repeated(path: Path, list: unknown): CrossProblem[] {
  return items(list).flatMap((item, index, all) =>
    typeof item === 'string' && all.indexOf(item) < index
      ? [{ path: [...path, index], expected: 'each once', got: `${JSON.stringify(item)} again` }]
      : [],
  )
}

function isEmpty(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 0
}
