import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { plain, startDesk, type Desk } from '../support/desk.ts'
import { offers, phones, shown } from '../support/pings.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk[Symbol.asyncDispose]())

/** What `/escalate …` answers to the person who typed it, and to nobody else. */
async function answer(text: string): Promise<string> {
  const { agent, sandbox, manager } = desk
  const before = sandbox.messages('C0SUPPORT').length
  await agent.command('/escalate', 'C0SUPPORT', text)
  const said = await agent.seesOnly('C0SUPPORT')
  await agent.act({ type: 'dismiss', id: said.ts })
  expect(sandbox.messages('C0SUPPORT')).toHaveLength(before)
  expect(sandbox.state(manager.id).messages['C0SUPPORT']?.some(({ ephemeral }) => ephemeral)).not.toBe(true)
  return shown(said)
}

it('list, show, on-call, policy, digest and help answer the person alone', async () => {
  const { first, quiet } = desk
  const told = await desk.escalate('Listed', plain)
  await first.press(told.card, 'Acknowledge')
  await quiet()
  expect(await answer('list')).toMatch(new RegExp(`${told.name}[^]*Listed`))
  expect(await answer(`show ${told.name.toLowerCase()}`)).toMatch(/First-line engineer 2 has it until/)
  expect(await answer('on-call')).toMatch(/frontline[^]*First-line engineer 2[^]*First-line engineer 3/)
  expect(await answer('policy')).toMatch(/vip[^]*default|default[^]*vip/)
  expect(await answer('digest')).toMatch(/Open/)
  expect(await answer('help')).toMatch(/\/escalate show E-12/)
  await desk.clear()
})

it('a message is escalated with its thread, and a second time it is told who has it', async () => {
  const { agent, first, quiet, sandbox } = desk
  const root = await agent.says('C0SUPPORT', 'Checkout is <down> & nobody can pay')
  await first.says('C0SUPPORT', 'Since when?', { thread: root })
  const rang = phones(sandbox)
  await agent.shortcut('Escalate to a human', root)
  const form = await agent.modal('Escalate a ticket')
  expect(form.values()['Summary']).toBe('Checkout is <down> & nobody can pay')
  await form.fill({ Customer: 'Acme GmbH', Severity: 'high' })
  await form.submit()
  await quiet()
  const card = await first.sees('C0FRONT', /high, Acme GmbH: Checkout is &lt;down&gt; &amp; nobody can pay/)
  expect(shown(card)).toContain('Since when?')
  expect(rang()).toEqual(['U0AGENT directly', 'U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])

  await first.shortcut('escalate_message', root)
  const again = await first.modal('Escalate a ticket')
  await again.fill({ Customer: 'Acme GmbH', Severity: 'critical' })
  await again.submit()
  await first.seesOnly('C0SUPPORT', 'This ticket is being escalated already, as E-')
  await quiet()
  expect(first.again(card).text).toMatch(/^E-\d+ critical/)
  expect(rang()).toEqual([])
  expect(offers(first.again(card))).toContain('Acknowledge')
})

it('the agent who asked hears when somebody has it, and when it is resolved', async () => {
  const { agent, first, quiet, sandbox } = desk
  await agent.command('/escalate', 'C0SUPPORT', 'normal The export is empty')
  const form = await agent.modal('Escalate a ticket')
  await form.fill({ Customer: 'Acme GmbH' })
  await form.submit()
  await quiet()
  const asked = await agent.sees('dm', 'The export is empty')
  expect(shown(asked)).toContain('Nobody has it yet')
  const card = await first.sees('C0FRONT', 'The export is empty')
  const rang = phones(sandbox)
  await first.press(card, 'Acknowledge')
  await quiet()
  expect(rang()).toEqual(['U0AGENT directly'])
  expect(shown(agent.again(asked))).toContain('Acknowledged by First-line engineer 2')
  await agent.press(card, 'Resolve')
  await (await agent.modal(/Resolve E-/)).submit()
  await quiet()
  expect(rang()).toEqual([])
  expect(shown(agent.again(asked))).toContain('Resolved by Support agent')
})

it('what has no ticket shows none: neither on its card nor in the digest', async () => {
  const { agent, first, quiet } = desk
  await agent.command('/escalate', 'C0SUPPORT', 'normal The import is empty')
  const form = await agent.modal('Escalate a ticket')
  await form.fill({ Customer: 'Acme GmbH' })
  await form.submit()
  await quiet()
  const card = await first.sees('C0FRONT', 'The import is empty')
  const number = /^E-\d+/.exec(card.text)![0]
  for (const text of [shown(card), await answer('digest'), await answer(`show ${number}`)]) {
    expect(text).toContain('The import is empty')
    expect(text).not.toMatch(/slack:|V0|Ticket /)
  }
})

it('a thread that takes too long goes along without its words: the form is still saved in time', async () => {
  const { agent, first, quiet, sandbox } = desk
  const root = await agent.says('C0SUPPORT', 'Slow to tell')
  await agent.shortcut('Escalate to a human', root)
  const form = await agent.modal('Escalate a ticket')
  await form.fill({ Customer: 'Acme GmbH', Severity: 'high' })
  const slow = (on: string, ms: number) => sandbox.fault({ on, times: 0, effect: { kind: 'delay', ms } })
  const off = [slow('conversations.replies', 1000), slow('users.info', 1500)]
  await desk.belay.store.db.execute(sql`delete from people`)
  await form.submit()
  for (const mend of off) mend()
  await quiet()
  const card = await first.sees('C0FRONT', 'Slow to tell')
  expect(shown(card)).toMatch(/From <https:[^|]+\|a message>/)
})
