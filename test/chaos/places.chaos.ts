import { expect } from 'vitest'
import { find } from '#store/escalations.ts'
import { scenario } from './scenario.ts'
import type { Stage } from './stage.ts'
import { fallback } from './workspace.ts'

scenario('a channel that is archived', {}, async (stage) => {
  const { channel = '' } = stage.teams[0] ?? {}
  await stage.sandbox.act({ type: 'archive', as: fallback.person, channel })
  await toldInTime(stage, channel)
})

scenario('a person who takes no direct message, in a channel that is archived', {}, async (stage) => {
  const { channel = '' } = stage.teams[0] ?? {}
  await stage.sandbox.act({ type: 'archive', as: fallback.person, channel })
  stage.sandbox.fault({ on: 'conversations.open', effect: { kind: 'error', error: 'user_disabled' } })
  await toldInTime(stage, channel)
})

scenario('a private channel that Belay was removed from', { isPrivate: true }, async (stage) => {
  const { channel = '' } = stage.teams[0] ?? {}
  const { botUserId: user } = stage.sandbox
  await stage.sandbox.act({ type: 'kick', as: fallback.person, channel, user })
  await toldInTime(stage, channel)
})

/** What can never arrive is at the fallback within this time: the contract. */
const fallbackWithinMs = 6000

async function toldInTime(stage: Stage, channel: string): Promise<void> {
  const replica = await stage.start()
  await stage.deliver(() => [replica], stage.ticket())
  const alarm = await stage.sandbox.until(
    () => stage.sandbox.messages(fallback.channel).find(({ text }) => text.includes(`<#${channel}>`)),
    'the fallback to be told',
    60_000,
  )
  const opened = await find(stage.db, 1)
  expect(Number(alarm.ts) * 1000 - Number(opened?.openedAt)).toBeLessThan(fallbackWithinMs)
}
