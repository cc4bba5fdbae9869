import { once } from 'node:events'
import { connect as dial } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connect } from '#store/database.ts'
import { notices } from '#store/schema.ts'
import { startSandbox } from '../../sandbox/index.ts'
import type { MessageView, Sandbox } from '../../sandbox/protocol.ts'
import { testDatabase } from '../support/database.ts'
import { environment, policyFile, startProcess } from '../support/process.ts'
import { ticketEvent } from '../support/tickets.ts'
import { sendHook } from '../support/world.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ random: 1 })
})
afterAll(() => sandbox.close())

/** A Belay that is asked to stop, and a card of its own. */
type There = { url: string; card: MessageView }

/** What goes on meanwhile; each returns how it ends. */
const goingOn: Record<string, (there: There) => Promise<() => unknown>> = {
  'somebody has connected and says nothing': async ({ url }) => {
    const socket = dial(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
    await once(socket, 'connect')
    return () => socket.destroy()
  },
  'ticket systems go on and on over the connections they have': async ({ url }) => {
    const send = () => sendHook(url, sandbox, ticketEvent('ticket.updated', { id: 'nobody knows it' }))
    const goOn = async (): Promise<void> => {
      const answer = await send().catch(() => null)
      if (!answer) return
      expect(answer.status).toBe(200)
      return goOn()
    }
    const over = Promise.all(Array.from({ length: 8 }, goOn))
    return () => over
  },
  'Slack does not take what a person is told': async ({ card }) => {
    const mend = sandbox.fault({ on: 'response_url', times: 0, effect: { kind: 'hang' } })
    const hits = () => sandbox.state('U0HEAD').faults.find(({ on }) => on === 'response_url')?.hits ?? 0
    const first = sandbox.person('U0FRONT1')
    await first.press(card, 'Escalate now')
    await first.press(card, 'Escalate now')
    await sandbox.until(() => hits() > 0, 'the answer to be under way')
    return mend
  },
}

it.each(Object.entries(goingOn))(
  'ends well when it is asked to stop, and ends what it is at, while %s',
  async (_, begin) => {
    await using database = await testDatabase()
    await using file = await policyFile()
    await using belay = startProcess(environment(sandbox, database.url, file.path))
    const url = await belay.url()
    const escalate = (subject: string) =>
      sendHook(url, sandbox, ticketEvent('ticket.escalated', { id: subject, subject }))
    await belay.logged('socket to Slack')
    const subject = `A card of ${crypto.randomUUID()}`
    await escalate(subject)
    const there = { url, card: await sandbox.person('U0FRONT1').sees('C0FRONT', subject) }
    const end = await begin(there)

    const delay = { kind: 'delay', ms: 1000 } as const
    sandbox.fault({ on: 'chat.postMessage', channel: 'C0FRONT', when: 'after', effect: delay })
    await escalate('Under way')
    await sandbox.until(
      () => sandbox.messages('C0FRONT').some(({ text }) => text.includes('Under way')),
      'the page to be under way',
    )
    belay.signal('SIGTERM')
    expect(await belay.ended).toBe(0)
    expect(await unsettled(database.url)).toEqual([])
    await end()
  },
)

/** What was begun and not brought to its end: it would be found again by its lease only. */
async function unsettled(url: string): Promise<unknown[]> {
  const db = connect(url, () => {})
  const rows = await db.select().from(notices)
  await db.$client.end()
  return rows.filter(({ state }) => state === 'sending' || state === 'unsure')
}
