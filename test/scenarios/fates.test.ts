import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { plain, startDesk, type Desk } from '../support/desk.ts'
import { shown } from '../support/pings.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

it('a card that tells of a page nobody has heard of tells it no longer once nobody needs the page', async () => {
  const { sandbox, first, pass } = desk
  const told = await desk.escalate('Unheard of', plain)
  const effect = { kind: 'error', error: 'internal_error' } as const
  sandbox.fault({ on: 'chat.postMessage', channel: 'C0ENG', effect })
  const says = (words: string) => shown(first.again(told.card)).includes(words)
  await first.press(told.card, 'Escalate now')
  await desk.belay.pump.idle()
  await first.press(first.again(told.card), 'Acknowledge')
  await sandbox.until(() => says('may not have arrived'), 'the card tells of it')
  await pass(0.5)
  expect(says('Acknowledged by')).toBe(true)
  expect(says('may not have arrived')).toBe(false)
})
