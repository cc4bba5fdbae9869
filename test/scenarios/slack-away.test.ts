import { afterAll, beforeAll, expect, it } from 'vitest'
import { timelineOf } from '#store/timeline.ts'
import { plain, startDesk } from '../support/desk.ts'
import { ticketEvent } from '../support/tickets.ts'
import { phones } from '../support/pings.ts'
import { examplePolicy, sendHook, startWorld, type World } from '../support/world.ts'

let world: World
let comesBack: () => void
beforeAll(async () => {
  world = await startWorld({
    before: (sandbox) => {
      comesBack = sandbox.fault({ on: '*', times: 0, effect: { kind: 'status', status: 503 } })
    },
  })
})
afterAll(() => world[Symbol.asyncDispose]())

async function ready(): Promise<[number, string]> {
  const response = await fetch(`${world.url}/readyz`)
  return [response.status, await response.text()]
}

it('Belay starts without Slack, takes tickets, says why it is not ready, and recovers by itself with one page', async () => {
  const { hook, sandbox, pass, first, quiet } = world
  const rang = phones(sandbox)
  expect(await ready()).toEqual([503, expect.stringMatching(/slack: .*(auth\.test|socket)/)])
  expect((await fetch(`${world.url}/healthz`)).status).toBe(200)
  expect(await hook(ticketEvent('ticket.escalated'))).toMatchObject({
    status: 202,
    body: { result: 'opened' },
  })
  await quiet()
  expect(sandbox.messages('C0FRONT')).toEqual([])
  expect(rang()).toEqual([])

  comesBack()
  await pass(0.5)
  const card = await first.sees('C0FRONT', 'Checkout fails')
  expect(sandbox.messages('C0FRONT')).toHaveLength(1)
  expect(rang()).toEqual(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
  await sandbox.connected()
  await sandbox.until(() => sandbox.journal({ name: 'auth.test', ok: true }).length > 0, 'auth.test', 30_000)
  await first.press(card, 'Acknowledge')
  await quiet()
  expect(first.again(card).text).toContain('Acknowledged by First-line engineer 2')
  expect(await ready()).toEqual([200, expect.stringContaining('"ok":true')])
})

it('a Belay that starts while Slack is away still refuses people from another workspace', async () => {
  const members = ['U0AGENT', 'U0FRONT2', 'U0GUEST']
  const frontline = { id: 'C0FRONT', name: 'frontline', shared: true, members }
  await using other = await startDesk({
    transport: 'http',
    before: (sandbox) => sandbox.seed({ channels: [frontline] }),
  })
  const { sandbox, replica } = other
  const told = await other.escalate('Not for guests', plain)
  sandbox.fault({ on: 'auth.test', times: 0, effect: { kind: 'status', status: 503 } })
  const { port } = await replica()
  sandbox.control({ type: 'request_url', url: `http://127.0.0.1:${port}/slack/events` })
  const guest = sandbox.person('U0GUEST')
  await guest.press(told.card, 'Acknowledge')
  await guest.seesOnly('C0FRONT', /^Only members of this workspace can act/)
  expect(await other.saved(told)).toMatchObject({ owner: null })
})

it('a Belay that starts while Slack hangs asks nobody of whom it was known before that they are gone', async () => {
  const policy = examplePolicy.replace('[U0FRONT1, U0FRONT2, U0FRONT3]', '[U0GHOST]')
  await using other = await startWorld({ policy })
  await other.belay.ring('people')
  other.sandbox.fault({ on: 'users.info', times: 0, effect: { kind: 'hang' } })
  const { store, port } = await other.replica()
  const url = `http://127.0.0.1:${port}`
  const { body } = await sendHook(url, other.sandbox, ticketEvent('ticket.escalated'))
  const happened = await timelineOf(store.db, Number(String(body['escalation']).slice(2)))
  const asked = happened.flatMap(({ event }) => (event.kind === 'paged' ? [event.asked.onCall] : []))
  expect(asked).toEqual([['U0ENG1']])
})
