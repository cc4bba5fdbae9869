import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { methods } from '../../sandbox/methods/index.ts'
import { failing } from './error-cases.ts'
import { type Bench, openBench } from './method-bench.ts'
import { good } from './method-calls.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const withErrors = Object.entries(methods).filter(([, { errors }]) => errors.length > 0)
/** Errors of the door itself: any method may answer them. */
const ANY = 'restricted_action'

describe('every error that a method declares', () => {
  it.each(withErrors)('%s', async (method, { errors }) => {
    const said: Record<string, unknown> = {}
    for (const error of errors) {
      const args = await failing(method, error, await bench.facts())
      said[error] = args ? (await bench.call(method, args))['error'] : 'no case'
    }
    expect(said).toEqual(Object.fromEntries(errors.map((error) => [error, error])))
  })
})

it('refuses a call without its required arguments, whichever method', async () => {
  await bench.facts()
  for (const [name, { args }] of Object.entries(methods)) {
    const missing = Object.entries(args).filter(([, kind]) => kind.endsWith('!'))
    if (missing.length === 0) continue
    expect({ name, ...(await bench.call(name, {})) }).toMatchObject({
      name,
      error: 'invalid_arguments',
      response_metadata: {
        messages: missing.map(([argument]) => `[ERROR] missing required field: ${argument}`),
      },
    })
  }
})

it('refuses a token without the scope, whichever method', async () => {
  const { sandbox } = await bench.facts()
  sandbox.control({ type: 'scopes', scopes: ['none'] })
  for (const [name, { scopes }] of Object.entries(methods))
    if (scopes.length > 0)
      expect({ name, ...(await bench.call(name, {})) }).toMatchObject({
        name,
        error: 'missing_scope',
        needed: scopes.join(','),
      })
})

it('answers with any other error on demand, whichever method', async () => {
  const { sandbox } = await bench.facts()
  for (const name of Object.keys(good)) {
    sandbox.fault({ on: name, effect: { kind: 'error', error: ANY } })
    expect(await bench.call(name, {})).toEqual({ ok: false, error: ANY })
  }
})
