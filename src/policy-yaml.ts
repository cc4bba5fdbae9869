import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml'
import type { Path } from './domain/policy-checks.ts'

/** A problem before it has its place: `on` says whether the key or its value is wrong. */
export type Finding = {
  path: Path
  expected: string
  got?: string | undefined
  known?: readonly string[] | undefined
  on?: 'key' | 'value'
  place?: Place
}

/** Counted from 1. Line 0 is the file as a whole. */
export type Place = { line: number; column: number }

/** A YAML file that could be read: its value, and where and how each part of it was written. */
export type YamlFile = {
  value: unknown
  placeOf: (path: Path, on: 'key' | 'value') => Place
  /** What the author wrote there, in words that show no secret. */
  writtenAt: (path: Path) => string
}

/**
 * Always YAML 1.2, whatever a `%YAML` line says: times such as 10:00, dates, and words such as on and off stay the text
 * that they are. Keys that repeat are found by `inspect`, which knows their path.
 */
const options = {
  version: '1.2',
  schema: 'core',
  merge: false,
  resolveKnownTags: false,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'error',
} as const

/** Far more than a policy needs, far less than it takes to fill the memory. */
const maxAliases = 1000

/**
 * Reads YAML text, with each `${NAME}` in a text value replaced from the environment. The file is missing when its
 * syntax is broken: what follows a broken line would only be noise.
 */
export function parseYaml(text: string, env: NodeJS.ProcessEnv): { file?: YamlFile; findings: Finding[] } {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { ...options, lineCounter })
  const placeAt = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset)
    return { line, column: col }
  }
  const broken = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    path: [],
    expected: yamlExpectation(code, message),
    got: undefined,
    place: placeAt(pos[0]),
  }))
  if (broken.length > 0) return { findings: firstOfEachLine(broken).slice(0, 10) }

  const written = new Map<Scalar, string>()
  const findings = inspect(document.contents, [], (scalar, path) => {
    written.set(scalar, scalar.value)
    return substitute(scalar, path, env)
  })
  try {
    const value: unknown = document.toJS({ maxAliasCount: maxAliases })
    return {
      findings,
      file: { value, placeOf: placer(document, placeAt), writtenAt: writer(document, written) },
    }
  } catch (error) {
    return { findings: [{ path: [], expected: aliasExpectation(error), place: { line: 1, column: 1 } }] }
  }
}

function firstOfEachLine<T extends { place: Place }>(found: T[]): T[] {
  return found.filter((one, index) => found.findIndex(({ place }) => place.line === one.place.line) === index)
}

function yamlExpectation(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'one YAML document, without a second one after ---'
  if (code === 'RESOURCE_EXHAUSTION') return 'YAML that is not nested this deep'
  if (code === 'TAG_RESOLVE_FAILED') return 'a value without a YAML tag'
  if (code === 'TAB_AS_INDENT') return 'spaces for indentation, not tabs'
  return `YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`
}

function aliasExpectation(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return /Excessive alias count/.test(message)
    ? `at most ${maxAliases} uses of YAML anchors`
    : `YAML: ${message}`
}

type TextScalar = Scalar<string>

/** What YAML allows and a policy does not, in the whole tree; hands each text value to `seeText`. */
function inspect(
  node: unknown,
  path: Path,
  seeText: (scalar: TextScalar, path: Path) => Finding[],
): Finding[] {
  if (isSeq(node)) return node.items.flatMap((item, index) => inspect(item, [...path, index], seeText))
  if (isScalar(node)) return isText(node) ? seeText(node, path) : []
  if (!isMap(node)) return []
  const seen = new Set<string>()
  return node.items.flatMap((pair) => {
    const own = [...path, keyOf(pair)]
    const wrong = keyFinding(pair, own, seen)
    seen.add(keyOf(pair))
    return [...wrong, ...inspect(pair.value, own, seeText)]
  })
}

function isText(scalar: Scalar): scalar is TextScalar {
  return typeof scalar.value === 'string'
}

function keyFinding(pair: Pair, path: Path, seen: ReadonlySet<string>): Finding[] {
  const key = keyOf(pair)
  const got = JSON.stringify(key)
  if (key === '<<') return [{ path, expected: 'no merge key: write the keys out', got, on: 'key' }]
  if (seen.has(key)) return [{ path, expected: 'each key once', got: `${got} again`, on: 'key' }]
  return []
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
}

/** Replaces `${NAME}` in place. A name that is unset or empty is a problem, and the text stays as it was. */
function substitute(scalar: TextScalar, path: Path, env: NodeJS.ProcessEnv): Finding[] {
  const findings: Finding[] = []
  scalar.value = scalar.value.replaceAll(/\$\{([^}]*)\}/g, (reference, name: string) => {
    const isName = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    if (isName && env[name]) return env[name]
    const expected = isName
      ? `${name} to be set in the environment`
      : 'the name of an environment variable in ${…}'
    findings.push({ path, expected, got: isName ? 'nothing' : reference })
    return reference
  })
  return findings
}

/** The nodes on the way to a path, as far as the document has them. */
function trail(document: Document, path: Path): { key?: unknown; node: unknown; isWhole: boolean } {
  let at: { key?: unknown; node: unknown } = { node: document.contents }
  for (const step of path) {
    const within = isAlias(at.node) ? at.node.resolve(document) : at.node
    const next = child(within, step)
    if (!next) return { ...at, isWhole: false }
    at = next
  }
  return { ...at, isWhole: true }
}

function child(node: unknown, step: string | number): { key?: unknown; node: unknown } | undefined {
  if (isSeq(node))
    return typeof step === 'number' && step in node.items ? { node: node.items[step] } : undefined
  const pair = isMap(node) ? node.items.findLast((candidate) => keyOf(candidate) === String(step)) : undefined
  return pair && { key: pair.key, node: pair.value }
}

/** A wrong scalar is pointed at itself; a map, a list, and what is missing by the key that holds it. */
function placer(document: Document, placeAt: (offset: number) => Place): YamlFile['placeOf'] {
  return (path, on) => {
    const { key, node, isWhole } = trail(document, path)
    const pointsAtItself =
      isWhole && on === 'value' && (isAlias(node) || (isScalar(node) && node.value !== null))
    const shown = pointsAtItself ? node : (key ?? node)
    return placeAt(startOf(shown) ?? 0)
  }
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined
}

function writer(document: Document, written: ReadonlyMap<Scalar, string>): YamlFile['writtenAt'] {
  return (path) => {
    const { node, isWhole } = trail(document, path)
    const target = isAlias(node) ? node.resolve(document) : node
    if (!isWhole) return 'nothing'
    if (isMap(target)) return target.items.length > 0 ? 'a map' : 'an empty map'
    if (isSeq(target)) return target.items.length > 0 ? 'a list' : 'an empty list'
    return isScalar(target) ? shownScalar(target, written.get(target), path) : 'nothing'
  }
}

/** Tokens are recognised by how they start, too: somebody may have put one in the wrong place. */
function shownScalar(scalar: Scalar, written: string | undefined, path: Path): string {
  if (scalar.value === null) return 'nothing'
  const text = written ?? String(scalar)
  if (/^\$\{\w+\}$/.test(text)) return text
  if (path[0] === 'sources' || path[1] === 'webhook' || /whsec_|xox[a-z]-|xapp-/.test(text))
    return 'something else'
  const short = text.length > 60 ? `${text.slice(0, 59)}…` : text
  return written === undefined ? short : JSON.stringify(short)
}
