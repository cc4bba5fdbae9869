import { timingSafeEqual } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { TicketEvent } from '../domain/ticket.ts'
import { storable } from '../store/json.ts'
import { toleranceMs } from './source.ts'
import type { Delivery, Reading, Source } from './source.ts'

/** Any system that can send the ticket event of the README, signed by the Standard Webhooks scheme. */
export const generic: Source = {
  read(delivery) {
    const id = header(delivery, 'webhook-id')
    const unsigned = signatureProblem(delivery, id)
    if (unsigned) return { kind: 'unsigned', why: unsigned }
    return readEvent(delivery.body, id)
  },
}

function signatureProblem({ secret, now, body, ...rest }: Delivery, id: string): string | null {
  const stamp = header(rest, 'webhook-timestamp')
  const signatures = header(rest, 'webhook-signature')
  if (!id || !stamp || !signatures)
    return 'The headers webhook-id, webhook-timestamp and webhook-signature are needed.'
  if (!/^\d{1,12}$/.test(stamp)) return 'The header webhook-timestamp is not a number of seconds.'
  const at = new Date(Number(stamp) * 1000)
  if (Math.abs(at.getTime() - now.getTime()) > toleranceMs) return 'The timestamp is more than 5 minutes off.'
  // The library's own verify() compares with the machine's clock; ours is given, so only its signing is used.
  const expected = new Webhook(secret).sign(id, at, body)
  return signatures.split(' ').some((signature) => isSame(signature, expected))
    ? null
    : 'The signature does not match.'
}

function header({ headers }: Pick<Delivery, 'headers'>, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function readEvent(body: Buffer, id: string): Reading {
  const json = parseJson(body)
  if (typeof json === 'string') return { kind: 'malformed', problems: [json] }
  const read = TicketEvent.safeParse(json)
  if (read.success) return { kind: 'event', id, event: read.data }
  return {
    kind: 'malformed',
    problems: read.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`),
  }
}

/** Ticket systems write null for what they do not know; it is as good as left out. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (value === null || typeof value !== 'object') return value
  const known = Object.entries(value).filter(([, item]) => item !== null)
  return Object.fromEntries(known.map(([key, item]) => [key, withoutNulls(item)]))
}

/** The body as it can be kept, or a sentence that says why it is none: a text is no ticket event either way. */
function parseJson(body: Buffer): unknown {
  try {
    return withoutNulls(storable(JSON.parse(body.toString('utf8'))))
  } catch (error) {
    return error instanceof RangeError ? `The body is ${error.message}.` : 'The body is not JSON.'
  }
}
