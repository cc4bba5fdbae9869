import type { z } from 'zod'
import type { Path } from './domain/policy-checks.ts'
import type { Finding, Place } from './policy-yaml.ts'

/** One thing that is wrong with a policy file, and where. Line 0 is the file as a whole. */
export type Problem = Place & { path: string; expected: string; got: string }

/** One line for each problem, in the order of the file: `belay.yml:12  rules[0].policy  expected …, got …`. */
export function formatProblems(file: string, problems: readonly Problem[]): string {
  const rows = problems.map(({ line, path, expected, got }) => ({
    where: line > 0 ? `${file}:${line}` : file,
    path,
    what: `expected ${expected}${got && `, got ${got}`}`,
  }))
  const widest = (values: string[]) => Math.min(60, Math.max(...values.map((value) => value.length)))
  const whereWidth = widest(rows.map(({ where }) => where))
  const pathWidth = widest(rows.map(({ path }) => path))
  return rows
    .map(({ where, path, what }) =>
      [where.padEnd(whereWidth), ...(pathWidth > 0 ? [path.padEnd(pathWidth)] : []), what].join('  '),
    )
    .join('\n')
}

/** `['rules', 0, 'policy']` -> `rules[0].policy`. */
export function formatPath(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '')
}

/**
 * What a schema expects, in the words of a policy file; given to zod as the error map of a parse. Only asked where the
 * schema itself has no words.
 */
export function expectation(issue: z.core.$ZodRawIssue): string {
  const { inst } = issue as { inst?: z.core.$ZodType }
  if (issue.code === 'invalid_type') return expectedType(issue.expected, issue.input, inst)
  if (issue.code === 'unrecognized_keys') return keysOf(inst).join(keySeparator)
  if (issue.code === 'too_small') return `at least ${String(issue['minimum'])}`
  if (issue.code === 'too_big') return `at most ${String(issue['maximum'])}`
  return issue.message ?? issue.code
}

const keySeparator = ', '

const typeWords: Record<string, string> = {
  int: 'a whole number',
  number: 'a whole number', // a policy has no other
  boolean: 'true or false',
  array: 'a list',
  record: 'a map',
}

function expectedType(type: string, input: unknown, schema: z.core.$ZodType | undefined): string {
  if (type === 'string') return expectedText(input, schema)
  const keys = keysOf(schema)
  return keys.length > 0 ? `a map with ${keys.join(', ')}` : (typeWords[type] ?? type)
}

/** Asks the schema what it would have said about a text that it refuses, for that names the form it wants. */
function expectedText(input: unknown, schema: z.core.$ZodType | undefined): string {
  const own = schema as z.ZodType
  const isUnquoted = typeof input === 'number' || typeof input === 'boolean'
  if (isUnquoted && own.safeParse(String(input)).success) return 'text, in quotes'
  const message = own.safeParse('').error?.issues[0]?.message ?? ''
  return message.startsWith('expected ') ? plain(message) : 'text'
}

function keysOf(schema: z.core.$ZodType | undefined): string[] {
  return schema && 'shape' in schema ? Object.keys(schema.shape as object) : []
}

/** The shape problems of a parse that used `expectation`. */
export function findingsOf(issues: readonly z.core.$ZodIssue[]): Finding[] {
  return issues.flatMap((issue) => findingOf(issue, issue.path as Path))
}

function findingOf(issue: z.core.$ZodIssue, path: Path): Finding[] {
  if (issue.code === 'invalid_union') return unionFindings(issue, path)
  if (issue.code === 'unrecognized_keys') return unknownKeyFindings(issue, path)
  if (issue.code === 'invalid_key') return [keyFinding(issue, path)]
  return [{ path, expected: plain(issue.message) }]
}

function unknownKeyFindings(issue: z.core.$ZodIssueUnrecognizedKeys, path: Path): Finding[] {
  const known = issue.message.split(keySeparator)
  return issue.keys.map((key) => ({
    path: [...path, key],
    expected: `one of ${issue.message}`,
    got: JSON.stringify(key),
    known,
    on: 'key',
  }))
}

function keyFinding(issue: z.core.$ZodIssueInvalidKey, path: Path): Finding {
  const expected = plain(issue.issues[0]?.message ?? 'another name')
  return { path, expected, got: JSON.stringify(path.at(-1)), on: 'key' }
}

/** The complaints of the form that the author meant; all forms when it looks like none of them. */
function unionFindings(issue: z.core.$ZodIssueInvalidUnion, path: Path): Finding[] {
  const meant = issue.errors.find(
    (errors) => !errors.some((error) => error.code === 'invalid_type' && error.path.length === 0),
  )
  if (meant) return meant.flatMap((error) => findingOf(error, [...path, ...(error.path as Path)]))
  const forms = issue.errors.flatMap((errors) => errors.map((error) => plain(error.message)))
  return [{ path, expected: [...new Set(forms)].join(', or ') }]
}

/** The message without what a finding says by itself; a reason that comes before the expectation goes behind it. */
function plain(message: string): string {
  return message
    .replace(/^(.+): expected (.+)$/, '$2 ($1)')
    .replace(/^expected /, '')
    .replace(/, not ".*"$/, '')
}

/** The name that was probably meant: at most two letters off, and never mostly different. */
export function closest(name: string, known: readonly string[]): string | undefined {
  const near = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.min(2, Math.max(name.length, candidate.length) / 3))
  return near.sort((a, b) => a.distance - b.distance)[0]?.candidate
}

/** How many letters to insert, drop, replace, or swap with their neighbour. */
function editDistance(a: string, b: string): number {
  let [older, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= a.length; row++) {
    const next = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = last[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const swapped = isSwap ? (older[column - 2] ?? Infinity) + 1 : Infinity
      next.push(Math.min(replaced, swapped, last[column]! + 1, next[column - 1]! + 1))
    }
    ;[older, last] = [last, next]
  }
  return last[b.length]!
}
