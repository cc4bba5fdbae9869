import { expect, it } from 'vitest'
import { NotKept, createIntake, typeOf, type SlackBody } from '#slack/receivers/intake.ts'
import { eventBody, loggedLines, memoryInbox } from './support.ts'

function begin() {
  const inbox = memoryInbox()
  const log = loggedLines()
  const intake = createIntake({ keep: inbox.keep, logger: log.logger })
  const handed: unknown[] = []
  let acks = 0
  const take = (body: unknown, ack = async () => void (acks += 1)) =>
    intake({ body: body as SlackBody, ack }, async (event) => void handed.push(event.body))
  return { inbox, handed, take, text: log.text, acks: () => acks }
}

it.each<[string, unknown, string]>([
  ['an event', eventBody('Ev1'), 'kept'],
  ['an event of a kind that does not exist yet', eventBody('Ev1', { type: 'new_kind' }), 'kept'],
  ['a command', { command: '/escalate', text: '' }, 'handed'],
  ...[
    'block_actions',
    'view_submission',
    'view_closed',
    'shortcut',
    'message_action',
    'block_suggestion',
  ].map((type): [string, unknown, string] => [type, { type }, 'handed']),
  ['an event without its inside', { type: 'event_callback', event_id: 'Ev1' }, 'passed_over'],
  ['an event whose inside is text', { type: 'event_callback', event: 'x' }, 'passed_over'],
  ['what only looks like an event to Bolt', { type: 'shortcut', event: { type: 'x' } }, 'passed_over'],
  ['app_rate_limited', { type: 'app_rate_limited' }, 'passed_over'],
  ['null', null, 'passed_over'],
  ['undefined', undefined, 'passed_over'],
  ['a list', [1], 'passed_over'],
  ['a text', 'event_callback', 'passed_over'],
])('%s', async (_, body, taken) => {
  const { take, inbox, handed, acks } = begin()
  expect(await take(body)).toBe(taken)
  expect([inbox.calls, handed.length, acks()]).toEqual([
    taken === 'kept' ? 1 : 0,
    taken === 'handed' ? 1 : 0,
    taken === 'handed' ? 0 : 1,
  ])
})

it('does not acknowledge what it could not keep', async () => {
  const { take, inbox, acks } = begin()
  inbox.away = true
  await expect(take(eventBody('Ev1'))).rejects.toThrow(NotKept)
  expect(acks()).toBe(0)
})

it('an acknowledgement that cannot be sent does not undo the keeping', async () => {
  const { take, inbox } = begin()
  expect(await take(eventBody('Ev1'), () => Promise.reject(new Error('the socket closed')))).toBe('kept')
  expect(inbox.kept.has('Ev1')).toBe(true)
})

it('recognises a repeat that has no id', async () => {
  const { take, inbox } = begin()
  const { event_id: _, ...body } = eventBody('Ev1')
  await take(body)
  await take({ ...body })
  expect([...inbox.kept.keys()]).toEqual([expect.stringMatching(/^sha256:[0-9a-f]{64}$/)])
})

it('names what came, never what it says', () => {
  expect(typeOf(eventBody('Ev1'))).toBe('event app_mention')
  expect(typeOf({ command: '/escalate', text: 'nobody can pay' })).toBe('command')
  expect(typeOf({ type: 'nobody can pay' })).toBe('unknown')
  expect(typeOf(7)).toBe('none')
})
