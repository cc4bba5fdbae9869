import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeTicket, Ticket, TicketEvent } from '#domain/ticket.ts'

const known: Ticket = {
  id: '4711',
  subject: 'Checkout fails',
  severity: 'critical',
  customer: { name: 'Acme GmbH', plan: 'enterprise' },
  tags: ['payments'],
  tried: 'Restarted the gateway',
}

describe('a ticket', () => {
  it('needs an id and a subject, and keeps what it does not know', () => {
    const ticket = Ticket.parse({
      id: ' 4711 ',
      subject: ' Checkout fails ',
      mood: 'bad',
      customer: { name: 'Acme', vip: 1 },
    })
    expect(ticket).toEqual({
      id: '4711',
      subject: 'Checkout fails',
      mood: 'bad',
      customer: { name: 'Acme', vip: 1 },
    })
  })

  it.each([
    ['no id', { subject: 'x' }],
    ['an empty id', { id: ' ', subject: 'x' }],
    ['an id that is a number', { id: 4711, subject: 'x' }],
    ['a subject of spaces', { id: '1', subject: '  ' }],
    ['an address that is code', { id: '1', subject: 'x', url: 'javascript:alert(1)' }],
    ['an address without a scheme', { id: '1', subject: 'x', url: 'desk.example/t/1' }],
    ['tags that are no list', { id: '1', subject: 'x', tags: 'payments' }],
    [
      'a transcript without an offset',
      { id: '1', subject: 'x', transcript: [{ text: 'hi', at: '2026-01-01T00:00:00' }] },
    ],
  ])('with %s is refused', (_name, ticket) => {
    expect(Ticket.safeParse(ticket).success).toBe(false)
  })

  it('needs nothing else: a customer may have no name, and a turn of the conversation no text', () => {
    const told = { id: '1', subject: 'x', customer: { plan: 'free' }, transcript: [{ name: 'Shop' }] }
    expect(Ticket.parse(told)).toEqual({
      ...told,
      transcript: [{ from: 'customer', name: 'Shop', text: '' }],
    })
  })

  it('that says more than anybody reads is cut, not refused', () => {
    const long = '😀'.repeat(500_000)
    const said = (text: string) => ({ text })
    const ticket = Ticket.parse({
      id: '1',
      subject: long,
      description: long,
      tags: Array.from({ length: 300 }, String),
      transcript: Array.from({ length: 1500 }, (_, turn) => said(String(turn))).concat(said(long)),
    })
    expect(ticket.subject, 'not through the middle of a character').toHaveLength(49_999)
    expect(ticket.description).toMatch(/^😀+…$/u)
    expect(ticket.description?.isWellFormed()).toBe(true)
    expect(ticket.tags).toHaveLength(200)
    expect(ticket.transcript?.map(({ text }) => text.slice(0, 4)).slice(-2)).toEqual(['1499', '😀😀'])
    expect(Ticket.parse(ticket), 'cut once').toEqual(ticket)
  })

  it('has a transcript whose lines come from the customer unless they say otherwise', () => {
    const { transcript } = Ticket.parse({ id: '1', subject: 'x', transcript: [{ text: 'Nobody can pay!' }] })
    expect(transcript).toEqual([{ from: 'customer', text: 'Nobody can pay!' }])
  })
})

describe('an event about a ticket', () => {
  it('is one of six', () => {
    const data = { ticket: { id: '1', subject: 'x' } }
    expect(TicketEvent.safeParse({ type: 'ticket.escalated', data }).success).toBe(true)
    expect(TicketEvent.safeParse({ type: 'ticket.deleted', data }).success).toBe(false)
    expect(TicketEvent.safeParse({ type: 'ticket.escalated', data: {} }).success).toBe(false)
  })
})

describe('what the later event knows', () => {
  it('wins, and what it is silent about stays', () => {
    const told = {
      id: '4711',
      subject: 'Checkout fails for all',
      customer: { name: 'Acme', contact: 'ops@acme.example' },
    }
    expect(mergeTicket(known, told)).toEqual({
      ...known,
      subject: 'Checkout fails for all',
      customer: { name: 'Acme', plan: 'enterprise', contact: 'ops@acme.example' },
    })
  })

  it('is not what it leaves undefined', () => {
    const told = {
      id: '4711',
      subject: 'New',
      severity: undefined,
      tags: undefined,
      customer: { name: 'Acme', plan: undefined },
    }
    const merged = mergeTicket(known, told)
    expect(merged).toMatchObject({ subject: 'New', severity: 'critical', tags: ['payments'] })
    expect(merged.customer).toEqual({ name: 'Acme', plan: 'enterprise' })
    expect(mergeTicket(known, { ...told, customer: undefined }).customer).toEqual(known.customer)
  })

  it('told twice is told once', () => {
    const some = fc.record(
      {
        id: fc.constant('1'),
        subject: fc.constantFrom('a', 'b'),
        severity: fc.constantFrom('x', 'y'),
        tried: fc.string(),
      },
      { requiredKeys: ['id', 'subject'] },
    )
    fc.assert(
      fc.property(some, some, (first, second) => {
        const merged = mergeTicket(first, second)
        expect(mergeTicket(merged, second)).toEqual(merged)
        expect(merged).toMatchObject(second)
      }),
    )
  })
})
