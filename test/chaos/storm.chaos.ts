import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { scenario } from './scenario.ts'
import type { Replica, Stage } from './stage.ts'

const tickets = 300
/** As many channels share them that Slack's one post a second and channel is no limit. */
const teams = 20
/** How many ticket systems send at once. */
const senders = 10

/** Three hundred cards at Slack's fifty edits a minute are nothing that a test can wait for. */
const sandbox = { limits: { methods: false } }

scenario(
  `a storm of ${tickets} tickets over ${teams} channels, three replicas: one is killed, one replaced`,
  { wait: '10m', teams, sandbox },
  async (stage) => {
    const replicas = await Promise.all([stage.start(), stage.start(), stage.start()])
    const [killed, stopped] = replicas
    const leave = (one: Replica) => replicas.splice(replicas.indexOf(one), 1)
    const deploy = async () => {
      replicas.push(await stage.start())
      leave(stopped)
      stopped.signal('SIGTERM')
      expect(await stopped.ended).toBe(0)
    }
    const events = new Map<number, () => Promise<unknown>>([
      [tickets / 3, () => (leave(killed), killed.kill())],
      [tickets / 2, deploy],
    ])
    await storm(stage, () => replicas, events)
    expect(stage.promised.size).toBe(tickets)
  },
)

scenario(
  'ten seconds in which Slack keeps everything and answers nothing, two replicas, 20 channels, and fifty looks a minute',
  { wait: '10m', teams, asksDirectly: false },
  async (stage) => {
    const { sandbox } = stage
    const replicas = [await stage.start(), await stage.start()]
    sandbox.fault({ on: 'event:message', times: 0, effect: { kind: 'drop' } })
    const mend = sandbox.fault({
      on: 'chat.postMessage',
      times: 0,
      when: 'after',
      effect: { kind: 'status', status: 500 },
    })
    const unheard = Array.from({ length: 5 * teams }, (_, number) => stage.ticket(number % teams))
    for (const ticket of unheard) await Promise.all([stage.deliver(() => replicas, ticket), delay(100)])
    mend()
  },
)

/** Sends all tickets, a few at once, and does what is planned after so many. */
async function storm(
  stage: Stage,
  replicas: () => Replica[],
  events: Map<number, () => Promise<unknown>>,
): Promise<void> {
  const underway: Promise<unknown>[] = []
  let sent = 0
  const sender = async () => {
    while (sent < tickets) {
      const number = (sent += 1)
      await stage.deliver(replicas, stage.ticket(number % teams))
      const event = events.get(number)
      if (event) underway.push(event())
    }
  }
  await Promise.all(Array.from({ length: senders }, sender))
  await Promise.all(underway)
}
