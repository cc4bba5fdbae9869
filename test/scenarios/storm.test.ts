import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Fault, MessageView } from '../../sandbox/protocol.ts'
import { openIn } from '#store/openings.ts'
import { plain, startDesk, type Desk } from '../support/desk.ts'
import { scraped } from '../support/metrics.ts'
import { phones } from '../support/pings.ts'
import { spoil, unsound } from '../support/spoiled.ts'

let desk: Desk
let storms = 0
// A desk that a storm has passed over takes longer to clear than a new one to start.
beforeEach(async () => {
  desk = await startDesk()
})
afterEach(() => desk[Symbol.asyncDispose]())

/** So many escalations in the same instant. Returns their names, and what has been posted in their channel since. */
async function storm(count: number): Promise<{ names: string[]; posts: () => MessageView[] }> {
  const { store } = desk.belay
  const { sandbox } = desk
  const before = sandbox.messages('C0FRONT').length
  const ids = Array.from({ length: count }, (_, i) => `storm-${storms}-${i}`)
  storms += 1
  const names: string[] = []
  await store.db.transaction(async (tx) => {
    for (const id of ids) {
      const ticket = { id, subject: `Broken ${id}`, ...plain }
      const opening = { source: 'generic', ticket, by: 'generic', policy: 'default', severity: 'critical' }
      const { escalation } = await openIn(tx, store.book, opening, sandbox.clock.now())
      names.push(`E-${escalation.id}`)
    }
  })
  store.committed()
  return { names, posts: () => sandbox.messages('C0FRONT').slice(before) }
}

/** The next message to the channel meets this. */
const fault = (effect: Fault['effect'], when: Fault['when'] = 'before') =>
  desk.sandbox.fault({ on: 'chat.postMessage', channel: 'C0FRONT', when, effect })

const byNumber = (names: string[]) => names.sort((a, b) => Number(a.slice(2)) - Number(b.slice(2)))
const isSummary = ({ text }: MessageView) => /^\d+ escalations? needs? |^Nothing is asked here/.test(text)
const cardsIn = (posts: MessageView[]) => posts.filter((post) => !isSummary(post) && !post.thread_ts)
const namesIn = (posts: MessageView[]) => byNumber(posts.flatMap(({ text }) => text.match(/\bE-\d+/g) ?? []))

/** The line of a summary about this one. */
function lineOf(summary: MessageView, name: string) {
  const block = summary.blocks.find((one) => new RegExp(`\\b${name}\\b`).test(JSON.stringify(one)))
  return {
    block,
    text: JSON.stringify(block),
    button: block?.['accessory'] as { action_id: string } | undefined,
  }
}

/** Presses the button in one line of a summary. */
async function press(summary: MessageView, name: string, by = desk.first): Promise<void> {
  const { block, button } = lineOf(by.again(summary), name)
  const { channel, ts } = summary
  const place = { in: 'message' as const, channel, ts }
  const at = { place, block_id: block!.block_id!, action_id: button!.action_id }
  await by.act({ type: 'press', ...at, confirmed: true })
}

/** What happened to the whole of a storm, by kind. */
async function happenedTo(names: string[], kind: string): Promise<number> {
  const happened = await Promise.all(names.map((name) => desk.happened({ id: Number(name.slice(2)) })))
  return happened.flat().filter((other) => other === kind).length
}

it('twelve tickets at once ring each phone once, for all of them; their cards follow without a mention', async () => {
  const { sandbox, pass, first } = desk
  const rang = phones(sandbox)
  const { names, posts } = await storm(12)
  await pass(0.5)
  const [summary, ...more] = posts().filter(isSummary)
  expect(more).toEqual([])
  expect(namesIn([summary!])).toEqual(names)
  expect(summary!.text).toMatch(
    /^12 escalations need somebody\. Asked here: <@U0FRONT2>\. frontline is asked to acknowledge by /,
  )
  expect(JSON.stringify(summary!.blocks).match(/<@U0FRONT2>/g)).toHaveLength(1)
  expect(rang()).toEqual(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
  expect(namesIn(sandbox.messages('U0FRONT2').filter(({ text }) => text.includes('Broken storm')))).toEqual(
    names,
  )
  expect(namesIn(cardsIn(posts()))).toEqual(names)
  expect(cardsIn(posts()).filter(({ text }) => text.includes('<@'))).toEqual([])
  expect(await happenedTo(names, 'page_delivered')).toBe(12)
  await first.command('/escalate', 'C0FRONT', `show ${names[0]}`)
  expect(JSON.stringify((await first.seesOnly('C0FRONT', names[0])).blocks)).toContain(
    'arrived, in a summary, ',
  )
})

it('a line is acknowledged on the spot; it says so, and an old button tells who has it', async () => {
  const { sandbox, pass, quiet, first, second } = desk
  const { names, posts } = await storm(8)
  await pass(0.5)
  const summary = posts().find(isSummary)!
  await press(summary, names[3]!)
  await quiet()
  const now = first.again(summary)
  expect(now.text).toMatch(/^7 escalations need somebody\./)
  expect(lineOf(now, names[3]!)).toMatchObject({
    text: expect.stringContaining('Acknowledged by First-line engineer 2'),
    button: undefined,
  })
  expect(lineOf(now, names[4]!).button).toBeDefined()
  expect(
    cardsIn(posts()).filter(({ text }) => text.includes('Acknowledged by First-line engineer 2')),
  ).toHaveLength(1)
  const direct = sandbox.messages('U0FRONT2').findLast(isSummary)!
  expect(lineOf(direct, names[3]!).text).toContain('You have it until')

  await Promise.all([first, second].map((person) => press(summary, names[5]!, person)))
  await quiet()
  expect(await happenedTo([names[5]!], 'acknowledged')).toBe(1)
  const told = await Promise.any(
    [first, second].map((person) => person.seesOnly('C0FRONT', `has ${names[5]} already`)),
  )
  expect(told.text).toContain(names[5])
})

it('what somebody takes before it is out is not in it, and one that is left is an ordinary page', async () => {
  const { sandbox, quiet, pass, first, second } = desk
  fault({ kind: 'ratelimited', retry_after: 30 })
  const { names, posts } = await storm(8)
  await first.sees('dm', '8 escalations need you')
  const direct = sandbox.messages('U0FRONT2').findLast(isSummary)!
  for (const name of names.slice(0, 7)) await press(direct, name)
  await quiet()
  await pass(0.5)
  expect(posts().filter(isSummary)).toEqual([])
  const cards = posts().filter(({ thread_ts }) => !thread_ts)
  expect(cards.map(({ text }) => text.includes('frontline is asked (<@U0FRONT2>)'))).toEqual([true])
  expect(namesIn(cards)).toEqual([names[7]])
  await second.command('/escalate', 'C0FRONT', `show ${names[0]}`)
  const shown = JSON.stringify((await second.seesOnly('C0FRONT', names[0])).blocks)
  expect(shown).toContain('not sent, because nobody needed it any more')
})

it('two replicas in a storm: every page is in one message, and nothing is doubled', async () => {
  const { sandbox, pass, replica } = desk
  await using other = await replica()
  expect(other.port).toBeGreaterThan(0)
  const rang = phones(sandbox)
  const { names, posts } = await storm(18)
  await pass(1)
  const pages = posts().filter(({ text, thread_ts }) => !thread_ts && text.includes('<@U0FRONT2>'))
  expect(namesIn(pages)).toEqual(names)
  expect(namesIn(cardsIn(posts()))).toEqual(names)
  expect(rang().filter((ring) => ring === 'U0FRONT2 in C0FRONT')).toHaveLength(pages.length)
  expect(pages.length).toBeLessThan(7)
})

const lost: [string, Fault['when'], Fault['effect']][] = [
  ['Slack keeps it and its answer is lost: it is found', 'after', { kind: 'drop' }],
  ['Slack fails before it keeps it: it is sent again', 'before', { kind: 'error', error: 'internal_error' }],
]
it.each(lost)('a summary, and %s, and the phones ring once', async (how, when, effect) => {
  const { sandbox, pass } = desk
  const rang = phones(sandbox)
  const looks = sandbox.journal({ name: 'conversations.history' }).length
  fault(effect, when)
  sandbox.fault({ on: 'event:message', channel: 'C0FRONT', effect: { kind: 'drop' } })
  const { names, posts } = await storm(9)
  await pass(1)
  expect(namesIn(posts().filter(isSummary))).toEqual(names)
  expect(namesIn(cardsIn(posts()))).toEqual(names)
  expect(rang()).toEqual(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
  expect(sandbox.journal({ name: 'conversations.history' }).length - looks).toBe(
    how.includes('found') ? 1 : 2,
  )
})

it('a summary that Slack refuses for what it is goes out page by page', async () => {
  const { pass } = desk
  fault({ kind: 'error', error: 'msg_blocks_too_long' })
  const { names, posts } = await storm(7)
  await pass(0.5)
  expect(posts().filter(isSummary)).toEqual([])
  const pages = cardsIn(posts()).filter(({ text }) => text.includes('<@U0FRONT2>'))
  expect(namesIn(pages)).toEqual(names)
  const metrics = await scraped(desk.url)
  for (const kind of ['page', 'direct'])
    expect(metrics.get(`belay_deliveries_total{kind="${kind}",outcome="permanent"}`), kind).toBe(0)
})

it('one line that can not be worded does not hold up the others', async () => {
  const { belay, first, pass } = desk
  fault({ kind: 'ratelimited', retry_after: 20 })
  const { names, posts } = await storm(7)
  await first.sees('dm', '7 escalations need you')
  const id = Number(names[2]!.slice(2))
  const emptied = sql`update escalations set ticket = ticket || ${{ subject: 7, transcript: 'not a list' }} where id = ${id}`
  await belay.store.db.execute(emptied)
  await pass(1)
  expect(namesIn(cardsIn(posts()))).toEqual(names)
})

it.each(unsound)(
  'one that can not be %s any more is paged once like the others, and holds none up',
  async (_, spoiled) => {
    const { belay, pass } = desk
    fault({ kind: 'ratelimited', retry_after: 20 })
    const { names, posts } = await storm(7)
    const id = Number(names[4]!.slice(2))
    const mend = await spoil(belay.store.db, id, spoiled)
    await pass(3)
    const pages = posts().filter(({ text, thread_ts }) => !thread_ts && text.includes('<@U0FRONT2>'))
    expect(namesIn(pages)).toEqual(names)
    expect(await happenedTo(names, 'page_delivered')).toBe(6)
    expect(await happenedTo(names, 'quarantined')).toBe(1)
    await mend()
  },
)

it('a channel that is archived in a storm: each falls back, in one summary, and the administrators are told once', async () => {
  const { sandbox, manager, pass, quiet } = desk
  const before = sandbox.messages('C0ADMINS').length
  const told = sandbox.messages('U0HEAD').length
  await sandbox.act({ type: 'archive', as: 'U0HEAD', channel: 'C0FRONT' })
  const { names } = await storm(9)
  await pass(1)
  const posts = sandbox.messages('C0ADMINS').slice(before)
  const pages = posts.filter(({ text, thread_ts }) => !thread_ts && text.includes('is asked'))
  expect([...new Set(namesIn(pages))]).toEqual(names)
  expect(pages.some(isSummary)).toBe(true)
  expect(await happenedTo(names, 'page_undeliverable')).toBe(9)
  const alarms = sandbox.messages('U0HEAD').slice(told)
  expect(alarms.filter(({ text }) => text.includes('could not be delivered to'))).toHaveLength(1)
  await manager.sees('C0ENG', names[0]!)
  await sandbox.act({ type: 'unarchive', as: 'U0HEAD', channel: 'C0FRONT' })
  await quiet()
})

it('a channel that is archived in a storm, and one that can not be written down any more: the others fall back', async () => {
  const { belay, sandbox, pass } = desk
  await sandbox.act({ type: 'archive', as: 'U0HEAD', channel: 'C0FRONT' })
  fault({ kind: 'ratelimited', retry_after: 20 })
  const { names } = await storm(7)
  const id = Number(names[4]!.slice(2))
  const mend = await spoil(belay.store.db, id, sql`version = 2147483647`)
  await pass(3)
  expect(await happenedTo(names, 'page_undeliverable')).toBe(6)
  const { rows } = await belay.store.db.execute(
    sql`select state, count(*)::int from notices where target = 'C0FRONT' and kind = 'page' group by state`,
  )
  expect(rows).toEqual([{ state: 'failed', count: 7 }])
  expect(await happenedTo(names, 'quarantined')).toBe(1)
  await mend()
})

it('a thread under a summary is nobody’s, and a summary that is deleted is not missed', async () => {
  const { sandbox, first, pass, quiet } = desk
  const { names, posts } = await storm(7)
  await pass(0.5)
  const summary = posts().find(isSummary)!
  for (const name of names) await press(summary, name)
  await quiet()
  expect(first.again(summary).text).toMatch(/^Nothing is asked here any more\./)
  await first.says('C0FRONT', 'On all of these', { thread: summary })
  await quiet()
  expect(await happenedTo(names, 'replied')).toBe(0)
  const second = await storm(7)
  await pass(0.5)
  const gone = second.posts().find(isSummary)!
  await sandbox.act({ type: 'delete', as: sandbox.botUserId, channel: 'C0FRONT', ts: gone.ts })
  const card = cardsIn(second.posts()).find(({ text }) => text.startsWith(second.names[0]!))!
  await first.press(card, 'Acknowledge')
  await pass(0.5)
  expect(second.posts().filter(isSummary)).toEqual([])
  expect(namesIn(cardsIn(second.posts()))).toEqual(second.names)
})
