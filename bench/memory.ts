import { randomUUID } from 'node:crypto'
import { startBelay } from './belay.ts'
import { createDatabase } from './database.ts'
import type { Request } from './load.ts'
import { perSecond, signedReply, signedTicket } from './load.ts'
import type { Ratio } from './measure.ts'
import { median } from './measure.ts'
import { residentMb } from './processes.ts'
import { startStub } from './slack-stub.ts'

const signingSecret = 'a signing secret for the benchmark'
const openTickets = 200
const parts = 10
const samplesInPart = 5

/**
 * The resident memory of the real process under a flood of events, each kept and handled: ticket events over signed webhooks
 * and Slack's over signed HTTP, half and half. The last tenth is held against the second; the first still warms up.
 */
export async function memoryBench(serverUrl: string, secret: string, events: number): Promise<Ratio[]> {
  const stub = await startStub()
  const databaseUrl = await createDatabase(serverUrl, 'bench_memory')
  const belay = await startBelay({ databaseUrl, secret, apiUrl: stub.apiUrl, signingSecret })
  const origin = `http://127.0.0.1:${belay.port}`
  const hook = (requests: Request[]) => perSecond(origin, '/hooks/generic', requests)
  await hook(Array.from({ length: openTickets }, (_, at) => signedTicket(secret, ticket(at))))
  const samples: number[][] = []
  const start = performance.now()
  for (let part = 0; part < parts; part += 1) {
    const taken: number[] = []
    for (let sample = 0; sample < samplesInPart; sample += 1) {
      const half = Array.from({ length: events / parts / samplesInPart / 2 }, (_, at) => at)
      await hook(half.map((at) => signedTicket(secret, ticket(at % openTickets), kinds[at % kinds.length])))
      await perSecond(
        origin,
        '/slack/events',
        half.map(() => signedReply(signingSecret, '1.1', 'U0ENG1')),
      )
      taken.push(await residentMb(belay.pid))
    }
    samples.push(taken)
  }
  const rate = events / ((performance.now() - start) / 1000)
  await belay.stop()
  stub.close()
  const [second, last] = [median(samples[1]!), median(samples.at(-1)!)]
  return [
    {
      what: `memory after ${events.toLocaleString('en')} events (${rate.toFixed(0)}/s)`,
      ours: `${last.toFixed(0)} MB in the last tenth`,
      limit: `${second.toFixed(0)} MB in the second tenth`,
      ratio: last / second,
      wanted: 'at most 1.1',
      ok: last / second <= 1.1,
    },
  ]
}

const kinds = ['ticket.updated', 'ticket.replied', 'ticket.updated', 'ticket.waiting', 'ticket.escalated']

function ticket(at: number) {
  return { id: `ticket-${at}`, subject: 'Checkout fails', description: randomUUID(), severity: 'critical' }
}
