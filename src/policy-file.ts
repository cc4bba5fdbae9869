import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { crossProblems } from './domain/policy-checks.ts'
import { at } from './domain/policy-shape.ts'
import { canonical, PolicyDocument, versionOf, WrittenPolicy, type PolicyVersion } from './domain/policy.ts'
import { closest, expectation, findingsOf, formatPath, type Problem } from './policy-problems.ts'
import { parseYaml, type Finding, type YamlFile } from './policy-yaml.ts'

export { formatProblems } from './policy-problems.ts'

/** A policy file, read: the policy and the part of it that escalations keep, or everything that is wrong with it. */
export type PolicyFile =
  | { ok: true; document: PolicyDocument; version: PolicyVersion; hash: string }
  | { ok: false; problems: Problem[] }

/** Nobody writes a policy this long; it is the wrong file. */
const maxBytes = 1024 * 1024

/** Reads a policy file. `${NAME}` in its text values comes from `env`. A file that can't be read is a problem, too. */
export async function readPolicyFile(path: string, env: NodeJS.ProcessEnv): Promise<PolicyFile> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => error)
  if (bytes instanceof Error) return unreadable('a policy file that can be read', whyNot(bytes))
  if (bytes.length > maxBytes) return unreadable('a policy of at most 1 MiB', `${bytes.length} bytes`)
  if (!isUtf8(bytes)) return unreadable('a text file in UTF-8', 'other bytes')
  return parsePolicy(bytes.toString('utf8'), env)
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  return code === 'ENOENT' ? 'no such file' : (code ?? message)
}

function unreadable(expected: string, got: string): PolicyFile {
  return { ok: false, problems: [{ line: 0, column: 0, path: '', expected, got }] }
}

/** Reads the text of a policy file. Shape, unknown names and unset `${NAME}` are reported together. */
export function parsePolicy(text: string, env: NodeJS.ProcessEnv): PolicyFile {
  const { file, findings } = parseYaml(text, env)
  if (!file) return { ok: false, problems: findings.map((finding) => problemOf(finding)) }
  if (file.value === null) return unreadable('a policy', 'an empty file')
  const content = [...contentFindings(file.value), ...surroundingFindings(file.value, env)]
  const problems = unique([...findings, ...content], findings.length)
    .map((finding) => problemOf(finding, file))
    .sort((a, b) => a.line - b.line || a.column - b.column)
  if (problems.length > 0) return { ok: false, problems }
  const document = PolicyDocument.parse(file.value)
  const version = versionOf(document)
  return { ok: true, document, version, hash: hashOf(version) }
}

/** Zod does not look at references while a shape is wrong, so both are asked for on their own. */
function contentFindings(value: unknown): Finding[] {
  const shape = WrittenPolicy.safeParse(value, { error: expectation })
  return [...findingsOf(shape.error?.issues ?? []), ...crossProblems(value)]
}

/** What the policy needs besides itself. */
function surroundingFindings(value: unknown, env: NodeJS.ProcessEnv): Finding[] {
  if (at(at(value, 'fallback'), 'email') === undefined || env['SMTP_URL']?.trim()) return []
  return [
    {
      path: ['fallback', 'email'],
      expected: 'SMTP_URL to be set in the environment, for e-mail',
      got: 'nothing',
    },
  ]
}

/** One complaint for each path; the first `sure` ones (of the text itself) all stay and silence what follows from them. */
function unique(findings: Finding[], sure: number): Finding[] {
  const seen = new Set<string>()
  return findings.filter(({ path }, index) => {
    const isNew = !seen.has(formatPath(path))
    seen.add(formatPath(path))
    return isNew || index < sure
  })
}

function problemOf(finding: Finding, file?: YamlFile): Problem {
  const { path, on = 'value' } = finding
  const place = finding.place ?? file?.placeOf(path, on) ?? { line: 0, column: 0 }
  return { ...place, path: formatPath(path), expected: finding.expected, got: gotOf(finding, file) }
}

/** What was there instead, with the name that was probably meant: a finding with `known` got one in quotes. */
function gotOf({ path, got, known }: Finding, file: YamlFile | undefined): string {
  const shown = got ?? file?.writtenAt(path) ?? ''
  const meant = known && closest(JSON.parse(shown) as string, known)
  return meant ? `${shown} (did you mean "${meant}"?)` : shown
}

function hashOf(version: PolicyVersion): string {
  return createHash('sha256').update(canonical(version)).digest('hex').slice(0, 16)
}

/**
 * Calls `onChange` each time the file's content has changed, until the signal aborts. Start it before the first read of
 * the policy, so that no change falls between them. It looks once a second instead of asking the system to be told,
 * because editors replace files and Kubernetes swaps symbolic links; and it waits until two looks agree, so that a file
 * that is still being written is not read by half. A file that is gone changes nothing.
 */
export async function watchPolicy(
  path: string,
  onChange: () => void | Promise<void>,
  { signal, everyMs = 1000 }: { signal: AbortSignal; everyMs?: number },
): Promise<void> {
  let known = contentOf(path)
  let last = known
  while (await waited(everyMs, signal)) {
    const content = contentOf(path)
    const isSettled = content === last
    last = content
    if (!isSettled || content === undefined || content === known) continue
    known = content
    await onChange()
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}

async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  await delay(ms, undefined, { signal }).catch(() => {})
  return !signal.aborted
}
