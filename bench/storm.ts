import { setTimeout as delay } from 'node:timers/promises'
import { startSandbox } from '../sandbox/index.ts'
import type { Sandbox } from '../sandbox/protocol.ts'
import { startBelay } from './belay.ts'
import { channelId, personId, policyFile, policyOf, seedOf, tagOf } from './channels.ts'
import { createDatabase } from './database.ts'
import { perSecond, signedTicket } from './load.ts'
import type { Ratio } from './measure.ts'
import { audit } from './storm-audit.ts'

const busy = 20
const quiet = busy
/** The sandbox lets an app post 600 times a minute in all, as a workspace's "several hundred". */
const allowedPerSecond = 10
const probeEveryMs = 5000
/** After so long the bursts are spent, and only the steady rate is left. */
const settledAfterMs = 60_000
const windowMs = 60_000

/**
 * Tickets that come in all at once, for 20 channels whose people get direct messages too, with Slack's limits on: real
 * processes, real time. Beside them, every five seconds, one ticket for a channel where nothing else happens. The default
 * looks at the first two minutes; `full` waits until everything is out.
 */
export async function stormBench(
  serverUrl: string,
  secret: string,
  folder: string,
  { tickets, full }: { tickets: number; full: boolean },
): Promise<Ratio[]> {
  await using sandbox = await startSandbox({ seed: seedOf(busy + 1) })
  const databaseUrl = await createDatabase(serverUrl, 'bench_storm')
  const policy = await policyFile(folder, policyOf(busy + 1, 'on_call'))
  const { apiUrl, botToken, appToken } = sandbox
  const belay = await startBelay({ databaseUrl, secret, apiUrl, botToken, appToken, policy })
  await sandbox.connected()
  const send = (ids: string[], tag: (at: number) => number) =>
    perSecond(
      `http://127.0.0.1:${belay.port}`,
      '/hooks/generic',
      ids.map((id, at) => signedTicket(secret, ticket(id, tag(at)))),
    )
  const start = Date.now()
  const probing = probe((id) => send([id], () => quiet))
  const taken = await send(
    Array.from({ length: tickets }, (_, at) => `storm-${at}`),
    (at) => at % busy,
  )
  await delay(Math.max(0, start + settledAfterMs + windowMs - Date.now()))
  const until = Date.now()
  const asked = await probing.stop()
  const found = await audit(databaseUrl, sandbox, { full, places, quiet: channelId(quiet) })
  await belay.stop()
  const waits = [...asked].map(([id, at]) => (found.pagedAt.get(id) ?? Infinity) - at / 1000)
  const posts = postsIn(sandbox, until - windowMs, until) / (windowMs / 1000)
  return [
    lossRow(tickets + asked.size, taken, found),
    {
      what: `posts a second while ${busy} channels are busy`,
      ours: `${posts.toFixed(2)}/s`,
      limit: `${allowedPerSecond}/s allowed in all`,
      ratio: posts / allowedPerSecond,
      wanted: 'at least 0.95',
      ok: posts >= allowedPerSecond * 0.95,
    },
    {
      what: `first page in a quiet channel, slowest of ${waits.length} all through the storm`,
      ours: `${Math.max(...waits).toFixed(2)} s`,
      limit: '2 s',
      ratio: Math.max(...waits) / 2,
      wanted: 'at most 1',
      ok: Math.max(...waits) <= 2,
    },
  ]
}

function lossRow(tickets: number, taken: number, found: Awaited<ReturnType<typeof audit>>): Ratio {
  const { notified, waiting, doubled, lost } = found
  const kept = notified + waiting
  return {
    what: `storm of ${tickets.toLocaleString('en')} tickets (${taken.toFixed(0)}/s came in): whoever is asked was notified once, or still will be`,
    ours: `${notified} notified, ${waiting} wait, ${lost} lost, ${doubled} doubled`,
    limit: `${tickets}`,
    ratio: kept / tickets,
    wanted: 'exactly 1',
    ok: kept === tickets && lost === 0 && doubled === 0,
  }
}

function ticket(id: string, channel: number) {
  return {
    id,
    subject: 'Checkout fails for all EU shoppers',
    tags: [tagOf(channel)],
    customer: { name: 'Acme GmbH' },
  }
}

/** A ticket for the quiet channel every few seconds until told to stop; then when each was sent. */
function probe(send: (id: string) => Promise<unknown>) {
  const asked = new Map<string, number>()
  const sent: Promise<unknown>[] = []
  const timer = setInterval(() => {
    const id = `probe-${asked.size}`
    asked.set(id, Date.now())
    sent.push(send(id))
  }, probeEveryMs)
  return {
    stop: async () => {
      clearInterval(timer)
      await Promise.all(sent)
      return asked
    },
  }
}

/** Every channel, and everybody's direct messages. */
const places = Array.from({ length: busy + 1 }, (_, at) => [channelId(at), personId(at)]).flat()

/** What Slack took in this time. */
function postsIn(sandbox: Sandbox, fromMs: number, toMs: number): number {
  const times = places.flatMap((place) => sandbox.messages(place).map(({ ts }) => Number(ts) * 1000))
  return times.filter((at) => at > fromMs && at <= toMs).length
}
