import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { MessageView } from '../../sandbox/protocol.ts'
import { ownServer } from './own-server.ts'
import type { OwnServer } from './own-server.ts'
import { scenario } from './scenario.ts'
import type { Replica, Stage } from './stage.ts'

const teams = 6
/** How often a ticket comes in, and how many before the server is stopped and after it was. */
const everyMs = 400
const some = 8
/** Slack shows an error of its own when a button is not answered by then. */
const answerWithinMs = 3000

for (const how of ['immediate', 'fast'] as const) {
  let server: OwnServer
  const database = async () => (server = await ownServer())
  const options = { wait: '10m', teams, database, sandbox: { limits: { methods: false } } }
  scenario(`PostgreSQL is stopped (${how}) under load, and started again`, options, async (stage) => {
    const replicas = [await stage.start(), await stage.start()]
    const card = await cardOf(stage, replicas)
    const load = underLoad(stage, replicas)
    await load.sends(some)
    await server.stop(how)
    for (const replica of replicas)
      expect(await stage.send(replica, stage.ticket())).toMatchObject({ status: 503 })
    await isToldInTime(stage, card)
    await server.start()
    await load.sends(some)
    await load.ends()
    await pressed(stage, card)
  })
}

/** Longer than any statement may take, and than a process may be without its database and stay well. */
const silentForMs = 20_000

scenario(
  'PostgreSQL is not heard of under load, and answers again',
  { wait: '10m', teams, sandbox: { limits: { methods: false } } },
  async (stage) => {
    const replicas = [await stage.start(), await stage.start()]
    const card = await cardOf(stage, replicas)
    const load = underLoad(stage, replicas)
    await load.sends(some)
    for (const { line } of replicas) line.silence()
    await isToldInTime(stage, card)
    for (const replica of replicas)
      expect(await stage.send(replica, stage.ticket())).toMatchObject({ status: 503 })
    await delay(silentForMs)
    for (const { line } of replicas) line.goOn()
    await load.sends(some)
    await load.ends()
    await pressed(stage, card)
  },
)

async function cardOf(stage: Stage, replicas: Replica[]): Promise<MessageView> {
  const { channel = '', person = '' } = stage.teams[0] ?? {}
  await stage.deliver(() => replicas, stage.ticket(0))
  return stage.sandbox.person(person).sees(channel, /^E-1 /, { timeoutMs: 60_000 })
}

type Load = {
  /** Resolves when so many more tickets were sent; whether they were taken is another matter. */
  sends: (count: number) => Promise<void>
  /** No more tickets. Resolves when all were taken. */
  ends: () => Promise<unknown>
}

function underLoad(stage: Stage, replicas: Replica[]): Load {
  const underway: Promise<unknown>[] = []
  const timer = setInterval(() => {
    underway.push(stage.deliver(() => replicas, stage.ticket(underway.length % teams)))
  }, everyMs)
  return {
    sends: async (count) => {
      for (const from = underway.length; underway.length < from + count;) await delay(everyMs)
    },
    ends: () => {
      clearInterval(timer)
      return Promise.all(underway)
    },
  }
}

/** Whoever presses a button while nothing can be saved hears just that, while they still look. */
async function isToldInTime({ sandbox }: Stage, card: MessageView): Promise<void> {
  const presser = sandbox.person('U0HEAD')
  const startedMs = performance.now()
  await presser.press(card, 'Acknowledge')
  await presser.seesOnly(card.channel, 'Not saved')
  expect(performance.now() - startedMs).toBeLessThan(answerWithinMs)
}

/** The same button, once the database is back. */
async function pressed({ sandbox }: Stage, card: MessageView): Promise<void> {
  const presser = sandbox.person('U0HEAD')
  await presser.press(card, 'Acknowledge')
  await sandbox.until(
    () => presser.again(card).text.includes('Acknowledged by'),
    'the card to say so',
    60_000,
  )
}
