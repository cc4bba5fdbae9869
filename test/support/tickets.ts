import type { TicketEventType } from '#domain/ticket.ts'

/** A ticket event as the contract's example has it: an enterprise customer's critical ticket. */
export function ticketEvent(type: TicketEventType, ticket: Record<string, unknown> = {}): object {
  return { type, data: { ticket: { ...vip, ...ticket } } }
}

const vip = {
  id: '4711',
  url: 'https://desk.example/t/4711',
  subject: 'Checkout fails for all EU shoppers',
  severity: 'critical',
  customer: { name: 'Acme GmbH', plan: 'enterprise' },
}
