import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { enqueue } from '#store/save.ts'
import { plain, startDesk, type Desk } from '../support/desk.ts'
import { offers, shown } from '../support/pings.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

const edits = () => desk.sandbox.journal({ name: 'chat.update', channel: 'C0FRONT' })

it('a card is posted as it reads once it has arrived: nothing is edited until something happens', async () => {
  const { first, quiet } = desk
  const told = await desk.escalate('Posted once', plain)
  await quiet()
  expect(edits()).toEqual([])
  await first.press(told.card, 'Acknowledge')
  await quiet()
  expect(edits()).toHaveLength(1)
})

it('a card whose channel was archived for a while tells the truth again when it is not', async () => {
  const { sandbox, first, pass, quiet } = desk
  const told = await desk.escalate('Archived for a while', plain)
  await sandbox.act({ type: 'archive', as: 'U0HEAD', channel: 'C0FRONT' })
  await first.press(await first.sees('dm', 'Archived for a while'), 'Acknowledge')
  await quiet()
  await sandbox.act({ type: 'unarchive', as: 'U0HEAD', channel: 'C0FRONT' })
  await pass(5.1)
  const card = first.again(told.card)
  expect(shown(card)).toContain('Acknowledged by First-line engineer 2')
  expect(offers(card)).not.toContain('Acknowledge')
})

it('a channel that refuses its edits does not use up those of the others', async () => {
  const { sandbox, pass } = desk
  const tickets = Array.from({ length: 8 }, (_, index) => `Behind ${index}`)
  for (const subject of tickets) await desk.escalate(subject, plain)
  await sandbox.act({ type: 'archive', as: 'U0HEAD', channel: 'C0FRONT' })
  await pass(21)
  const before = edits().length
  await pass(5)
  expect(edits().length - before).toBeGreaterThan(0)
  expect(edits().length - before).toBeLessThan(tickets.length)
  await sandbox.act({ type: 'unarchive', as: 'U0HEAD', channel: 'C0FRONT' })
  await pass(5.1)
  for (const subject of tickets)
    expect(shown(await desk.first.sees('C0FRONT', subject))).toContain('Tier 3 of 3')
})

it('a card that somebody deleted is posted anew, and still answers', async () => {
  const { sandbox, first, second, quiet, pass } = desk
  const told = await desk.escalate('Deleted', plain)
  await sandbox.act({ type: 'delete', as: sandbox.botUserId, channel: 'C0FRONT', ts: told.card.ts })
  await quiet()
  await pass(15.5)
  const page = await second.sees('C0ENG', 'Deleted')
  await second.press(page, 'Acknowledge')
  await quiet()
  const again = await first.sees('C0FRONT', new RegExp(`^${told.name} critical`))
  expect(again.text).toContain('Acknowledged by Second-line engineer')
  expect(offers(again)).toContain('Resolve')
})

it('a channel that has a card again does not get another in the place of the one that was lost', async () => {
  const { belay, sandbox, quiet } = desk
  const { id } = await desk.escalate('One card', plain)
  const notice = { kind: 'card', channel: 'C0FRONT' } as const
  const anew = { key: 'card:anew', escalation: id, target: 'C0FRONT', priority: 1, notice }
  await belay.store.db.transaction((tx) => enqueue(tx, [anew], sandbox.clock.now()))
  belay.pump.wake()
  await quiet()
  const there = sandbox.messages('C0FRONT').filter(({ text }) => text.includes('One card'))
  expect(there).toHaveLength(1)
})
