import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Moment } from '../support/database-line.ts'
import { repliesIn } from './evidence.ts'
import { quiet } from './quiet.ts'
import { scenario } from './scenario.ts'
import type { Replica, Stage } from './stage.ts'

scenario('a webhook whose answer is lost', { wait: '10m' }, async (stage) => {
  const replica = await stage.start()
  const ticket = stage.ticket()
  const hungUp = new AbortController()
  const committed = replica.line.stopAt({ hold: 'answer', of: /^commit/, since: /insert into "inbox"/ })
  const lost = stage.send(replica, ticket, hungUp.signal)
  await committed
  hungUp.abort()
  await expect(lost).rejects.toThrow('aborted')
  replica.line.goOn()
  const again = await stage.deliver(() => [replica], ticket)
  expect(again.body).toEqual({ escalation: 'E-1', result: 'duplicate' })
})

scenario('killed before what a ticket system sent is committed', { wait: '10m' }, async (stage) => {
  const doomed = await stage.start()
  const ticket = stage.ticket()
  const reached = doomed.line.stopAt({ hold: 'statement', of: /^commit/, since: /insert into "inbox"/ })
  const lost = stage.send(doomed, ticket)
  lost.catch(() => {})
  await reached
  await doomed.kill()
  await expect(lost).rejects.toThrow()
  const next = await stage.start()
  expect((await stage.deliver(() => [next], ticket)).body['result']).toBe('opened')
})

/** Where on its way one of Slack's events is when its process is killed. */
const moments: Record<string, Moment> = {
  'before it is written down': { hold: 'statement', of: /^insert into "inbox"/ },
  'before Slack hears that we have it': { hold: 'answer', of: /^insert into "inbox"/ },
  'after Slack heard that we have it': { hold: 'statement', of: /from "cards" where \("cards"."channel"/ },
  'before what it means is committed': { hold: 'statement', of: /^commit/, since: /insert into timeline/ },
  'after what it means is committed': { hold: 'answer', of: /^commit/, since: /insert into timeline/ },
}

for (const over of ['socket', 'http'] as const)
  for (const [when, moment] of Object.entries(moments))
    scenario(
      `killed with an event of Slack's over ${over}, ${when}`,
      { over, wait: '10m' },
      async (stage) => {
        const doomed = await stage.start()
        const reply = await acknowledged(stage, doomed)
        const reached = doomed.line.stopAt(moment)
        await reply()
        await reached
        await doomed.kill()
        await stage.start()
        while ((await repliesIn(stage)) === 0) await delay(200)
        await quiet(stage)
        expect(await repliesIn(stage)).toBe(1)
      },
    )

/** Somebody has the ticket, and all is quiet. Returns how they write in its thread. */
async function acknowledged(stage: Stage, replica: Replica): Promise<() => Promise<unknown>> {
  const { sandbox, teams } = stage
  const { channel = '', person = '' } = teams[0] ?? {}
  const owner = sandbox.person(person)
  await stage.deliver(() => [replica], stage.ticket())
  const card = await owner.sees(channel, 'E-1', { timeoutMs: 60_000 })
  await quiet(stage)
  await owner.press(card, 'Acknowledge')
  await quiet(stage)
  return () => owner.says(channel, 'On it', { thread: card })
}
