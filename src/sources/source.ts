import type { IncomingHttpHeaders } from 'node:http'
import type { TicketEvent } from '../domain/ticket.ts'
import { minuteMs } from '../domain/time.ts'

/** How far a source's clock may be off, either way: as the Standard Webhooks specification recommends. */
export const toleranceMs = 5 * minuteMs

/** A request from a ticket system, as it arrived: signatures are over these bytes. */
export type Delivery = { headers: IncomingHttpHeaders; body: Buffer; secret: string; now: Date }

/** What a source makes of a delivery: an event with the sender's own id for it, or why not. */
export type Reading =
  | { kind: 'event'; id: string; event: TicketEvent }
  | { kind: 'unsigned'; why: string }
  | { kind: 'malformed'; problems: string[] }

/** A ticket system with its scheme of signing and its shape of events. */
export type Source = { read: (delivery: Delivery) => Reading }
