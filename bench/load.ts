import { createHmac, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { Pool } from 'undici'

/** Requests at a time: about what Slack sends one app at its busiest. */
export const atOnce = 16

/** What is posted. */
export type Request = { body: string; headers: Record<string, string> }

/** A ticket event as a ticket system sends it, signed by the Standard Webhooks scheme. */
export function signedTicket(secret: string, ticket: object, type = 'ticket.escalated'): Request {
  const [id, at] = [randomUUID(), new Date()]
  const body = JSON.stringify({ type, timestamp: at, data: { ticket } })
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    },
  }
}

/** A press of Acknowledge, as Slack posts it: urlencoded and signed. */
export function signedPress(secret: string, escalation: number, user: string): Request {
  const payload = {
    type: 'block_actions',
    team: { id: 'T0BENCH', domain: 'bench' },
    user: { id: user, team_id: 'T0BENCH', name: 'bench' },
    api_app_id: 'A0BENCH',
    trigger_id: '1.2.3',
    response_url: 'http://127.0.0.1:9/never',
    channel: { id: 'C0FRONT', name: 'frontline' },
    container: { type: 'message', message_ts: '1.1', channel_id: 'C0FRONT', is_ephemeral: false },
    message: { type: 'message', ts: '1.1', text: 'card' },
    state: { values: {} },
    actions: [
      {
        type: 'button',
        action_id: 'acknowledge',
        block_id: 'b',
        value: JSON.stringify({ e: escalation, v: 1 }),
        action_ts: '1.2',
        text: { type: 'plain_text', text: 'Acknowledge' },
      },
    ],
  }
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
  return signedBySlack(secret, body, 'application/x-www-form-urlencoded')
}

/** A message as the Events API posts it: in a channel, or with `thread_ts` in a thread. */
export function signedMessage(
  secret: string,
  user: string,
  place: { channel: string; thread_ts?: string },
): Request {
  const event = { type: 'message', user, ts: `${Date.now() / 1000}`, text: 'on it', ...place }
  const body = {
    type: 'event_callback',
    team_id: 'T0BENCH',
    api_app_id: 'A0BENCH',
    event_id: randomUUID(),
    event,
  }
  return signedBySlack(secret, JSON.stringify(body), 'application/json')
}

function signedBySlack(secret: string, body: string, type: string): Request {
  const stamp = Math.floor(Date.now() / 1000).toString()
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex')}`
  const headers = { 'content-type': type, 'x-slack-request-timestamp': stamp, 'x-slack-signature': signature }
  return { body, headers }
}

/** How long a sender waits before it repeats what was answered with 503. */
const againMs = 250

/**
 * Sends all requests, `atOnce` at a time, and repeats those that are answered with 503, as every sender does. Returns how
 * many a second were taken; fails if any was refused. A signature is good for five minutes: more than can be sent in that
 * time must be signed on the way.
 */
export async function perSecond(origin: string, path: string, requests: Iterable<Request>): Promise<number> {
  const pool = new Pool(origin, { connections: atOnce, pipelining: 1 })
  const start = performance.now()
  let sent = 0
  const post = async (request: Request): Promise<void> => {
    const { statusCode, body } = await pool.request({ path, method: 'POST', ...request })
    await body.dump()
    if (statusCode < 300) return
    if (statusCode !== 503) throw new Error(`${path} answered ${statusCode}`)
    await delay(againMs)
    await post(request)
  }
  const left = Iterator.from(requests)
  const worker = async () => {
    for (const request of left) {
      await post(request)
      sent += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const seconds = (performance.now() - start) / 1000
  await pool.close()
  return sent / seconds
}
