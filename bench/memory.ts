import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { startBelay } from './belay.ts'
import { createDatabase } from './database.ts'
import type { Request } from './load.ts'
import { perSecond, signedMessage, signedPress, signedTicket } from './load.ts'
import type { Ratio } from './measure.ts'
import { median } from './measure.ts'
import { residentMb } from './processes.ts'
import { startStub } from './slack-stub.ts'

const signingSecret = 'a signing secret for the benchmark'
const openTickets = 200
const parts = 10
const samplesInPart = 5

/** Slack tells of every message in every channel that Belay is in; tickets change less often, and so do threads of ours. */
const ticketEventsOf = 1 / 10
const repliesIn = 18
const owner = 'U0ENG1'

/**
 * The resident memory of the real process under a flood of events: of twenty, two are a ticket's, over a signed webhook, and
 * the others are messages over signed HTTP, one of them the owner's in the thread of a card. What concerns Belay is kept and
 * handled. The last tenth is held against the second; the first still warms up.
 */
export async function memoryBench(serverUrl: string, secret: string, events: number): Promise<Ratio[]> {
  const stub = await startStub()
  const databaseUrl = await createDatabase(serverUrl, 'bench_memory')
  const belay = await startBelay({ databaseUrl, secret, apiUrl: stub.apiUrl, signingSecret })
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const origin = `http://127.0.0.1:${belay.port}`
  const hooks = (count: number, requestAt: (at: number) => Request) =>
    perSecond(origin, '/hooks/generic', range(count).map(requestAt))
  const fromSlack = (count: number, requestAt: (at: number) => Request) =>
    perSecond(origin, '/slack/events', range(count).map(requestAt))
  await hooks(openTickets, (at) => signedTicket(secret, ticket(at)))
  const cards = await cardsIn(client, openTickets)
  await fromSlack(openTickets, (at) => signedPress(signingSecret, cards[at]!.escalation, owner))
  const message = (at: number) => {
    const card = at % repliesIn === 0 ? cards[(at / repliesIn) % openTickets] : undefined
    const place = card ? { channel: card.channel, thread_ts: card.ts } : { channel: 'C0FRONT' }
    return signedMessage(signingSecret, owner, place)
  }
  const all = events / parts / samplesInPart
  const ticketEvents = all * ticketEventsOf
  const samples: number[][] = []
  const start = performance.now()
  for (let part = 0; part < parts; part += 1) {
    const taken: number[] = []
    for (let sample = 0; sample < samplesInPart; sample += 1) {
      await hooks(ticketEvents, (at) =>
        signedTicket(secret, ticket(at % openTickets), kinds[at % kinds.length]),
      )
      await fromSlack(all - ticketEvents, message)
      taken.push(await residentMb(belay.pid))
    }
    samples.push(taken)
    console.error(`memory: ${part + 1} of ${parts}, ${median(taken).toFixed(0)} MB`)
  }
  const rate = events / ((performance.now() - start) / 1000)
  const heard = await repliesHeard(client)
  if (heard === 0) throw new Error('no reply of an owner changed anything')
  await Promise.all([belay.stop(), client.end()])
  stub.close()
  const [second, last] = [median(samples[1]!), median(samples.at(-1)!)]
  return [
    {
      what: `memory after ${events.toLocaleString('en')} events (${rate.toFixed(0)}/s, ${heard} replies by owners)`,
      ours: `${last.toFixed(0)} MB in the last tenth`,
      limit: `${second.toFixed(0)} MB in the second tenth`,
      ratio: last / second,
      wanted: 'at most 1.1',
      ok: last / second <= 1.1,
    },
  ]
}

const kinds = ['ticket.updated', 'ticket.replied', 'ticket.updated', 'ticket.waiting', 'ticket.escalated']

/** The card of each of so many escalations, once all are posted. */
async function cardsIn(client: pg.Client, count: number): Promise<Card[]> {
  const all = 'select distinct on (escalation) escalation::int, channel, ts from cards where ts is not null'
  for (;;) {
    const { rows } = await client.query<Card>(all)
    if (rows.length >= count) return rows
    await delay(200)
  }
}

async function repliesHeard(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ heard: number }>(
    "select count(*)::int as heard from timeline where kind = 'replied'",
  )
  return rows[0]?.heard ?? 0
}

type Card = { escalation: number; channel: string; ts: string }

/** 0, 1, 2 … one at a time, as they are asked for. */
function* range(count: number): Generator<number> {
  for (let at = 0; at < count; at += 1) yield at
}

function ticket(at: number) {
  return { id: `ticket-${at}`, subject: 'Checkout fails', description: randomUUID(), severity: 'critical' }
}
