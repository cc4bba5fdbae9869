import type { IncomingHttpHeaders } from 'node:http'
import type { TicketEvent } from '../domain/ticket.ts'

/** A request from a ticket system, as it arrived: signatures are over these bytes. */
export type Delivery = { headers: IncomingHttpHeaders; body: Buffer; secret: string; now: Date }

/** What a source makes of a delivery: an event with the sender's own id for it, or why not. */
export type Reading =
  | { kind: 'event'; id: string; event: TicketEvent }
  | { kind: 'unsigned'; why: string }
  | { kind: 'malformed'; problems: string[] }

/** A ticket system with its scheme of signing and its shape of events. */
export type Source = { read: (delivery: Delivery) => Reading }
