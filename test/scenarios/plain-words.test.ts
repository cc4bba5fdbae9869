import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { plain, startDesk, type Desk } from '../support/desk.ts'
import { offers, phones } from '../support/pings.ts'
import { ticketEvent } from '../support/tickets.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

const refuse = (times: number) =>
  desk.sandbox.fault({
    on: 'chat.postMessage',
    channel: 'C0FRONT',
    times,
    effect: { kind: 'error', error: 'invalid_blocks' },
  })

it('a page that Slack refuses for its looks goes out in plain words, and becomes a card when it can', async () => {
  const { sandbox, first } = desk
  refuse(1)
  const rang = phones(sandbox)
  const told = await desk.escalate('Refused looks', plain)
  const posts = sandbox
    .journal({ name: 'chat.postMessage' })
    .map(({ body }) => body as { channel: string; text: string; blocks?: unknown })
    .filter(({ channel }) => channel === 'C0FRONT')
  expect(posts.map(({ blocks }) => blocks !== undefined)).toEqual([true, false])
  expect(posts.at(-1)?.text).toBe(
    'E-1 critical, Small shop: Refused looks. frontline is asked (<@U0FRONT2>) to acknowledge it now.',
  )
  expect(rang()).toEqual(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
  expect(await desk.happened(told)).not.toContain('page_undeliverable')
  expect(offers(first.again(told.card))).toContain('Acknowledge')
})

it('a page that is refused in plain words too is told to the fallback', async () => {
  refuse(2)
  await desk.hook(ticketEvent('ticket.escalated', { id: 'words', subject: 'Refused words', ...plain }))
  await desk.quiet()
  const alarm = await desk.manager.sees('C0ADMINS', 'Refused words')
  expect(alarm.text).toContain('could not be delivered: invalid_blocks')
  await desk.hook(ticketEvent('ticket.solved', { id: 'words' }))
})
