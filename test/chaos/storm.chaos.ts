import { expect } from 'vitest'
import { scenario } from './scenario.ts'
import type { Replica, Stage } from './stage.ts'
import type { Team } from './workspace.ts'

const tickets = 300
/** As many channels share them that Slack's one post a second and channel is no limit. */
const teams = 20
/** How many ticket systems send at once. */
const senders = 10

/** More than can be looked at within the minute for which a page waits when nobody can look. */
const places = 150

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
  `Slack keeps everything and answers nothing for a while: ${places} channels, and fifty looks a minute`,
  { wait: '10m', teams: places, asksDirectly: false },
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
    for (let team = 0; team < places; team += 1) await stage.deliver(() => replicas, stage.ticket(team))
    const isKept = ({ channel }: Team) => sandbox.messages(channel).length > 0
    await sandbox.until(() => stage.teams.every(isKept), 'a page in every channel')
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
