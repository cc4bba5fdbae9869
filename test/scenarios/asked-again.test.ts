import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { TicketEventType } from '#domain/ticket.ts'
import { addMs, minuteMs } from '#domain/time.ts'
import { resolve } from '#domain/verbs.ts'
import { changeIn } from '#store/escalations.ts'
import { startDesk, type Desk, type Told } from '../support/desk.ts'
import { waitingForLocks } from '../support/locks.ts'
import { phones } from '../support/pings.ts'
import { ticketEvent } from '../support/tickets.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

/** Somebody's Resolve is being saved when `ask` is sent, and is committed once that waits for it. */
async function whileResolved<T>({ id }: Pick<Told, 'id'>, ask: () => Promise<T>): Promise<T> {
  const { db, book } = desk.belay.store
  const now = desk.sandbox.clock.now()
  const who = { by: desk.second.id, seen: null }
  const [asked] = await db.transaction(async (tx) => {
    await changeIn(tx, book, id, now, (escalation, terms) => resolve(null)(escalation, terms, who, now))
    const asked = ask()
    await expect.poll(() => waitingForLocks(db)).toBe(1)
    return [asked]
  })
  const answer = await asked
  await desk.quiet()
  return answer
}

it('a ticket that is escalated again while its Resolve is being saved has an escalation of its own', async () => {
  const told = await desk.escalate('Resolved too early', { id: 'too-early' })
  const rang = phones(desk.sandbox)
  const again = ticketEvent('ticket.escalated', { id: 'too-early', subject: 'It is back' })
  const answer = await whileResolved(told, () => desk.hook(again))
  expect(answer).toEqual({ status: 202, body: { result: 'opened', escalation: `E-${told.id + 1}` } })
  await desk.first.sees('C0FRONT', 'It is back')
  expect(rang()).toEqual(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
  await desk.hook(ticketEvent('ticket.solved', { id: 'too-early' }))
})

it('a form about it, too', async () => {
  const { agent, first, sandbox, quiet } = desk
  const fillIn = async (summary: string) => {
    await agent.command('/escalate', 'C0SUPPORT', `T-9 critical ${summary}`)
    const form = await agent.modal()
    await form.fill({ Customer: 'Acme GmbH' })
    return form
  }
  await (await fillIn('Told by a form')).submit()
  await quiet()
  const card = await first.sees('C0FRONT', 'Told by a form')
  const id = Number(/E-(\d+)/.exec(card.text)?.[1])
  const form = await fillIn('Told once more')
  const rang = phones(sandbox)
  await whileResolved({ id }, () => form.submit())
  await first.press(await first.sees('C0FRONT', `E-${id + 1} `), 'Acknowledge')
  expect(rang()).toEqual(expect.arrayContaining(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT']))
  await quiet()
  expect(agent.again(card).text).toContain('Resolved')
})

it('a ticket that is reopened while its Resolve is being saved is reopened', async () => {
  const told = await desk.escalate('Reopened at once', { id: 'at-once' })
  const again = ticketEvent('ticket.reopened', { id: 'at-once' })
  const { body } = await whileResolved(told, () => desk.hook(again))
  expect(body).toEqual({ result: 'reopened', escalation: told.name })
  expect((await desk.happened(told)).slice(-3)).toEqual(['reopened', 'paged', 'page_delivered'])
})

/** An event of this ticket that happened so many minutes from now, by the source's clock. */
async function tell(type: TicketEventType, id: string, minutes: number): Promise<unknown> {
  const timestamp = addMs(desk.sandbox.clock.now(), minutes * minuteMs).toISOString()
  const { body } = await desk.hook({ ...ticketEvent(type, { id }), timestamp })
  await desk.quiet()
  return body['result']
}

it.each(['ticket.escalated', 'ticket.reopened'] as const)(
  'what happened before the newest %s, and is only heard of after it, closes nothing',
  async (again) => {
    const id = `overtaken by ${again}`
    expect(await tell('ticket.escalated', id, -60)).toBe('opened')
    expect(await tell(again, id, -10)).toBe('updated')
    expect(await tell('ticket.escalated', id, -30)).toBe('updated')
    expect(await tell('ticket.solved', id, -11)).toBe('ignored')
    expect(await tell('ticket.waiting', id, -11)).toBe('ignored')
    expect(await tell('ticket.solved', id, -9)).toBe('resolved')
    expect(await tell('ticket.reopened', id, -5)).toBe('reopened')
    expect(await tell('ticket.solved', id, -6)).toBe('ignored')
    expect(await tell('ticket.solved', id, -4)).toBe('resolved')
  },
)

it('a time that no clock can have by now is as good as none', async () => {
  expect(await tell('ticket.escalated', 'from the future', 6)).toBe('opened')
  expect(await tell('ticket.solved', 'from the future', 0)).toBe('resolved')
})
