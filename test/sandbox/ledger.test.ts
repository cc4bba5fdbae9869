import { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startSandbox } from '../../sandbox/index.ts'
import type { Sandbox } from '../../sandbox/protocol.ts'

let sandbox: Sandbox
let slack: WebClient

beforeEach(async () => {
  sandbox = await startSandbox({ now: new Date('2026-11-22T09:00:00Z'), frozen: true })
  slack = new WebClient(sandbox.botToken, { slackApiUrl: sandbox.apiUrl, retryConfig: { retries: 0 } })
})

afterEach(() => sandbox.close())

const post = (text: string, extra: object = {}) =>
  slack.chat.postMessage({ channel: 'C0FRONT', text, ...extra })
const reached = ({ ts, channel }: { ts?: string; channel?: string }) =>
  Object.fromEntries(
    sandbox.ledger({ ts: ts!, channel: channel! }).map((entry) => [entry.user, entry.reason]),
  )

it('notes mentions, groups, here and channel, but nobody outside and no bots', async () => {
  expect(reached(await post('<@U0FRONT1> <@U0GUEST> please'))).toEqual({ U0FRONT1: 'mention' })
  expect(reached(await post('<!subteam^S0FRONT>'))).toEqual({
    U0FRONT1: 'usergroup',
    U0FRONT2: 'usergroup',
  })
  await slack.usergroups.disable({ usergroup: 'S0FRONT' })
  expect(reached(await post('<!subteam^S0FRONT>'))).toEqual({})
  await sandbox.person('U0ENG2').act({ type: 'presence', presence: 'away' })
  expect(reached(await post('<!here>'))).not.toHaveProperty('U0ENG2')
  expect(Object.keys(reached(await post('<!channel>')))).toHaveLength(7)
  expect(reached(await post('nobody'))).toEqual({})
})

it('reads mentions in the blocks when there are blocks', async () => {
  const section = (text: string) => [{ type: 'section', text: { type: 'mrkdwn', text } }]
  expect(reached(await post('<@U0FRONT1>', { blocks: section('nobody here') }))).toEqual({})
  expect(reached(await post('page', { blocks: section('<@U0FRONT1>') }))).toEqual({
    U0FRONT1: 'mention',
  })
  const plain = [{ type: 'section', text: { type: 'plain_text', text: '<@U0FRONT1>' } }]
  expect(reached(await post('page', { blocks: plain }))).toEqual({})
})

it('notifies the people of a thread, and of a direct message', async () => {
  const { ts } = await post('root for <@U0FRONT1>')
  await sandbox.person('U0FRONT2').says('#frontline', 'mine', { thread: ts! })
  const reply = await post('news', { thread_ts: ts })
  expect(reached(reply)).toEqual({ U0FRONT1: 'thread', U0FRONT2: 'thread' })
  const direct = await slack.chat.postMessage({ channel: 'U0ENG1', text: 'you' })
  expect(reached(direct)).toEqual({ U0ENG1: 'dm' })
})

it('notifies nobody of an edit or an ephemeral message, and marks who must not be disturbed', async () => {
  const { ts } = await post('card')
  await slack.chat.update({ channel: 'C0FRONT', ts: ts!, text: '<@U0FRONT1> <!channel>' })
  await slack.chat.postEphemeral({ channel: 'C0FRONT', user: 'U0FRONT1', text: '<@U0FRONT1>' })
  expect(sandbox.ledger()).toEqual([])
  await sandbox.person('U0FRONT1').act({ type: 'dnd', until: '2026-11-22T10:00:00Z' })
  await post('<@U0FRONT1>')
  sandbox.clock.advance(2 * 3_600_000)
  await post('<@U0FRONT1>')
  expect(sandbox.ledger({ user: 'U0FRONT1' }).map((entry) => entry.silent)).toEqual(['dnd', undefined])
  expect(sandbox.state('U0FRONT1').channels.find((channel) => channel.id === 'C0FRONT')).toMatchObject({
    mentions: 2,
    unread: 3,
  })
})
