import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { addMs, minuteMs, secondMs } from '#domain/time.ts'
import type { NoticeRow } from '#store/outbox.ts'
import { notices } from '#store/schema.ts'
import { plain } from '../support/desk.ts'
import { startMailServer } from '../support/mail-server.ts'
import { ticketEvent } from '../support/tickets.ts'
import { examplePolicy, sendHook, startWorld, type World } from '../support/world.ts'

/** Further apart than a lease is long, and each no further off than a replica may be that is ready. */
const [behindMs, aheadMs] = [-16 * secondMs, 16 * secondMs]

const send = ({ hook }: World) => hook(ticketEvent('ticket.escalated', { subject: 'Slow', ...plain }))

/** The one notice of a kind that is being sent; `hasIt`: whoever takes it has got it and does not answer. */
async function inFlight({ belay }: World, kind: NoticeRow['kind'], hasIt: () => boolean) {
  await expect.poll(hasIt).toBe(true)
  return async () => {
    const rows = await belay.store.db.select().from(notices).where(eq(notices.kind, kind))
    return rows.map(({ state, attempts }) => ({ state, attempts }))
  }
}

it('leave a page alone that another one is sending, whatever their clocks say', async () => {
  await using world = await startWorld({ aheadMs: () => behindMs })
  const { sandbox } = world
  const fault = { on: 'chat.postMessage', channel: 'C0FRONT', times: 1, effect: { kind: 'hang' } } as const
  sandbox.fault(fault)
  await send(world)
  const isHeld = () =>
    sandbox.journal().some(({ name, error }) => name === fault.on && error === 'fault: hang')
  const pages = await inFlight(world, 'page', isHeld)
  const other = await world.replica({}, aheadMs)
  other.pump.tick()
  await other.pump.idle()
  expect(await pages()).toEqual([{ state: 'sending', attempts: 1 }])
})

it('leave an e-mail alone that another one is sending', async () => {
  await using mail = await startMailServer()
  const policy = examplePolicy.replace(
    '{ channel: C0ADMINS }',
    '{ channel: C0ADMINS, email: oncall@example.com }',
  )
  const config = { smtp: { url: mail.url, from: 'belay@example.com' } }
  await using world = await startWorld({ policy, config, aheadMs: () => behindMs })
  await world.sandbox.act({ type: 'archive', as: 'U0HEAD', channel: 'C0FRONT' })
  const answers = mail.hold()
  await send(world)
  const emails = await inFlight(world, 'email', () => mail.arrived().length === 1)
  const other = await world.replica({}, aheadMs)
  await other.ring('late')
  expect(await emails()).toEqual([{ state: 'sending', attempts: 1 }])
  answers()
  await world.quiet()
  expect(mail.arrived()).toEqual([])
})

it('send at once what one has left behind whose clock was ten minutes ahead', async () => {
  await using world = await startWorld()
  const { sandbox, belay, first } = world
  const mend = sandbox.fault({
    on: 'chat.postMessage',
    times: 0,
    effect: { kind: 'ratelimited', retry_after: 1 },
  })
  const ahead = await world.replica({}, 10 * minuteMs)
  const at = addMs(sandbox.clock.now(), 10 * minuteMs)
  const event = ticketEvent('ticket.escalated', { subject: 'Ahead', ...plain })
  await sendHook(`http://127.0.0.1:${ahead.port}`, sandbox, event, { at })
  await ahead.pump.idle()
  await ahead[Symbol.asyncDispose]()
  mend()
  await belay.ring('skew')
  await world.quiet()
  await first.sees('C0FRONT', 'Ahead')
})
