import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Fault } from '../../sandbox/protocol.ts'
import { keepDirectChannel, personById } from '#store/people.ts'
import { notices } from '#store/schema.ts'
import { plain, startDesk, type Desk } from '../support/desk.ts'
import { offers, phones, shown } from '../support/pings.ts'
import { ticketEvent } from '../support/tickets.ts'
import { examplePolicy, testPolicy } from '../support/world.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

/** The messages in a channel that are about this, threads left out. */
const about = (channel: string, words: string) =>
  desk.sandbox.messages(channel).filter((message) => message.text.includes(words) && !message.thread_ts)

it('a channel that is archived: the fallback hears of it within seconds, and the next tier is asked', async () => {
  const { sandbox, manager, pass, quiet } = desk
  const told = await desk.escalate('Archived', plain)
  await sandbox.act({ type: 'archive', as: 'U0HEAD', channel: 'C0ENG' })
  const rang = phones(sandbox)
  const decided = sandbox.clock.now().getTime() + 15 * 60_000
  await pass(15.1)
  const alarm = await manager.sees('C0ADMINS', new RegExp(`^${told.name} `))
  expect(alarm.text).toContain(
    'The page to <#C0ENG> could not be delivered: is_archived (the channel is archived).',
  )
  expect(Number(alarm.ts) * 1000 - decided).toBeLessThan(6_000)
  await manager.sees('C0MGMT', new RegExp(`^${told.name} `))
  await manager.sees('dm', 'A message (page) could not be delivered to')
  expect(rang()).toEqual(['U0ENG1 directly', 'U0HEAD directly', 'U0HEAD in C0ADMINS', 'U0HEAD in C0MGMT'])
  expect(shown(desk.first.again(told.card))).toContain('could not be delivered')
  await sandbox.act({ type: 'unarchive', as: 'U0HEAD', channel: 'C0ENG' })
  await quiet()
})

it('a channel that is limited waits, and no other waits for it', async () => {
  const { sandbox, first, pass, quiet, hook } = desk
  const told = await desk.escalate('Quick one', plain)
  sandbox.fault({
    on: 'chat.postMessage',
    channel: 'C0FRONT',
    effect: { kind: 'ratelimited', retry_after: 20 },
  })
  await hook(ticketEvent('ticket.escalated', { id: 'slow-one', subject: 'Slow one' }))
  await quiet()
  expect(about('C0FRONT', 'Slow one')).toEqual([])
  await first.sees('dm', 'Slow one')
  await first.press(told.card, 'Escalate now')
  await quiet()
  expect(about('C0ENG', 'Quick one')).toHaveLength(1)
  expect(about('C0FRONT', 'Slow one')).toEqual([])
  await pass(0.5)
  expect(about('C0FRONT', 'Slow one')).toHaveLength(1)
  await hook(ticketEvent('ticket.solved', { id: 'slow-one' }))
})

it.each(['its event tells', 'its event is lost too'])(
  'Slack keeps the page and its answer is lost: one message, and %s',
  async (how) => {
    const { sandbox, first, pass, quiet, hook } = desk
    const subject = `Lost answer, ${how}`
    sandbox.fault({ on: 'chat.postMessage', channel: 'C0FRONT', when: 'after', effect: { kind: 'drop' } })
    if (how.includes('too'))
      sandbox.fault({ on: 'event:message', channel: 'C0FRONT', effect: { kind: 'drop' } })
    const rang = phones(sandbox)
    await hook(ticketEvent('ticket.escalated', { id: how, subject }))
    await pass(0.5)
    expect(about('C0FRONT', subject)).toHaveLength(1)
    expect(rang()).toEqual(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
    const card = await first.sees('C0FRONT', subject)
    await first.press(card, 'Acknowledge')
    await quiet()
    expect(first.again(card).text).toContain('Acknowledged by First-line engineer 2')
    await hook(ticketEvent('ticket.solved', { id: how }))
  },
)

it('Slack fails before it keeps the page: it is sent again, once', async () => {
  const { sandbox, pass, quiet, hook } = desk
  sandbox.fault({
    on: 'chat.postMessage',
    channel: 'C0FRONT',
    effect: { kind: 'error', error: 'internal_error' },
  })
  const rang = phones(sandbox)
  await hook(ticketEvent('ticket.escalated', { id: 'failed-once', subject: 'Failed once' }))
  await quiet()
  expect(about('C0FRONT', 'Failed once')).toEqual([])
  await pass(0.5)
  expect(about('C0FRONT', 'Failed once')).toHaveLength(1)
  expect(rang()).toEqual(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
  await hook(ticketEvent('ticket.solved', { id: 'failed-once' }))
})

it('the channel with a person was another bot’s: it is opened anew, once, and the message arrives', async () => {
  const { belay, sandbox, first, quiet } = desk
  const opened = () => sandbox.journal({ name: 'conversations.open' }).length
  await keepDirectChannel(belay.store.db, first.id, 'D0OTHERBOT', sandbox.clock.now())
  const before = opened()
  const rang = phones(sandbox)
  await desk.escalate('Another bot', plain)
  await quiet()
  expect(rang()).toEqual(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
  expect(opened() - before).toBe(1)
})

it('a person whom Slack finds no channel for: it is opened once more, and then the administrators hear of it', async () => {
  const { belay, sandbox, first, manager, quiet } = desk
  await desk.escalate('There before', plain)
  const { direct } = (await personById(belay.store.db, first.id))!
  const effect = { kind: 'error', error: 'channel_not_found' } as const
  const mend = sandbox.fault({ on: 'chat.postMessage', channel: direct!, times: 0, effect })
  await desk.escalate('Not there any more', plain)
  await quiet()
  await manager.sees('dm', `could not be delivered to the direct messages of ${first.id}`)
  const tried = sandbox.journal({ name: 'chat.postMessage', channel: direct! })
  expect(tried.filter(({ body }) => JSON.stringify(body).includes('Not there any more'))).toHaveLength(2)
  mend()
})

it('a tier whose people are gone is skipped at once, the card and the fallback say so', async () => {
  const { belay, sandbox, manager, quiet, hook } = desk
  await belay.adopt(testPolicy(examplePolicy.replace('[U0FRONT1, U0FRONT2, U0FRONT3]', '[U0GHOST]')))
  const rang = phones(sandbox)
  await hook(ticketEvent('ticket.escalated', { id: 'ghost', subject: 'Nobody there' }))
  await quiet()
  expect(rang()).toEqual(['U0ENG1 directly', 'U0ENG1 in C0ENG', 'U0HEAD in C0ADMINS'])
  const alarm = await manager.sees('C0ADMINS', 'Nobody there')
  expect(alarm.text).toContain('Nobody is on call in tier frontline, so it was skipped.')
  const card = await manager.sees('C0ENG', /critical, .*Nobody there/)
  await manager.sees('C0ENG', 'Nobody is on call in tier frontline', { thread: card })
  await hook(ticketEvent('ticket.solved', { id: 'ghost' }))
  await belay.adopt(testPolicy())
})

it('a policy that is read again holds for what opens from then on; what is open keeps its own', async () => {
  const { belay, sandbox, pass } = desk
  const before = await desk.escalate('Old rules', plain)
  const quick = examplePolicy.replace('- { tier: frontline }', '- { tier: frontline, wait: 1m }')
  await belay.adopt(testPolicy(quick))
  const after = await desk.escalate('New rules', plain)
  await pass(2)
  expect(about('C0ENG', 'New rules')).toHaveLength(1)
  expect(about('C0ENG', 'Old rules')).toEqual([])
  await pass(14)
  expect(about('C0ENG', 'Old rules')).toHaveLength(1)
  expect(
    [before.name, after.name].every((name) =>
      sandbox.messages('C0ENG').some(({ text }) => text.startsWith(name)),
    ),
  ).toBe(true)
  await belay.adopt(testPolicy())
})

it('a line that waited for its card, and then was lost on its way, is sent again like any other', async () => {
  const { sandbox, first, pass } = desk
  const told = await desk.escalate('Long wait', plain)
  await sandbox.act({ type: 'delete', as: sandbox.botUserId, channel: 'C0FRONT', ts: told.card.ts })
  const meets = (times: number, effect: Fault['effect']) =>
    sandbox.fault({ on: 'chat.postMessage', channel: 'C0FRONT', times, effect })
  meets(1, { kind: 'error', error: 'thread_not_found' })
  meets(3, { kind: 'error', error: 'internal_error' })
  meets(1, { kind: 'delay', ms: 1 })
  meets(1, { kind: 'error', error: 'internal_error' })
  await first.press(await first.sees('dm', 'Long wait'), 'Acknowledge')
  await pass(3)
  const again = await first.sees('C0FRONT', new RegExp(`^${told.name} critical`))
  const lines = sandbox.messages('C0FRONT').filter(({ thread_ts }) => thread_ts === again.ts)
  expect(lines.map(({ text }) => text)).toEqual([expect.stringContaining('First-line engineer 2 has it')])
})

it('a page that is found, and can not be written down, is never sent again; it is written down when it can be', async () => {
  const { belay, pass, hook } = desk
  const { db } = belay.store
  await db.execute(
    sql`create function refuse() returns trigger as 'begin raise ''no card''; end' language plpgsql`,
  )
  await db.execute(sql`create trigger refuse before insert on cards execute function refuse()`)
  const subject = 'Not written down'
  await hook(ticketEvent('ticket.escalated', { id: 'unwritten', subject, ...plain }))
  await pass(3)
  expect(about('C0FRONT', subject)).toHaveLength(1)
  await db.execute(sql`drop function refuse cascade`)
  await pass(1)
  expect(about('C0FRONT', subject)).toHaveLength(1)
  const page = sql`kind = 'page' and target = 'C0FRONT' and state <> 'sent'`
  expect(await db.$count(notices, page)).toBe(0)
  await hook(ticketEvent('ticket.solved', { id: 'unwritten' }))
})

it('a page that no view can word goes out in plain words, and its card is drawn when it can be', async () => {
  const { belay, sandbox, first, hook, quiet, pass } = desk
  sandbox.fault({
    on: 'chat.postMessage',
    channel: 'C0FRONT',
    effect: { kind: 'ratelimited', retry_after: 10 },
  })
  await hook(ticketEvent('ticket.escalated', { id: 'odd', subject: 'Odd <!channel>', ...plain }))
  await quiet()
  const spoil = (to: object) => sql`update escalations set ticket = ticket || ${to} where ticket_id = 'odd'`
  await belay.store.db.execute(spoil({ transcript: 'not a list' }))
  await pass(0.5)
  const card = await first.sees('C0FRONT', 'Odd')
  expect(card.text).toMatch(
    /^E-\d+ critical, Small shop: Odd &lt;!channel&gt;. frontline is asked \(<@U0FRONT2>\) to acknowledge it now.$/,
  )
  expect(offers(card)).toEqual(['Acknowledge'])
  await belay.store.db.execute(spoil({ transcript: [] }))
  await pass(1.5)
  expect(about('C0FRONT', 'Odd')).toHaveLength(1)
  expect(offers(first.again(card))).toContain('Resolve')
  await hook(ticketEvent('ticket.solved', { id: 'odd' }))
})

it.each(['its channel can not be searched for a while', 'its channel is busy'])(
  'the answer to a page is lost, and %s: it is not sent twice',
  async (how) => {
    const { sandbox, agent, hook, pass } = desk
    const subject = `Once only, ${how}`
    sandbox.fault({ on: 'chat.postMessage', channel: 'C0FRONT', when: 'after', effect: { kind: 'drop' } })
    sandbox.fault({ on: 'event:message', channel: 'C0FRONT', effect: { kind: 'drop' } })
    const effect = { kind: 'error', error: 'internal_error' } as const
    const mend = how.includes('searched')
      ? sandbox.fault({ on: 'conversations.history', times: 0, effect })
      : () => {}
    await hook(ticketEvent('ticket.escalated', { id: how, subject }))
    await sandbox.until(() => about('C0FRONT', subject).length > 0, 'the page')
    if (how.includes('busy'))
      for (let said = 0; said < 20; said += 1) await agent.says('C0FRONT', `So much to say, ${said}`)
    await pass(0.6)
    mend()
    await pass(0.5)
    const posted = about('C0FRONT', subject)
    expect(posted.map(({ text }) => text.includes('may be a repeat'))).toEqual([false])
    await hook(ticketEvent('ticket.solved', { id: how }))
  },
)
