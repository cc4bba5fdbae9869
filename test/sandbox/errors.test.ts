import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../sandbox/blockkit-limits.ts'
import { methods } from '../../sandbox/methods/index.ts'
import { failing } from './error-cases.ts'
import { type Bench, openBench } from './method-bench.ts'
import { type Args, good, views } from './method-calls.ts'

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

/** The sides of these limits that are refused are among the cases above. */
it('takes what just fits: texts, attachments, the bytes of a view, a stack of three', async () => {
  const { call, ts, trigger, sandbox } = await bench.facts()
  const channel = 'C0FRONT'
  const x = (length: number) => 'x'.repeat(length)
  const { message, view } = limits
  const fits = async (method: string, args: Args) =>
    expect({ method, ...(await call(method, args)) }).toMatchObject({ ok: true })
  await fits('chat.update', { channel, ts, text: x(message.update) })
  await fits('chat.postMessage', { channel, markdown_text: x(message.markdown_text) })
  const attachments = Array.from({ length: message.attachments }, () => ({ text: 'a' }))
  await fits('chat.postMessage', { channel, text: 'a', attachments })
  for (const [length, kept] of [
    [message.text, message.text],
    [message.text + 1, message.text],
  ] as const) {
    await fits('chat.postMessage', { channel, text: x(length) })
    expect(sandbox.messages(channel).at(-1)!.text).toHaveLength(kept)
  }
  const blocks = Array.from({ length: 100 }, () => ({ type: 'section', text: { type: 'mrkdwn', text: '' } }))
  const filled = { ...views.modal, blocks }
  const room = view.total_bytes - Buffer.byteLength(JSON.stringify(filled))
  for (const { text } of blocks) text.text = x(Math.floor(room / blocks.length))
  blocks[0]!.text.text += x(room % blocks.length)
  expect(Buffer.byteLength(JSON.stringify(filled))).toBe(view.total_bytes)
  await fits('views.open', { trigger_id: await trigger(), view: filled })
  for (let level = 1; level < view.stack; level++)
    await fits('views.push', { trigger_id: await trigger(), view: views.modal })
})
