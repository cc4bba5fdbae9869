import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { isNoise } from '#slack/listeners/events.ts'
import { loggedLines } from '../slack/receivers/support.ts'
import { plain, startDesk, type Desk } from '../support/desk.ts'
import { scrapedAnew } from '../support/metrics.ts'
import { spoil } from '../support/spoiled.ts'

let desk: Desk
const log = loggedLines('error')
beforeAll(async () => {
  desk = await startDesk({ log: log.logger })
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

it('knows the event of a message that has arrived, and writes down every other', async () => {
  const { db } = desk.belay.store
  const { card } = await desk.escalate('Echo', plain)
  const isNoted = async () =>
    !(await isNoise(db, { event: { type: 'message', metadata: card.metadata } }, 'U0BELAY'))
  expect(await isNoted()).toBe(false)
  await db.execute(sql`update notices set state = 'unsure' where ts = ${card.ts}`)
  expect(await isNoted()).toBe(true)
  await db.execute(sql`update notices set state = 'sent' where ts = ${card.ts}`)
})

const reply = { type: 'message', user: 'U0ENG1', thread_ts: '1.1' }
it.each([
  ['said outside of threads', { type: 'message', user: 'U0ENG1', text: 'lunch?' }, false],
  ['an edited message', { type: 'message', subtype: 'message_changed', message: {} }, false],
  ['said by another bot in our thread', { ...reply, bot_id: 'B0OTHER', parent_user_id: 'U0BELAY' }, false],
  ["a reply in somebody else's thread", { ...reply, parent_user_id: 'U0ENG2' }, false],
  ['a reply in our thread', { ...reply, parent_user_id: 'U0BELAY' }, true],
  ['a reply that does not say whose thread it is in', reply, true],
  ['an opened Home tab', { type: 'app_home_opened' }, true],
  ['a revoked token', { type: 'tokens_revoked' }, true],
])('of what it hears, it writes down what something may follow from: %s', async (_, event, isNoted) => {
  const { db } = desk.belay.store
  expect(await isNoise(db, { event }, 'U0BELAY')).toBe(!isNoted)
  const isOurs = 'thread_ts' in event && !('bot_id' in event)
  expect(await isNoise(db, { event }, undefined)).toBe(!isNoted && !isOurs)
})

it('what is said in its channels is not kept, and what its owner says in the thread is', async () => {
  const { first, second, quiet, belay } = desk
  const kept = async () =>
    (await belay.store.db.execute(sql`select from inbox where key like 'event:%'`)).rowCount
  const told = await desk.escalate('Overheard', plain)
  await first.press(told.card, 'Acknowledge')
  await quiet()
  const before = await kept()
  const root = await second.says('C0FRONT', 'Is anybody at the coffee machine?')
  await first.says('C0FRONT', 'Not I', { thread: root })
  await quiet()
  expect(await kept()).toBe(before)
  await first.says('C0FRONT', 'I am on it', { thread: told.card })
  await quiet()
  expect(await kept()).toBe((before ?? 0) + 1)
  expect(await desk.happened(told)).toContain('replied')
})

it('what can not be handled in eight tries is given up, and neither the log nor the administrators miss it', async () => {
  const { first, manager, pass, quiet, belay } = desk
  const told = await desk.escalate('Replied in vain', plain)
  await first.press(told.card, 'Acknowledge')
  await quiet()
  const mend = await spoil(belay.store.db, told.id, sql`version = 2147483647`)
  await first.says('C0FRONT', 'On it', { thread: told.card })
  await pass(4)
  expect(log.text()).not.toContain('given up')
  await pass(1)
  const alarm = await manager.sees('C0ADMINS', 'could not be handled in 8 tries')
  expect(alarm.text).toContain('(message in <#C0FRONT>)')
  expect(alarm.text).toContain('is out of range for type integer')
  expect(log.lines.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({ level: 50, msg: 'an event could not be handled and is given up' }),
  ])
  expect((await scrapedAnew(desk.url)).get('belay_inbox_given_up_total')).toBe(1)
  await mend()
  await pass(10)
  expect(await desk.happened(told)).not.toContain('replied')
})
