import { afterEach, beforeEach, expect, it } from 'vitest'
import { enqueue } from '#store/save.ts'
import { plain, startDesk, type Desk } from '../support/desk.ts'
import { phones } from '../support/pings.ts'

let desk: Desk
beforeEach(async () => {
  desk = await startDesk()
})
afterEach(() => desk[Symbol.asyncDispose]())

it('a direct message whose channel could not be opened was surely not sent: it goes out a second later', async () => {
  const { sandbox, first } = desk
  sandbox.fault({ on: 'conversations.open', effect: { kind: 'status', status: 500 } })
  const began = sandbox.clock.now().getTime()
  const rang = phones(sandbox)
  await desk.escalate('Opened late', plain)
  const told = await first.sees('dm', 'Opened late')
  expect(Number(told.ts) * 1000 - began).toBeLessThan(3000)
  expect(rang()).toEqual(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
  expect(sandbox.journal({ name: 'conversations.history' })).toEqual([])
})

it('a limit on opening channels is none on posting: no page waits for it', async () => {
  const { belay, sandbox, manager, pass, quiet } = desk
  const effect = { kind: 'ratelimited', retry_after: 20 } as const
  sandbox.fault({ on: 'conversations.open', times: 3, effect })
  const alarms = ['U0HEAD', 'U0ENG1', 'U0ENG2'].map((to) => ({
    key: `alarm:${to}`,
    escalation: null,
    target: to,
    priority: 1,
    notice: { kind: 'alarm', to, problem: 'The roof leaks' } as const,
  }))
  await belay.store.db.transaction((tx) => enqueue(tx, alarms, sandbox.clock.now()))
  belay.pump.wake()
  await belay.pump.idle()
  const began = sandbox.clock.now().getTime()
  const { card } = await desk.escalate('Not held back', plain)
  expect(Number(card.ts) * 1000 - began).toBeLessThan(1000)
  await pass(0.5)
  await quiet()
  await manager.sees('dm', 'The roof leaks')
})
