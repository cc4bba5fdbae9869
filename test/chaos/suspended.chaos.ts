import { setTimeout as delay } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import { notices, timeline } from '#store/schema.ts'
import type { Moment } from '../support/database-line.ts'
import { scenario } from './scenario.ts'
import type { Replica, Stage } from './stage.ts'

/** Where on its way a page is when its process is suspended, for longer than its lease. */
const moments: Record<string, Moment> = {
  'before it hears of its claim': {
    hold: 'answer',
    of: /^update "notices" .*"attempted_at" = /,
    withRows: true,
  },
  'before it settles what Slack has answered': {
    hold: 'statement',
    of: /^update "notices" .*"settled_at" = /,
  },
}

/** Nobody answers for so long that the ladder stands still meanwhile. */
const options = { wait: '10m', asksDirectly: false }

for (const [when, moment] of Object.entries(moments))
  scenario(`suspended ${when}`, options, async (stage) => {
    const sleeper = await stage.start()
    const reached = sleeper.line.stopAt(moment)
    await suspended(stage, sleeper, { from: () => reached, until: () => isSent(stage) })
  })

scenario('suspended while Slack holds the answer', options, async (stage) => {
  const { sandbox, teams } = stage
  const { channel = '' } = teams[0] ?? {}
  sandbox.fault({ on: 'chat.postMessage', channel, when: 'after', effect: { kind: 'delay', ms: 5000 } })
  const kept = () => sandbox.until(() => sandbox.messages(channel).length > 0, 'Slack to have it', 60_000)
  await suspended(stage, await stage.start(), { from: kept, until: () => isSent(stage) })
})

scenario('suspended in the middle of a sweep', { ...options, wait: '5s' }, async (stage) => {
  const sleeper = await stage.start()
  const sweeps = async () => {
    while (!(await isSent(stage))) await delay(100)
    await sleeper.line.stopAt({ hold: 'statement', of: /^commit/, since: /insert into timeline/ })
  }
  await suspended(stage, sleeper, { from: sweeps, until: () => hasClimbed(stage) })
})

type Sleep = { from: () => Promise<unknown>; until: () => Promise<boolean> }

/** One process stands still with a page, another does what the first one left; then the first goes on where it was. */
async function suspended(stage: Stage, sleeper: Replica, { from, until }: Sleep): Promise<void> {
  const other = await stage.standby()
  const replicas = [sleeper]
  const taken = stage.deliver(() => replicas, stage.ticket())
  await from()
  sleeper.signal('SIGSTOP')
  replicas.splice(0, 1, other)
  other.line.goOn()
  while (!(await until())) await delay(200)
  sleeper.signal('SIGCONT')
  sleeper.line.goOn()
  await taken
}

async function isSent({ db }: Stage): Promise<boolean> {
  const pages = await db.select().from(notices).where(eq(notices.kind, 'page'))
  return pages.length > 0 && pages.every(({ state }) => state === 'sent')
}

async function hasClimbed({ db }: Stage): Promise<boolean> {
  return (await db.$count(timeline, eq(timeline.kind, 'unanswered'))) > 0
}
