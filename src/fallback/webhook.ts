import { Webhook } from 'standardwebhooks'
import { systemClock } from '../clock.ts'
import { withinMs } from './verdict.ts'
import type { Verdict } from './verdict.ts'
import { reasonOf, typeOf } from './words.ts'
import type { Facts } from './words.ts'

/** Where requests go, and the secret (`whsec_…`) with which they are signed. */
export type Receiver = { url: string; secret: string }

/** The body of a request: what the README documents. */
export function payloadOf({ cause, escalation, asked, card }: Facts, now: Date) {
  const { id, severity, state, ticket } = escalation
  const { id: number, url } = ticket
  return {
    type: typeOf(cause),
    timestamp: now.toISOString(),
    data: {
      escalation: `E-${id}`,
      severity,
      customer: ticket.customer?.name ?? null,
      summary: ticket.subject,
      state,
      reason: reasonOf(cause),
      asked: asked.map(({ at, ...page }) => ({ at: at.toISOString(), ...page })),
      ticket: { id: number, ...(url !== undefined && { url }) },
      ...(card !== null && { card }),
    },
  }
}

/** One request, signed by the Standard Webhooks scheme. `id` is the same for every attempt. */
export async function request(
  { url, secret }: Receiver,
  id: string,
  payload: object,
  over: AbortSignal,
): Promise<Verdict> {
  const body = JSON.stringify(payload)
  // The receiver compares with its own clock, whatever time Belay is told.
  const at = systemClock.now()
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Belay',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  }
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(withinMs), over])
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    await response.body?.cancel()
    return verdictOn(response.status)
  } catch (error) {
    return { kind: 'again', why: `the webhook's receiver: ${causeOf(error)}` }
  }
}

/**
 * Only a receiver that is gone, or that sends us elsewhere, is final. Whatever stands before one may answer 404, 401 or 403
 * while it is deployed, and somebody who mends a secret should then get what waits.
 */
function isFinal(status: number): boolean {
  return status === 410 || (status >= 300 && status < 400)
}

function verdictOn(status: number): Verdict {
  if (status >= 200 && status < 300) return { kind: 'taken' }
  const why = `the webhook's receiver: HTTP ${status}`
  return { kind: isFinal(status) ? 'refused' : 'again', why }
}

/** fetch says "fetch failed" and keeps what failed to itself. */
function causeOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown }
  const { code, message } = cause as { code?: unknown; message?: unknown }
  return String(code ?? message ?? cause)
}
