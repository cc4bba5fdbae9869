import { sql } from 'drizzle-orm'
import { expect } from 'vitest'
import { PolicyBook } from '#store/policies.ts'
import { ticketEvent } from '../support/tickets.ts'
import { sendHook, testPolicy } from '../support/world.ts'
import { holdsBeyond, setMail } from './beyond.ts'
import type { Fleet } from './fleet.ts'
import { holdsSaved, type Findings } from './kept.ts'
import { policies, setDatabase } from './machines.ts'
import type { Model } from './model.ts'
import { saidIn, savedOf } from './seen.ts'
import { holdsShown } from './shown.ts'
import { mendSlack, setArchived } from './trouble.ts'

/** What was refused because of its place is tried again within five minutes. */
const calmMinutes = 6

/** Everything is mended, and time enough passes for what was put off to be done. */
async function calm(model: Model, fleet: Fleet): Promise<void> {
  mendSlack(model, fleet)
  fleet.sandbox.control({ type: 'history_lag', ms: 0 })
  for (const channel of model.archived) await setArchived(model, fleet, channel)
  setDatabase(model, fleet, 'there')
  await setMail(model, fleet, 'there')
  fleet.beyond.pager.answers()
  if (fleet.replicas.length === 0) {
    await fleet.start()
    model.replicas = 1
  }
  await fleet.sandbox.settled()
  await fleet.pass(calmMinutes)
}

/** Calm, everything holds; and it still does when nobody has done anything for a while. */
export async function holdsInTheEnd(model: Model, fleet: Fleet): Promise<void> {
  await calm(model, fleet)
  expect(await findings(model, fleet), 'once it is calm').toEqual([])
  await fleet.tick(100, 20)
  await fleet.quiet()
  expect(await findings(model, fleet), 'a while later').toEqual([])
}

/** Everything that has to hold once it is calm. */
async function findings(model: Model, fleet: Fleet): Promise<Findings> {
  const now = fleet.sandbox.clock.now()
  const book = new PolicyBook(testPolicy(policies.usual))
  const said = saidIn(fleet)
  const all = await savedOf(fleet, model.run)
  const each = await Promise.all(
    all.map(async (saved) => {
      const { id, policyHash, policy } = saved.escalation
      const terms = await book.terms(fleet.db, policyHash, policy)
      const version = await book.version(fleet.db, policyHash)
      const found = [
        ...holdsSaved(saved, terms, now),
        ...holdsBeyond(saved, fleet),
        ...holdsShown(saved, { fleet, model, said, version }),
      ]
      return found.map((finding) => `E-${id}: ${finding}`)
    }),
  )
  const promised = model.kept.filter(
    ({ ticket, name }) =>
      !all.some(
        ({ escalation: { id, ticket: saved } }) =>
          (saved.id === ticket || saved.subject === ticket) && (name === null || name === `E-${id}`),
      ),
  )
  return [
    ...promised.map(({ ticket, name }) => `${ticket} was taken as ${name}, and there is no such escalation`),
    ...(await leftOver(fleet)),
    ...each.flat(),
  ]
}

/** What is still to be done although it is calm. Who opened the Home tab while Slack was away opens it again. */
async function leftOver({ db }: Fleet): Promise<Findings> {
  const { rows } = await db.execute<{ what: string }>(sql`
    select concat_ws(' ', 'notice', key, state, error) as what from notices where state not in ('sent', 'dropped', 'failed')
    union all select concat_ws(' ', 'card', channel, ts) from cards where applied < wanted and lost is null
    union all select concat_ws(' ', 'inbox', key, error) from inbox where handled_at is null
      or (error is not null and body->'event'->>'type' is distinct from 'app_home_opened')`)
  return rows.map(({ what }) => `left over: ${what}`)
}

/** The run's tickets are solved and its people are back, so that the next run is alone. */
export async function clear(model: Model, fleet: Fleet): Promise<void> {
  while (fleet.replicas.length > 1) await fleet.stop(0)
  const { users } = fleet.sandbox.state('U0AGENT', { channel: 'C0SUPPORT', limit: 1 })
  fleet.sandbox.seed({
    users: users.filter(({ id }) => model.left.has(id)).map((user) => ({ ...user, deleted: false })),
  })
  await fleet.adopt(policies.usual)
  for (const { escalation } of await savedOf(fleet, model.run)) {
    if (escalation.state === 'resolved') continue
    const { id, subject } = escalation.ticket
    if (escalation.source === 'generic')
      await sendHook(fleet.replicas[0]!.url, fleet.sandbox, ticketEvent('ticket.solved', { id, subject }))
    else
      await fleet.db.execute(
        sql`update escalations set state = 'resolved', wake_at = null where id = ${escalation.id}`,
      )
  }
  await fleet.quiet()
}
