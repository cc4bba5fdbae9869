import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { timelineOf } from '#store/timeline.ts'
import { plain, startDesk, type Desk } from '../support/desk.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { spoil, unsound } from '../support/spoiled.ts'
import { shown } from '../support/pings.ts'
import { ticketEvent } from '../support/tickets.ts'
import { examplePolicy, testPolicy } from '../support/world.ts'

let mail: MailServer
let pager: Receiver
let desk: Desk
beforeAll(async () => {
  mail = await startMailServer()
  pager = await startReceiver()
})
beforeEach(async () => {
  const beyond = `email: oncall@example.com, webhook: { url: "${pager.url}", secret: "${pager.secret}" }`
  const policy = examplePolicy.replace('{ channel: C0ADMINS }', `{ channel: C0ADMINS, ${beyond} }`)
  desk = await startDesk({ policy, config: { smtp: { url: mail.url, from: 'belay@example.com' } } })
})
afterEach(async () => {
  await desk[Symbol.asyncDispose]()
  mail.arrived()
  pager.received()
})
afterAll(async () => {
  await pager[Symbol.asyncDispose]()
  await mail[Symbol.asyncDispose]()
})

/** Slack takes no message any more, until this is called: it fails, or it refuses us. */
function slackIsAway(how: 'fails' | 'refuses' = 'fails'): () => void {
  const effect =
    how === 'fails'
      ? ({ kind: 'status', status: 503 } as const)
      : ({ kind: 'error', error: 'token_revoked' } as const)
  return desk.sandbox.fault({ on: 'chat.postMessage', times: 0, effect })
}

/** Tickets that come in while nobody can be asked in Slack. Resolves with their names. */
async function tickets(...subjects: string[]): Promise<string[]> {
  const answers = subjects.map((subject) =>
    desk.hook(ticketEvent('ticket.escalated', { id: `away ${subject}`, subject, ...plain })),
  )
  return (await Promise.all(answers)).map(({ body }) => String(body['escalation']))
}

const archive = () => desk.sandbox.act({ type: 'archive', as: 'U0HEAD', channel: 'C0FRONT' })

it('nobody answers: an e-mail and a request say so at once, and again after half an hour', async () => {
  const { name } = await desk.escalate('Checkout fails')
  await desk.pass(91)
  const [email, ...more] = mail.arrived()
  expect(more).toEqual([])
  expect(email?.to).toEqual(['oncall@example.com'])
  expect(email?.subject).toBe(`[critical] Acme GmbH: Checkout fails - ${name} is unanswered`)
  for (const part of ['https://desk.example/t/4711', 'First-line engineer 2', '/archives/C0MGMT/p'])
    expect(email?.text).toContain(part)
  const [request, ...others] = pager.received()
  expect(others).toEqual([])
  expect(request).toMatchObject({
    type: 'escalation.unanswered',
    data: { escalation: name, severity: 'critical', customer: 'Acme GmbH', state: 'unanswered' },
  })
  expect(email?.id).toMatch(/^<[0-9a-f-]{36}@example.com>$/)
  await desk.pass(30)
  expect([mail.arrived().length, pager.received().length]).toEqual([1, 1])
})

it('a channel that is archived: both are told at once', async () => {
  await archive()
  const [name] = await tickets('Archived')
  await desk.quiet()
  expect(mail.arrived().map(({ subject }) => subject)).toEqual([
    `[critical] Small shop: Archived - a page of ${name} could not be delivered`,
  ])
  expect(pager.received()).toMatchObject([
    { type: 'escalation.undeliverable', data: { escalation: name, state: 'paging' } },
  ])
})

it('Slack is away for a minute: both are told once, and when it is back there is one page', async () => {
  const comesBack = slackIsAway()
  const [name] = await tickets('Away')
  await desk.pass(0.9)
  expect([mail.arrived(), pager.received()]).toEqual([[], []])
  await desk.pass(0.15)
  await desk.pass(2)
  expect(mail.arrived().map(({ subject }) => subject)).toEqual([
    `[critical] Small shop: Away - the page of ${name} is late`,
  ])
  expect(pager.received()).toMatchObject([{ type: 'page.late', data: { escalation: name, state: 'paging' } }])
  comesBack()
  await desk.pass(1.5)
  expect(
    desk.sandbox.messages('C0FRONT').filter(({ text, thread_ts }) => text.includes('Away') && !thread_ts),
  ).toHaveLength(1)
  const card = await desk.first.sees('C0FRONT', new RegExp(`^${name} `))
  expect(shown(card)).toMatch(
    /The page to frontline in .* arrived after \d+ attempts.*It fell back to e-mail and webhook/,
  )
  const entries = await timelineOf(desk.belay.store.db, Number(name?.slice(2)))
  expect(entries.map(({ kind }) => kind).sort()).toEqual([
    'opened',
    'page_delivered',
    'page_fell_back',
    'paged',
    'wait_started',
  ])
  await desk.hook(ticketEvent('ticket.solved', { id: 'away Away' }))
  await desk.quiet()
  expect([mail.arrived(), pager.received()]).toEqual([[], []])
})

it('many pages at once are one e-mail, the worst first, and a request each', async () => {
  slackIsAway('refuses')
  const subjects = ['One', 'Two', 'Three', 'Four', 'Five']
  const names = await tickets(...subjects)
  const [worst] = await tickets('Enterprise')
  await desk.pass(1.1)
  const [email, ...more] = mail.arrived()
  expect(more).toEqual([])
  expect(email?.subject).toMatch(/^6 escalations need somebody - the worst: \[critical\] Small shop: /)
  for (const name of [...names, worst]) expect(email?.text).toContain(`${name} [critical]`)
  const told = pager.received().map(({ data }) => String(data['escalation']))
  expect(new Set(told)).toEqual(new Set([...names, worst]))
  expect(told).toHaveLength(6)
})

it.each(unsound)(
  'an escalation that can not be %s is told at once, also while Slack is away',
  async (_, how) => {
    const { name, id } = await desk.escalate('Left alone')
    slackIsAway()
    await spoil(desk.belay.store.db, id, how)
    await desk.pass(16)
    const [email, ...more] = mail.arrived()
    expect(more).toEqual([])
    expect(email?.subject).toBe(`[critical] Acme GmbH: Left alone - ${name} is left alone by the clock`)
    expect(email?.text).toContain(
      `${name}: It can't be decided, and nobody more is asked until an administrator releases it: `,
    )
    expect(pager.received()).toMatchObject([{ type: 'escalation.quarantined', data: { escalation: name } }])
  },
)

it('the mail server is down: the request does not wait for it, and the e-mail comes when it is up, once', async () => {
  await mail.down()
  await archive()
  await tickets('Mail is down')
  await desk.quiet()
  expect(pager.received()).toHaveLength(1)
  await desk.pass(1.5)
  await desk.manager.sees('dm', "oncall@example.com can't be reached")
  await mail.up()
  await desk.pass(1.5)
  expect(mail.arrived()).toHaveLength(1)
  expect(pager.received()).toEqual([])
})

it('an address that is refused is not tried again, and the administrators hear of it', async () => {
  mail.refuse('oncall@example.com')
  await archive()
  await tickets('Refused')
  await desk.quiet()
  await desk.manager.sees('dm', "The fallback's address oncall@example.com refuses what it is told")
  mail.refuse('oncall@example.com', false)
  await desk.pass(2)
  expect(mail.arrived()).toEqual([])
  expect(pager.received()).toHaveLength(1)
})

it('an address that refuses it when all else is quiet: the cards say so', async () => {
  await mail.down()
  await archive()
  await tickets('Refused late')
  await desk.quiet()
  mail.refuse('oncall@example.com')
  await mail.up()
  await desk.pass(0.5)
  mail.refuse('oncall@example.com', false)
  expect(shown(await desk.manager.sees('C0ADMINS', 'Refused late'))).toMatch(/e-mail could not be delivered/)
})

it('a receiver that fails, or is not there behind its door, is asked again by the same id', async () => {
  pager.answers(500, 429, 404, 401)
  await archive()
  await tickets('Failing pager')
  await desk.pass(0.5)
  const requests = pager.received()
  expect(requests.map(({ status }) => status)).toEqual([500, 429, 404, 401, 200])
  expect(new Set(requests.map(({ id }) => id)).size).toBe(1)
  expect(mail.arrived()).toHaveLength(1)
})

it('what a receiver fails at again and again does not hold up the next request', async () => {
  pager.answers(...Array<number>(7).fill(500))
  await archive()
  await tickets('Always fails')
  await desk.pass(1.5)
  expect(pager.received().map(({ status }) => status)).toEqual(Array<number>(7).fill(500))
  const [fresh] = await tickets('Fresh')
  await desk.pass(0.1)
  expect(pager.received().map(({ data }) => data['escalation'])).toEqual([fresh])
  await desk.pass(1)
  expect(pager.received()).toHaveLength(1)
})

it.each([410, 302])(
  'a receiver that answers %i is not asked again, and the administrators hear of it',
  async (status) => {
    pager.answers(status)
    await archive()
    await tickets(`Gone ${status}`)
    await desk.pass(2)
    expect(pager.received().map((request) => request.status)).toEqual([status])
    await desk.manager.sees(
      'dm',
      `The fallback's webhook refuses what it is told: the webhook's receiver: HTTP ${status}`,
    )
  },
)

it('two replicas tell it once', async () => {
  await desk.replica()
  slackIsAway('refuses')
  await tickets('Twice?', 'Twice two?')
  await desk.pass(1.5)
  expect([mail.arrived().length, pager.received().length]).toEqual([2, 2])
})

it('replicas whose policies differ: whoever does not name it leaves it to the one that does', async () => {
  const other = await desk.replica()
  await mail.down()
  pager.answers(...Array<number>(6).fill(500))
  await archive()
  await tickets('Two policies')
  await desk.quiet()
  // Had it been the one to find the channel archived, nobody beyond Slack would have been asked: by its policy there is none.
  await other.adopt(testPolicy())
  await desk.pass(0.7)
  await mail.up()
  await desk.pass(1.5)
  expect(mail.arrived()).toHaveLength(1)
  expect(pager.received().map(({ status }) => status)).toEqual([...Array<number>(6).fill(500), 200])
})

it.each([
  [10, 1],
  [20, 0],
])('the policy does not name them for %i minutes: what waited arrives %i times', async (minutes, times) => {
  const { belay, pass, sandbox } = desk
  const named = belay.store.book.live
  await mail.down()
  pager.answers(500, 500, 500)
  await archive()
  await tickets('Not named for a while')
  await desk.quiet()
  await belay.adopt(testPolicy())
  await mail.up()
  expect(pager.received()).toHaveLength(3)
  await pass(0.2)
  sandbox.clock.set(new Date(sandbox.clock.now().getTime() + minutes * 60_000))
  await pass(0.2)
  expect([mail.arrived(), pager.received()]).toEqual([[], []])
  await belay.adopt(named)
  await pass(0.2)
  expect([mail.arrived().length, pager.received().length]).toEqual([times, times])
})
