import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { scenario } from './scenario.ts'
import { secondTier } from './workspace.ts'

/** Longer than a page may take before its tier's time starts without it, so that the ladder climbs meanwhile. */
const revokedForMs = 70_000
/** That, and the minute after which Slack is asked again at the latest. */
const revokedMayWaitMs = 150_000
const excused = { mayGiveWay: true, mayWaitMs: revokedMayWaitMs, teams: 3 }

scenario('a token that is revoked, and good again after a minute', excused, async (stage) => {
  const { sandbox, teams } = stage
  const replica = await stage.start()
  const error = { kind: 'error', error: 'token_revoked' } as const
  const restore = sandbox.fault({ on: '*', times: 0, effect: error })
  for (const team of teams.keys()) await stage.deliver(() => [replica], stage.ticket(team))
  const ready = async () => (await fetch(`${await replica.url()}/readyz`)).text()
  while (!(await ready()).includes('token_revoked')) await delay(200)
  await delay(revokedForMs)
  restore()
  const pages = () => sandbox.messages(secondTier.channel).filter(({ text }) => /^E-\d+ critical/.test(text))
  await sandbox.until(() => pages().length === teams.length, 'one page for each', revokedMayWaitMs)
  for (const { channel } of teams) expect(sandbox.messages(channel)).toEqual([])
})
