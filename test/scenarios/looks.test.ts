import { afterEach, beforeEach, expect, it } from 'vitest'
import { startDesk, plain, type Desk } from '../support/desk.ts'
import { ticketEvent } from '../support/tickets.ts'

let desk: Desk
beforeEach(async () => {
  desk = await startDesk()
  desk.sandbox.fault({ on: 'event:message', times: 0, effect: { kind: 'drop' } })
})
afterEach(() => desk[Symbol.asyncDispose]())

/** Slack keeps what is posted to the first tier's channel, and its answers get lost. */
const loseAnswers = (times: number) =>
  desk.sandbox.fault({ on: 'chat.postMessage', channel: 'C0FRONT', times, when: 'after', effect: lost })
const lost = { kind: 'status', status: 500 } as const

const looks = (method: 'history' | 'replies') =>
  desk.sandbox
    .journal({ name: `conversations.${method}` })
    .filter(({ body }) => (body as { channel: string }).channel === 'C0FRONT')

const escalate = (id: string) => desk.hook(ticketEvent('ticket.escalated', { id, subject: id, ...plain }))
const pages = () => desk.sandbox.messages('C0FRONT').filter(({ thread_ts }) => !thread_ts)

it('one look finds all the pages of a channel whose answers were lost', async () => {
  loseAnswers(5)
  for (const id of ['one', 'two', 'three', 'four', 'five']) await escalate(id)
  await desk.pass(1)
  expect(pages()).toHaveLength(5)
  expect(looks('history').length).toBeLessThanOrEqual(2)
})

it('one look finds all the lines of a thread whose answers were lost', async () => {
  await desk.escalate('Raised twice', plain)
  loseAnswers(2)
  for (const tried of ['This', 'That'])
    await desk.hook(
      ticketEvent('ticket.escalated', { id: 'desk-1', subject: 'Raised twice', tried, ...plain }),
    )
  await desk.pass(1)
  expect(desk.sandbox.messages('C0FRONT').filter(({ thread_ts }) => thread_ts)).toHaveLength(2)
  expect(looks('replies')).toHaveLength(1)
})

it('while Slack only limits how often we look, a page waits to be found, and no look at any channel is tried', async () => {
  const { sandbox, pass } = desk
  loseAnswers(1)
  const effect = { kind: 'ratelimited', retry_after: 20 } as const
  const mend = sandbox.fault({ on: 'conversations.history', times: 0, effect })
  await escalate('Limited')
  await pass(3)
  expect(looks('history').length).toBeLessThan(12)
  mend()
  await pass(0.5)
  expect(pages().map(({ text }) => text.includes('may be a repeat'))).toEqual([false])
})

it('a page that can not be looked up is repeated later each time', async () => {
  const { sandbox, pass } = desk
  loseAnswers(0)
  const effect = { kind: 'error', error: 'internal_error' } as const
  sandbox.fault({ on: 'conversations.history', times: 0, effect })
  await escalate('Nowhere to be seen')
  await pass(10)
  expect(pages()).toHaveLength(4)
})

it('a page whose history is far behind is given longer to show up each time', async () => {
  loseAnswers(0)
  desk.sandbox.control({ type: 'history_lag', ms: 100_000 })
  await escalate('Late to be seen')
  await desk.pass(5)
  expect(pages()).toHaveLength(4)
})

it('a code that nobody knows and that never comes with a message means no: the fallback is told within a minute', async () => {
  const { sandbox, manager, pass } = desk
  const effect = { kind: 'error', error: 'an_error_of_the_future' } as const
  const mend = sandbox.fault({ on: 'chat.postMessage', channel: 'C0FRONT', times: 0, effect })
  await escalate('Refused')
  const decided = sandbox.clock.now().getTime()
  await pass(3)
  mend()
  const alarm = await manager.sees('C0ADMINS', /could not be delivered: an_error_of_the_future/)
  expect(Number(alarm.ts) * 1000 - decided).toBeLessThan(62_000)
  expect(pages()).toEqual([])
})
