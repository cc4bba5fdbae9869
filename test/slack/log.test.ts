import { LogLevel } from '@slack/web-api'
import { DrizzleQueryError } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { describe as inWords, redact, slackLogger } from '#slack/log.ts'
import { loggedLines } from './receivers/support.ts'

it.each([
  ['xoxb-123-456-abcDEF', 'xoxb-…'],
  ['token xapp-1-A0B-99-deadbeef.', 'token xapp-….'],
  ['xoxe.xoxb-1-abc', 'xoxe.xoxb-…'],
  ['{"Authorization":"Bearer abc.def"}', '{"Authorization":"Bearer …"}'],
  ['wss://x/link/?ticket=0a-1&app_id=A1', 'wss://x/link/?ticket=…&app_id=A1'],
  ['https://hooks.slack.com/commands/T1/2/abc now', 'https://hooks.slack.com/… now'],
  ['{"token":"legacy","text":"hi"}', '{"token":"…","text":"hi"}'],
  ['v0=0123456789abcdef0123', 'v0=…'],
  ['E-12 to C0SUPPORT', 'E-12 to C0SUPPORT'],
])('%s is shown as %s', (text, shown) => {
  expect(redact(text)).toBe(shown)
})

it('objects are for debug only, and without their secrets there too', () => {
  const { logger, lines } = loggedLines('debug')
  const slack = slackLogger(logger)
  slack.warn('a warning about', { text: 'nobody can pay' })
  slack.error(new Error('broken xoxb-1-abc', { cause: new Error('deeper') }))
  slack.debug('payload', { text: 'nobody can pay', token: 'xoxb-1-abc' })
  expect(
    lines
      .map((line) => JSON.parse(line) as { level: number; msg: string })
      .map(({ level, msg }) => [level, msg]),
  ).toEqual([
    [40, 'a warning about'],
    [50, 'Error: broken xoxb-…: deeper'],
    [20, 'payload {"text":"nobody can pay","token":"…"}'],
  ])
})

it('the level is pino’s, whatever an SDK asks for', () => {
  const { logger, lines } = loggedLines('warn')
  const slack = slackLogger(logger)
  slack.setLevel(LogLevel.DEBUG)
  slack.debug('quiet')
  slack.info('quiet')
  expect(slack.getLevel()).toBe(LogLevel.WARN)
  slackLogger(logger, 'debug').error('quiet too')
  expect(lines).toEqual([])
})

it('a failed query is told without its parameters', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })
  const error = new DrizzleQueryError('insert into inbox values ($1)', ['nobody can pay'], cause)
  expect(inWords(error)).toBe('a query failed: connect ECONNREFUSED 127.0.0.1:5432 (ECONNREFUSED)')
  expect(inWords(new Error('x'.repeat(600)))).toHaveLength(501)
  expect(inWords({ secret: 1 })).toBe('unknown error')
})
