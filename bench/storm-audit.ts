import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Sandbox } from '../sandbox/protocol.ts'

/**
 * What became of every ticket, by Belay's tables and Slack's own ledger. `notified`: the message that its page became is in
 * the ledger of whom it asks. `waiting`: its page is still in the outbox. `lost`: neither. `doubled`: more than one message
 * asks for it. `pagedAt`: when (in seconds) the page of each ticket reached the quiet channel.
 */
export type Found = {
  notified: number
  waiting: number
  lost: number
  doubled: number
  pagedAt: Map<string, number>
}

type Page = { ticket: string; channel: string; ts: string | null; state: string; person: string }

const unsettled = new Set(['pending', 'sending', 'unsure'])

export async function audit(
  databaseUrl: string,
  sandbox: Sandbox,
  { full, quiet, places }: { full: boolean; quiet: string; places: string[] },
): Promise<Found> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  // The last probe is on its way.
  await delay(3000)
  if (full) await drained(client)
  const { rows: pages } = await client.query<Page>(
    `select e.ticket_id as ticket, n.target as channel, n.ts, n.state, n.notice->'mention'->>0 as person
     from escalations e left join notices n on n.escalation = e.id and n.kind = 'page'`,
  )
  await client.end()
  const told = new Set(sandbox.ledger().map(({ user, channel, ts }) => `${user} ${channel} ${ts}`))
  const isTold = ({ person, channel, ts }: Page) => told.has(`${person} ${channel} ${ts}`)
  return {
    notified: pages.filter((page) => page.state === 'sent' && isTold(page)).length,
    waiting: pages.filter(({ state }) => unsettled.has(state)).length,
    lost: pages.filter((page) => !unsettled.has(page.state) && !isTold(page)).length,
    doubled: doubles(sandbox, places) + pages.length - new Set(pages.map(({ ticket }) => ticket)).size,
    pagedAt: new Map(
      pages.flatMap(({ ticket, channel, ts }) => (channel === quiet && ts ? [[ticket, Number(ts)]] : [])),
    ),
  }
}

/** Until nothing waits in the outbox any more. */
async function drained(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ left: number }>(
      `select count(*)::int as left from notices where state in ('pending', 'sending', 'unsure')`,
    )
    if (rows[0]?.left === 0) return
    await delay(5000)
  }
}

/** Posts to Slack that carry the id of an earlier one: the same thing said twice. */
function doubles(sandbox: Sandbox, places: string[]): number {
  const ids = places
    .flatMap((place) => sandbox.messages(place))
    .flatMap(({ metadata }) => metadata?.event_payload['delivery_id'] ?? [])
  return ids.length - new Set(ids).size
}
