import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { eq } from 'drizzle-orm'
import { escalations } from '#store/schema.ts'
import type { MessageView } from '../../sandbox/protocol.ts'
import { repliesIn } from './evidence.ts'
import { quiet } from './quiet.ts'
import { scenario } from './scenario.ts'
import type { Replica, Stage } from './stage.ts'

const rounds = 5
/** A replica's two sockets to Slack. */
const sockets = 2

scenario('sockets are cut, one at a time', { wait: '10m', teams: rounds }, async (stage) => {
  const { sandbox, teams } = stage
  const cards = await cardsOf(stage, await stage.start())
  await sandbox.connected(sockets)
  for (const [round, card] of cards.entries()) {
    sandbox.control({ type: 'cut_sockets', count: 1 })
    const { person = '' } = teams[round] ?? {}
    await sandbox.person(person).press(card, 'Acknowledge')
    await sandbox.connected(sockets)
  }
})

/** The old sockets are closed after a second, and the second new one is opened five seconds after the first. */
const betweenPressesMs = 1500

scenario('Slack refreshes both sockets at once', { wait: '10m', teams: rounds }, async (stage) => {
  const { sandbox, teams, db } = stage
  const cards = await cardsOf(stage, await stage.start())
  await sandbox.connected(sockets)
  sandbox.control({ type: 'disconnect', reason: 'refresh_requested' })
  for (const [team, card] of cards.entries()) {
    await sandbox.person(teams[team]?.person ?? '').press(card, 'Acknowledge')
    await delay(betweenPressesMs)
  }
  await quiet(stage)
  expect(await db.$count(escalations, eq(escalations.state, 'acknowledged'))).toBe(rounds)
})

/** So long nothing can be opened; Slack's own disturbances last longer, and are not different. */
const deadForMs = 10_000

scenario(
  'all sockets are cut, and none can be opened for a while',
  { wait: '10m', teams: rounds },
  async (stage) => {
    const { sandbox, teams } = stage
    const cards = await cardsOf(stage, await stage.start())
    await sandbox.connected(sockets)
    for (const [team, card] of cards.entries())
      await sandbox.person(teams[team]?.person ?? '').press(card, 'Acknowledge')
    await quiet(stage)
    const error = { kind: 'error', error: 'internal_error' } as const
    const mend = sandbox.fault({ on: 'apps.connections.open', times: 0, effect: error })
    sandbox.control({ type: 'cut_sockets' })
    for (const [team, card] of cards.entries())
      await sandbox.person(teams[team]?.person ?? '').says(card.channel, 'On it', { thread: card })
    await delay(deadForMs)
    expect(await repliesIn(stage)).toBe(0)
    mend()
    while ((await repliesIn(stage)) < cards.length) await delay(200)
  },
)

/** A ticket for each team, and where its card is. */
async function cardsOf(stage: Stage, replica: Replica): Promise<MessageView[]> {
  const each = stage.teams.map(async ({ channel, person }, team) => {
    await stage.deliver(() => [replica], stage.ticket(team))
    return stage.sandbox.person(person).sees(channel, /^E-\d+ /, { timeoutMs: 60_000 })
  })
  const cards = await Promise.all(each)
  await quiet(stage)
  return cards
}
