import { z } from 'zod'

/** Longer than anybody reads is cut, never refused: the ticket is what matters. */
const text = (max: number) => z.string().transform((given) => cut(given, max))

/** At most `max` UTF-16 units, and never through the middle of a character. */
function cut(given: string, max: number): string {
  return given.length > max ? `${given.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : given
}

/** One turn of the conversation the customer already had, so that they never have to repeat it. */
export const TranscriptLine = z.looseObject({
  from: text(100).default('customer'),
  name: text(300).optional(),
  at: z.iso.datetime({ offset: true }).optional(),
  text: text(20_000).default(''),
})
export type TranscriptLine = z.infer<typeof TranscriptLine>

const Customer = z.looseObject({
  name: text(1000).optional(),
  plan: text(200).optional(),
  contact: text(1000).optional(),
})

/** A web address a person may click: http or https only, so that a ticket can't smuggle in another scheme. */
const WebAddress = z.url({ protocol: /^https?$/, error: 'expected an http or https address' }).max(2000)

/**
 * A customer's problem as its source describes it: the one shape every source produces. We read it, the source owns
 * it. Unknown fields are kept and ignored.
 */
export const Ticket = z.looseObject({
  id: z.string().trim().min(1).max(200),
  url: WebAddress.optional(),
  subject: z.string().trim().min(1).pipe(text(50_000)),
  description: text(100_000).optional(),
  status: text(100).optional(),
  severity: text(100).optional(),
  customer: Customer.optional(),
  tags: z
    .array(text(200))
    .transform((all) => all.slice(0, 200))
    .optional(),
  requestedBy: text(1000).optional(),
  tried: text(50_000).optional(),
  /** Of a long one the end: what was said last. */
  transcript: z
    .array(TranscriptLine)
    .transform((all) => all.slice(-1000))
    .optional(),
})
export type Ticket = z.infer<typeof Ticket>

const ticketEventTypes = [
  'ticket.escalated',
  'ticket.updated',
  'ticket.replied',
  'ticket.waiting',
  'ticket.solved',
  'ticket.reopened',
] as const
export type TicketEventType = (typeof ticketEventTypes)[number]

/** What a source tells us about a ticket. Only `type`, `id` and `subject` are required. */
export const TicketEvent = z.looseObject({
  type: z.enum(ticketEventTypes),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  data: z.looseObject({ ticket: Ticket }),
})
export type TicketEvent = z.infer<typeof TicketEvent>

/** The id of a ticket that has no number anywhere: it was escalated in Slack, from these words or this message alone. */
export function ownId(from: string): string {
  return `slack:${from}`
}

/** The number by which people know the ticket; null when it has only an id of our own making. */
export function numberOf({ id }: Pick<Ticket, 'id'>): string | null {
  return id.startsWith(ownId('')) ? null : id
}

/** What the later event knows wins, and what it is silent about stays. */
export function mergeTicket(known: Ticket, told: Ticket): Ticket {
  const customer =
    told.customer && known.customer
      ? overlaid(known.customer, told.customer)
      : (told.customer ?? known.customer)
  return { ...overlaid(known, told), ...(customer && { customer }) }
}

/** A key that is there but undefined says nothing. */
function overlaid<T extends object>(known: T, told: T): T {
  return { ...known, ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) }
}
