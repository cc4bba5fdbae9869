import { expect } from 'vitest'
import type { HomeView, ModalView } from '@slack/types'
import type { Message } from '#slack/blocks.ts'
import { validate } from '../../sandbox/blockkit.ts'

/** Everything that would ping, open a link or show a date: `<@U1>`, `<!channel>`, `<https://…|…>`. */
const tokens = /<[^<>]*>/g

const harmless =
  /^<(?:!date\^\d+\^\{date_short_pretty\} \{time\}\|[\d: -]+UTC|#[CGD][A-Z0-9]+|https?:\/\/[^<>|]*\|[^<>|]*)>$/

/** Holds a message to what every message owes: Block Kit's limits, a text of its own, and no ping that nobody asked for. */
export function expectSound(message: Message, asked: readonly string[] = []): void {
  expect(validate('message', message)).toEqual([])
  expect(message.text.trim()).not.toBe('')
  expect(message.text.length).toBeLessThanOrEqual(3900)
  const allowed = new Set(asked.map((id) => (id.startsWith('S') ? `<!subteam^${id}>` : `<@${id}>`)))
  const parts = [message.text, ...texts(message.blocks)]
  const found = parts.flatMap((part) => part.match(tokens) ?? [])
  expect(found.filter((token) => !harmless.test(token) && !allowed.has(token))).toEqual([])
  expect(
    parts
      .map((part) => part.replaceAll(tokens, ''))
      .filter((part) => /[<>]/.test(part.replaceAll(/^> /gm, ''))),
  ).toEqual([])
  expect(parts.filter((part) => !part.isWellFormed() || /&(?!amp;|lt;|gt;)/.test(part))).toEqual([])
}

/** The same for a form. What stands in its inputs is what people typed: it is shown as it is and pings nobody. */
export function expectSoundModal(view: ModalView): void {
  expectSoundView(view)
}

/** The same for a Home tab, which has no text of its own. */
export function expectSoundHome(view: HomeView): void {
  expectSoundView(view)
  expect(Buffer.byteLength(JSON.stringify(view))).toBeLessThan(250_000)
}

function expectSoundView(view: ModalView | HomeView): void {
  expect(validate(view.type, { ...view })).toEqual([])
  expect(JSON.stringify(view).isWellFormed()).toBe(true)
  const found = texts(view.blocks).flatMap((part) => part.match(tokens) ?? [])
  expect(found.filter((token) => !harmless.test(token))).toEqual([])
}

/** Every text in mrkdwn, wherever it is. */
function texts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(texts)
  if (value === null || typeof value !== 'object') return []
  const object = value as Record<string, unknown>
  if (object['type'] === 'mrkdwn') return [String(object['text'])]
  return Object.values(object).flatMap(texts)
}

/** Holds it against its picture in the gallery, one file per state: they are read by people. */
export async function expectPicture(value: Message | ModalView | HomeView, name: string): Promise<void> {
  await expect(`${JSON.stringify(value, null, 2)}\n`).toMatchFileSnapshot(`./gallery/${name}.json`)
}
