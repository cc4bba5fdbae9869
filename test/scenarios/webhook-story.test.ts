import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { timelineOf } from '#store/timeline.ts'
import { offers, phones, shown } from '../support/pings.ts'
import { ticketEvent } from '../support/tickets.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

async function opened(id: string, more: Record<string, unknown> = {}): Promise<string> {
  const { body } = await world.hook(ticketEvent('ticket.escalated', { id, ...more }))
  await world.quiet()
  return String(body['escalation'])
}

async function told(
  event: Parameters<typeof ticketEvent>[0],
  id: string,
  more: Record<string, unknown> = {},
) {
  const answer = await world.hook(ticketEvent(event, { id, ...more }))
  await world.quiet()
  return [answer.status, answer.body['result'], answer.body['escalation']]
}

async function kindsOf(escalation: string): Promise<string[]> {
  const entries = await timelineOf(world.belay.store.db, Number(escalation.slice(2)))
  return entries.map(({ kind }) => kind)
}

describe('an escalation from a ticket system', () => {
  it('goes by the customer’s plan, climbs, and ends when the ticket is solved', async () => {
    const { sandbox, first, second, hook, quiet, pass } = world
    const rang = phones(sandbox)
    const answer = await hook(ticketEvent('ticket.escalated', { id: 'A-1', requestedBy: 'support chat' }))
    expect(answer).toEqual({ status: 202, body: { escalation: 'E-1', result: 'opened' } })
    await quiet()
    const card = await first.sees('C0FRONT', /^E-1 critical, Acme GmbH \(enterprise\): Checkout fails/)
    expect(card.text).toContain('08:35 UTC')
    expect(shown(card)).toContain('Asked for by support chat')
    expect(rang()).toEqual(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])

    await pass(5)
    const page = await second.sees('C0ENG', /^E-1 /)
    expect(page.text).toContain('08:45 UTC')
    expect(rang()).toEqual(['U0ENG1 directly', 'U0ENG1 in C0ENG'])
    await second.press(page, 'Acknowledge')
    await quiet()
    expect(rang()).toEqual([])

    expect(await told('ticket.solved', 'A-1')).toEqual([200, 'resolved', 'E-1'])
    expect(offers(first.again(card))).toEqual(['Reopen'])
    expect(shown(first.again(card))).toContain('Resolved by generic')
    expect(rang()).toEqual([])
  })

  it('takes over what the ticket says, and a more urgent severity', async () => {
    const escalation = await opened('A-2', { severity: 'high' })
    const { first } = world
    const card = await first.sees('C0FRONT', new RegExp(`^${escalation} high`))
    expect(
      await told('ticket.updated', 'A-2', { severity: 'high', subject: 'Checkout and refunds fail' }),
    ).toEqual([200, 'updated', escalation])
    expect(first.again(card).text).toContain('Checkout and refunds fail')
    expect(await told('ticket.escalated', 'A-2', { severity: 'critical' })).toEqual([
      200,
      'updated',
      escalation,
    ])
    expect(first.again(card).text).toMatch(new RegExp(`^${escalation} critical`))
    await first.sees('C0FRONT', 'generic asked for a human again', { thread: card })
    expect(await told('ticket.escalated', 'A-2', { severity: 'low' })).toEqual([200, 'updated', escalation])
    expect(first.again(card).text).toMatch(new RegExp(`^${escalation} critical`))
  })

  it('counts a reply to the customer, waits for them, and goes on when they answer', async () => {
    const escalation = await opened('A-3')
    const { first } = world
    const card = await first.sees('C0FRONT', new RegExp(`^${escalation} `))
    const transcript = [{ from: 'agent', text: 'We found the cause.' }]
    expect(await told('ticket.replied', 'A-3', { transcript })).toEqual([200, 'updated', escalation])
    expect(shown(first.again(card))).toContain('We found the cause.')
    expect(await told('ticket.waiting', 'A-3')).toEqual([200, 'updated', escalation])
    expect(shown(first.again(card))).toContain('Waiting on the customer since')
    expect(await told('ticket.waiting', 'A-3')).toEqual([200, 'ignored', escalation])
    expect(await told('ticket.updated', 'A-3', { status: 'open' })).toEqual([200, 'updated', escalation])
    expect(shown(first.again(card))).not.toContain('Waiting on the customer since')
    expect(await kindsOf(escalation)).toEqual(
      expect.arrayContaining(['customer_told', 'waiting', 'ticket_updated', 'resumed']),
    )
  })

  it('starts again from the first tier when the ticket reopens', async () => {
    const escalation = await opened('A-4')
    await told('ticket.solved', 'A-4')
    const rang = phones(world.sandbox)
    expect(await told('ticket.reopened', 'A-4')).toEqual([200, 'reopened', escalation])
    expect(rang()).toEqual(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
    expect(await told('ticket.reopened', 'A-4')).toEqual([200, 'updated', escalation])
  })

  it('ignores news of a ticket that nobody escalated', async () => {
    for (const type of [
      'ticket.updated',
      'ticket.replied',
      'ticket.waiting',
      'ticket.solved',
      'ticket.reopened',
    ] as const)
      expect(await told(type, 'nobody-asked')).toEqual([200, 'ignored', null])
  })
})

describe('the same ten times at once', () => {
  it('is one escalation when the delivery is the same', async () => {
    const event = ticketEvent('ticket.escalated', { id: 'B-1' })
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.hook(event, { id: 'evt_same' })))
    expect(answers.map(({ body }) => String(body['result'])).sort()).toEqual([
      ...Array<string>(9).fill('duplicate'),
      'opened',
    ])
    expect(new Set(answers.map(({ body }) => body['escalation'])).size).toBe(1)
    await world.quiet()
    expect(await kindsOf(String(answers[0]?.body['escalation']))).toEqual([
      'opened',
      'paged',
      'page_delivered',
    ])
  })

  it('is one escalation when only the ticket is the same', async () => {
    const event = ticketEvent('ticket.escalated', { id: 'B-2' })
    const rang = phones(world.sandbox)
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.hook(event)))
    expect(answers.map(({ body, status }) => `${status} ${String(body['result'])}`).sort()).toEqual([
      ...Array<string>(9).fill('200 updated'),
      '202 opened',
    ])
    await world.quiet()
    expect(rang()).toEqual(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
  })
})
