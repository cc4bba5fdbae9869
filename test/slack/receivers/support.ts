import { createHmac } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { pino, type Level, type Logger } from 'pino'
import { vi } from 'vitest'
import type { Keep, SlackBody } from '#slack/receivers/intake.ts'

/** A logger whose lines can be read. */
export function loggedLines(level: Level = 'info'): { logger: Logger; lines: string[]; text: () => string } {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk))
      done()
    },
  })
  return { logger: pino({ level }, sink), lines, text: () => lines.join('') }
}

/** An inbox in memory that can be away. */
export function memoryInbox() {
  const kept = new Map<string, SlackBody>()
  let isAway = false
  let calls = 0
  const keep: Keep = async (eventId, body) => {
    calls += 1
    if (isAway) throw new Error('connect ECONNREFUSED (the database is away)')
    if (!kept.has(eventId)) kept.set(eventId, body)
  }
  return {
    keep,
    kept,
    get calls() {
      return calls
    },
    set away(away: boolean) {
      isAway = away
    },
    eventTypes: () => [...kept.values()].map((body) => (body['event'] as SlackBody)['type']),
  }
}

/** A server on a port of its own. */
export async function serve(
  listener: RequestListener,
  port = 0,
): Promise<AsyncDisposable & { url: string; port: number }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: actual } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${actual}`,
    port: actual,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  await using server = await serve(() => undefined)
  return server.port
}

/** Waits until it stops throwing. */
export function eventually<T>(check: () => T | Promise<T>, timeout = 5_000): Promise<T> {
  return vi.waitFor(check, { timeout, interval: 5 })
}

/** Slack's signature headers. */
export function signed(secret: string, body: string | Buffer, at: Date): Record<string, string> {
  const stamp = String(Math.floor(at.getTime() / 1000))
  const digest = createHmac('sha256', secret).update(`v0:${stamp}:`).update(body).digest('hex')
  return { 'x-slack-request-timestamp': stamp, 'x-slack-signature': `v0=${digest}` }
}

/** An Events API body. */
export function eventBody(
  id: string,
  event: SlackBody = { type: 'app_mention', user: 'U0AGENT' },
): SlackBody {
  return {
    type: 'event_callback',
    team_id: 'T0BELAY',
    api_app_id: 'A0BELAY',
    event_id: id,
    event_time: 1,
    event,
  }
}

/** A slash command's fields. */
export function commandBody(text = ''): Record<string, string> {
  return {
    command: '/escalate',
    text,
    user_id: 'U0AGENT',
    team_id: 'T0BELAY',
    channel_id: 'C0SUPPORT',
    trigger_id: '1.2.3',
    is_enterprise_install: 'false',
  }
}
