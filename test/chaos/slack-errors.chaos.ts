import type { Fault } from '../../sandbox/protocol.ts'
import { scenario } from './scenario.ts'

/** How Slack fails to answer a page. The pause it asks for is longer than a call may take. */
const effects: Fault['effect'][] = [
  { kind: 'status', status: 500, body: 'Something went wrong' },
  { kind: 'html' },
  { kind: 'hang' },
  { kind: 'drop' },
]
/** A refusal by rate limit says that nothing was kept: there is none after keeping it. */
const limited: Fault['effect'] = { kind: 'ratelimited', retry_after: 12 }

const faults = [
  { when: 'before' as const, effect: limited },
  ...(['before', 'after'] as const).flatMap((when) => effects.map((effect) => ({ when, effect }))),
]

for (const seconds of [0, 2, 10])
  scenario(
    `429, 500, HTML, silence and a reset, before and after keeping a page; history ${seconds} s behind`,
    { teams: faults.length },
    async (stage) => {
      const { sandbox, teams } = stage
      sandbox.control({ type: 'history_lag', ms: seconds * 1000 })
      for (const [team, fault] of faults.entries()) {
        const { channel = '' } = teams[team] ?? {}
        sandbox.fault({ on: 'chat.postMessage', channel, ...fault })
        // Else our own message's event would tell what Slack's answer did not.
        sandbox.fault({ on: 'event:message', channel, times: 0, effect: { kind: 'drop' } })
      }
      const replica = await stage.start()
      await Promise.all(faults.map((_, team) => stage.deliver(() => [replica], stage.ticket(team))))
    },
  )

/** The post's own ten seconds, a minute of looking, and the look that is under way at its end. */
const mayWaitMs = 75_000

scenario('a page and every look for it hang: it is sent again', { wait: '5m', mayWaitMs }, async (stage) => {
  const { sandbox, teams } = stage
  const [{ channel } = { channel: '' }] = teams
  sandbox.fault({ on: 'chat.postMessage', channel, effect: { kind: 'hang' } })
  sandbox.fault({ on: 'conversations.history', channel, times: 0, effect: { kind: 'hang' } })
  const replica = await stage.start()
  await stage.deliver(() => [replica], stage.ticket())
})
