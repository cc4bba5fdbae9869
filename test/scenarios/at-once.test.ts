import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { sql } from 'drizzle-orm'
import { plain, startDesk, type Desk } from '../support/desk.ts'
import { phones } from '../support/pings.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

const times = (list: string[], kind: string) => list.filter((other) => other === kind).length

it('two people acknowledge in the same instant: one has it, the other is told who', async () => {
  const { first, second, quiet } = desk
  const told = await desk.escalate('Both want it', plain)
  await Promise.all([first.press(told.card, 'Acknowledge'), second.press(told.card, 'Acknowledge')])
  await quiet()
  const { owner } = await desk.saved(told)
  const [winner, loser] =
    owner === first.id ? ['First-line engineer 2', second] : ['Second-line engineer', first]
  expect((await loser.seesOnly('C0FRONT')).text).toContain(`${winner} has ${told.name} already`)
  expect(times(await desk.happened(told), 'acknowledged')).toBe(1)
  expect(first.again(told.card).text).toContain(`Acknowledged by ${winner}`)
})

it('a double click is one acknowledgement', async () => {
  const { first, quiet, sandbox } = desk
  const told = await desk.escalate('Twice the same', plain)
  await Promise.all([first.press(told.card, 'Acknowledge'), first.press(told.card, 'Acknowledge')])
  await quiet()
  expect(times(await desk.happened(told), 'acknowledged')).toBe(1)
  const lines = sandbox
    .messages('C0FRONT')
    .filter(({ text }) => text.includes(`${told.name} (`) && text.includes('has it'))
  expect(lines).toHaveLength(1)
})

it('a form that is submitted twice opens one escalation', async () => {
  const { agent, quiet, sandbox, belay } = desk
  const rang = phones(sandbox)
  await agent.command('/escalate', 'C0SUPPORT', 'critical Sent twice')
  const form = await agent.modal()
  await form.fill({ Customer: 'Acme GmbH' })
  await Promise.allSettled([form.submit(), form.submit()])
  await quiet()
  expect(rang()).toEqual(['U0AGENT directly', 'U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
  const { rows } = await belay.store.db.execute(
    sql`select id from escalations where ticket->>'subject' = 'Sent twice'`,
  )
  expect(rows).toHaveLength(1)
  const card = await agent.sees('C0FRONT', /critical, Acme GmbH: Sent twice/)
  await agent.press(card, 'Resolve')
  const resolve = await agent.modal()
  await Promise.allSettled([resolve.submit(), resolve.submit()])
  await quiet()
  const told = { id: Number(rows[0]?.['id']), name: '', card }
  expect(times(await desk.happened(told), 'resolved')).toBe(1)
})

it('two replicas find the same due escalations, and page each tier once', async () => {
  const { replica, pass, quiet, sandbox } = desk
  await replica()
  const escalations = await Promise.all(Array.from({ length: 5 }, (_, i) => desk.escalate(`Due ${i}`, plain)))
  await quiet()
  const rang = phones(sandbox)
  await pass(16)
  const expected = escalations.flatMap(() => ['U0ENG1 directly', 'U0ENG1 in C0ENG'])
  expect(rang()).toEqual(expected.sort())
  for (const told of escalations) {
    const cards = sandbox.messages('C0ENG').filter(({ text }) => text.startsWith(`${told.name} `))
    expect(cards).toHaveLength(1)
    expect(times(await desk.happened(told), 'paged')).toBe(2)
  }
}, 60_000)

it('who is too late hears it within 3 seconds, though nobody can look up why', async () => {
  const { first, second, quiet, belay } = desk
  const told = await desk.escalate('Looked up in vain', plain)
  await first.press(told.card, 'Acknowledge')
  const client = await belay.store.db.$client.connect()
  await client.query('begin; lock table notices in access exclusive mode')
  try {
    const pressedAt = performance.now()
    await second.press(told.card, 'Acknowledge')
    expect(performance.now() - pressedAt).toBeLessThan(3000)
    await second.seesOnly('C0FRONT', / has it already until /)
  } finally {
    await client.query('rollback')
    client.release()
  }
  await quiet()
})
