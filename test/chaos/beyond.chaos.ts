import { setTimeout as delay } from 'node:timers/promises'
import { inArray } from 'drizzle-orm'
import { expect } from 'vitest'
import { notices } from '#store/schema.ts'
import { scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

/** The minute after which those beyond Slack are told, the lease of whoever is killed, and Slack's turn afterwards. */
const options = { isTold: true, wait: '10m', teams: 3, mayWaitMs: 180_000 }

for (const [when, isAnswered, mails] of [
  ['while the mail server holds its answer', false, 4],
  ['when the first e-mail has arrived', true, 3],
] as const)
  scenario(`Slack takes nothing, and killed ${when}`, options, async (stage) => {
    const { sandbox, teams, beyond } = stage
    const doomed = await stage.start()
    const away = { kind: 'status', status: 503 } as const
    const comesBack = sandbox.fault({ on: 'chat.postMessage', times: 0, effect: away })
    const goOn = beyond!.mail.hold()
    await Promise.all(teams.map((_, team) => stage.deliver(() => [doomed], stage.ticket(team))))
    while (beyond!.told().mails.length === 0) await delay(20)
    if (isAnswered) goOn()
    await doomed.kill()
    goOn()
    await stage.start()
    while (!(await isToldOf(stage, teams.length))) await delay(200)
    expect(beyond!.told().mails.length).toBeGreaterThanOrEqual(mails)
    for (const { channel } of teams) expect(sandbox.messages(channel)).toEqual([])
    comesBack()
  })

/** An e-mail and a request about each of so many escalations were taken. */
async function isToldOf({ db }: Stage, count: number): Promise<boolean> {
  const rows = await db
    .select()
    .from(notices)
    .where(inArray(notices.kind, ['email', 'webhook']))
  return rows.length === 2 * count && rows.every(({ state }) => state === 'sent')
}
