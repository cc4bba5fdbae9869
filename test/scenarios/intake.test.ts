import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { startDesk, type Desk } from '../support/desk.ts'
import { waitingForLocks } from '../support/locks.ts'
import { ticketEvent } from '../support/tickets.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}-${at}`)
const escalated = (id: string, more = {}) => ticketEvent('ticket.escalated', { id, ...more })

/** What is sent while the inbox is locked has to wait, and goes in when all of it is there. */
async function meanwhile<T>(send: () => Promise<T>[]): Promise<T[]> {
  const client = await desk.belay.store.db.$client.connect()
  await client.query('begin; lock table inbox in access exclusive mode')
  const answers = send()
  const waiting = () => waitingForLocks(desk.belay.store.db, 'insert into "inbox"')
  await expect.poll(waiting).toBeGreaterThanOrEqual(Math.min(3, answers.length))
  await client.query('rollback')
  client.release()
  return Promise.all(answers)
}

/** The tickets that have an escalation, their names, and how many transactions wrote them. */
async function written(prefix: string) {
  const { rows } = await desk.belay.store.db.execute<{ id: string; ticket_id: string; xmin: string }>(
    sql`select id, ticket_id, xmin::text from escalations where ticket_id like ${`${prefix}-%`} order by id`,
  )
  return {
    tickets: rows.map((row) => row.ticket_id),
    names: new Map(rows.map((row) => [row.ticket_id, `E-${row.id}`])),
    transactions: new Set(rows.map(({ xmin }) => xmin)).size,
  }
}

const solve = (tickets: string[]) =>
  Promise.all(tickets.map((id) => desk.hook(ticketEvent('ticket.solved', { id }))))

it('tickets that come in a rush are written together, each with an answer of its own', async () => {
  const tickets = ids('rush', 12)
  const answers = await meanwhile(() => tickets.map((id) => desk.hook(escalated(id))))
  const saved = await written('rush')
  expect(saved.tickets.toSorted()).toEqual(tickets.toSorted())
  expect(saved.transactions).toBeLessThan(6)
  expect(answers.map(({ status }) => status)).toEqual(tickets.map(() => 202))
  expect(answers.map(({ body }) => body)).toEqual(
    tickets.map((id) => ({ result: 'opened', escalation: saved.names.get(id) })),
  )
  await solve(tickets)
})

it('in a rush, the same delivery and the same ticket are still known', async () => {
  await desk.hook(escalated('again-open'))
  const answers = await meanwhile(() => [
    ...ids('filler', 3).map((id) => desk.hook(escalated(id))),
    desk.hook(escalated('again-new'), { id: 'evt_twice' }),
    desk.hook(escalated('again-new'), { id: 'evt_twice' }),
    desk.hook(escalated('again-new', { subject: 'The same ticket once more' })),
    desk.hook(escalated('again-open', { subject: 'It was open already' })),
  ])
  const { tickets, names } = await written('again')
  expect(tickets).toEqual(['again-open', 'again-new'])
  const opened = { status: 202, body: { result: 'opened', escalation: names.get('again-new') } }
  const [first, second, third, known] = answers.slice(3)
  expect([first, second].toSorted((a, b) => b!.status - a!.status)).toMatchObject([
    opened,
    { status: 200, body: { ...opened.body, result: 'duplicate' } },
  ])
  expect(third).toMatchObject({ status: 200, body: { ...opened.body, result: 'updated' } })
  expect(known).toMatchObject({
    status: 200,
    body: { result: 'updated', escalation: names.get('again-open') },
  })
  await solve([...tickets, ...ids('filler', 3)])
})

it('one that the database does not take is answered with 503, and the others of the rush are kept', async () => {
  const { db } = desk.belay.store
  await db.execute(sql`alter table escalations add constraint poison check (ticket_id <> 'mixed-5')`)
  const tickets = ids('mixed', 9)
  const answers = await meanwhile(() => tickets.map((id) => desk.hook(escalated(id))))
  expect(answers.flatMap(({ status }, at) => (status === 202 ? [] : [[tickets[at], status]]))).toEqual([
    ['mixed-5', 503],
  ])
  const saved = await written('mixed')
  expect(saved.tickets).toHaveLength(8)
  await db.execute(sql`alter table escalations drop constraint poison`)
  await solve(saved.tickets)
})
