import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { plain, startDesk, type Desk, type Told } from '../support/desk.ts'
import { offers, phones, shown } from '../support/pings.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

const onCard = ({ card }: Told) => shown(desk.first.again(card))

it('a customer who was told something hears the next by the time that was named', async () => {
  const { first, quiet, sandbox } = desk
  const told = await desk.escalate('Update me', plain)
  await first.press(told.card, 'Acknowledge')
  await first.press(told.card, 'Update customer')
  const form = await first.modal('Update customer')
  const nextBy = Math.floor(sandbox.clock.now().getTime() / 1000) + 3 * 3600
  await form.fill({ 'What the customer was told': 'We look into it.', 'Next update by': nextBy })
  await form.submit()
  await quiet()
  expect(Number((await desk.saved(told)).promises.update.dueAt)).toBe(nextBy * 1000)
  expect(onCard(told)).toContain(', as the customer was told')
  await first.sees('C0FRONT', 'We look into it.', { thread: told.card })
})

it('a time that is over already is refused at its field', async () => {
  const { first, sandbox } = desk
  const told = await desk.escalate('Too late', plain)
  await first.press(told.card, 'Update customer')
  const form = await first.modal('Update customer')
  const over = Math.floor(sandbox.clock.now().getTime() / 1000) - 60
  await form.fill({ 'What the customer was told': 'Soon.', 'Next update by': over })
  expect(await form.submit({ expectErrors: true })).toEqual({
    next_by: 'That time is over already: choose a later one.',
  })
  expect((await desk.saved(told)).told).toBeNull()
})

it('a missed update is told to its owner and raised, one tier more for each miss', async () => {
  const { first, manager, pass, quiet, sandbox } = desk
  const told = await desk.escalate('Nobody writes')
  await first.press(told.card, 'Acknowledge')
  await pass(44)
  const rang = phones(sandbox)
  await pass(2)
  expect(rang()).toEqual(['U0FRONT2 directly'])
  await first.says('C0FRONT', 'On it', { thread: told.card })
  await pass(13)
  expect(rang()).toEqual([])
  await pass(2)
  expect(rang()).toEqual(['U0FRONT2 directly', 'U0HEAD in C0MGMT'])
  const raised = await manager.sees('C0MGMT', new RegExp(`^${told.name} `))
  expect(raised.text).toMatch(/Missed: the next update to the customer was due .*\. management is asked/)
  expect(onCard(told)).toContain('Acknowledged by First-line engineer 2')
  expect(onCard(told)).toContain(':warning: Missed: was due')
  await quiet()
  expect(rang()).toEqual([])
})

it('nobody answers through all rounds: the fallback is told, and again every 30 minutes, until somebody has it', async () => {
  const { manager, pass, quiet, sandbox } = desk
  const told = await desk.escalate('Silence', plain)
  const rang = phones(sandbox)
  await pass(119)
  expect(rang().filter((ping) => ping.endsWith('in C0MGMT'))).toEqual([
    'U0HEAD in C0MGMT',
    'U0HEAD in C0MGMT',
  ])
  expect(rang()).toEqual([])
  await pass(2)
  expect(rang()).toEqual(['U0HEAD in C0ADMINS'])
  const alarm = await manager.sees('C0ADMINS', new RegExp(`^${told.name} `))
  expect(alarm.text).toContain('Nobody answered after 2 rounds.')
  expect(onCard(told)).toContain('Nobody answered after 2 rounds.')
  for (const half of [1, 2]) {
    await pass(30)
    expect([half, rang()]).toEqual([half, ['U0HEAD in C0ADMINS']])
  }
  await manager.press(alarm, 'Acknowledge')
  await quiet()
  expect(onCard(told)).toContain('Acknowledged by Support manager')
  await pass(40)
  expect(rang().filter((ping) => ping.endsWith('C0ADMINS'))).toEqual([])
})

it('resolved leaves only Reopen; reopened starts at the first tier; after seven days it is refused', async () => {
  const { first, second, pass, quiet, sandbox } = desk
  const told = await desk.escalate('Over and over', plain)
  await second.press(told.card, 'Resolve')
  const form = await second.modal(`Resolve ${told.name}`)
  await form.submit()
  await quiet()
  expect(offers(first.again(told.card))).toEqual(['Reopen'])
  const rang = phones(sandbox)
  await pass(7 * 24 * 60 - 1)
  rang()
  await second.press(told.card, 'Reopen')
  await quiet()
  expect(rang()).toEqual(['U0FRONT3 directly', 'U0FRONT3 in C0FRONT'])
  await first.sees('C0FRONT', 'It was reopened.', { thread: told.card })
  await second.press(told.card, 'Resolve')
  await (await second.modal(`Resolve ${told.name}`)).submit()
  await pass(7 * 24 * 60 + 1)
  await second.press(told.card, 'Reopen')
  await second.seesOnly('C0FRONT', 'can be reopened for 7 days only')
  expect((await desk.saved(told)).state).toBe('resolved')
})
