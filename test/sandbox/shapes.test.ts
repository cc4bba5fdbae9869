import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { methods } from '../../sandbox/methods/index.ts'
import { good } from './method-calls.ts'
import { type Bench, openBench } from './method-bench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

/** What Slack documents but the types leave out. */
const UNTYPED: Record<string, string[]> = {
  'auth.revoke': ['revoked'],
  // the blocks of what a person typed
  'conversations.history': ['blocks'],
  ...Object.fromEntries(
    ['list', 'create', 'update', 'enable', 'disable', 'users.update'].map((name) => [
      `usergroups.${name}`,
      ['auto_type', 'deleted_by', 'user_count'],
    ]),
  ),
}
/** The types have enums where JSON has strings, and never say null, which Slack sends. */
const LOOSE = `
  type Loose<T> = T extends string ? string
    : T extends (infer U)[] ? Loose<U>[]
    : T extends object ? { [K in keyof T]: Loose<T[K]> | null } : T`.replaceAll('\n', ' ')

function drop(value: unknown, key: string): void {
  if (typeof value !== 'object' || value === null) return
  delete (value as Record<string, unknown>)[key]
  for (const inner of Object.values(value)) drop(inner, key)
}

const typeOf = (method: string) =>
  `${method
    .split('.')
    .map((part) => part[0]!.toUpperCase() + part.slice(1))
    .join('')}Response`

it('has a call for every method that is served, and for nothing else', () => {
  expect(Object.keys(good).sort()).toEqual(Object.keys(methods).sort())
})

it("answers in the shapes of the SDK's types: no field that they do not know, none of another type", async () => {
  const lines = [`import type * as sdk from ${JSON.stringify(sdk())};${LOOSE}`]
  for (const method of Object.keys(good)) {
    const facts = await bench.facts()
    const answer = await bench.call(method, await good[method]!(facts))
    expect({ method, ...answer }).toMatchObject({ method, ok: true })
    for (const key of UNTYPED[method] ?? []) drop(answer, key)
    lines.push(`export const _${lines.length}: Loose<sdk.${typeOf(method)}> = ${JSON.stringify(answer)}`)
  }
  expect(await complaints(lines)).toEqual([])
})

const sdk = () => fileURLToPath(import.meta.resolve('@slack/web-api')).replace(/\.js$/, '')

/** What the compiler says of the answers, written down as literals of the types that they should have. */
async function complaints(lines: string[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'shapes-'))
  const file = join(folder, 'answers.ts')
  await writeFile(file, lines.join('\n'))
  const compiler = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url))
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--pretty',
    'false',
  ]
  try {
    await promisify(execFile)(compiler, [...options, '--types', '', file])
    return []
  } catch (error) {
    const said = (error as { stdout?: string }).stdout ?? String(error)
    return said.split('\n').map((line) => {
      const at = Number(/answers\.ts\((\d+)/.exec(line)?.[1] ?? 0)
      return at ? `${lines[at - 1]!.slice(0, 60)}: ${line.replace(/^.*: error /, '')}` : line
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
