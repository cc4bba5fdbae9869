import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { minuteMs } from '#domain/time.ts'
import { timelineOf } from '#store/timeline.ts'
import type { Line } from '../support/database-line.ts'
import { startLineDesk, type LineDesk } from '../support/line-desk.ts'
import { ticketEvent } from '../support/tickets.ts'

let world: LineDesk
let line: Line
beforeAll(async () => {
  world = await startLineDesk()
  line = world.line
})
afterAll(() => world[Symbol.asyncDispose]())

const escalated = ticketEvent('ticket.escalated')

describe('a ticket event that can not be taken', () => {
  it('is answered with everything that is wrong with it', async () => {
    const { status, body } = await world.hook({
      type: 'ticket.exploded',
      data: { ticket: { id: ' ', url: 'ftp://x' } },
    })
    expect(status).toBe(400)
    expect(body['error']).toBe('The body is not a ticket event.')
    const problems = (body['problems'] as string[]).map((problem) => problem.split(':')[0])
    expect(problems).toEqual(['type', 'data.ticket.id', 'data.ticket.url', 'data.ticket.subject'])
  })

  it('is answered with the severities there are when it names another', async () => {
    const { status, body } = await world.hook(ticketEvent('ticket.escalated', { severity: 'urgent' }))
    expect(status).toBe(400)
    expect(body['problems']).toEqual([
      'data.ticket.severity: expected one of critical, high, normal, low; got "urgent"',
    ])
  })

  it('is taken when it only says more than anybody reads, or nothing of who the customer is', async () => {
    const sent = { id: 'T-long', description: 'x'.repeat(900_000), customer: { plan: 'enterprise' } }
    const taken = await world.hook(ticketEvent('ticket.escalated', sent))
    expect([taken.status, taken.body['result']]).toEqual([202, 'opened'])
  })

  it('takes null for left out, as ticket systems write it, but not where something is required', async () => {
    const sent = {
      id: 'T-null',
      url: null,
      severity: null,
      tags: null,
      customer: { name: 'Acme', plan: null },
    }
    const taken = await world.hook(ticketEvent('ticket.escalated', sent))
    expect([taken.status, taken.body['result']]).toEqual([202, 'opened'])
    expect((await world.hook(ticketEvent('ticket.escalated', { subject: null }))).status).toBe(400)
  })

  it('is answered with 400 when it is not JSON, or not an object', async () => {
    for (const raw of ['{"type":', '[]', 'null', '']) {
      const { status, body } = await world.hook({}, { raw })
      expect([status, typeof body['error'], (body['problems'] as string[]).length > 0]).toEqual([
        400,
        'string',
        true,
      ])
    }
  })

  it('is answered with 401 when the signature is wrong, and with 401 when there is none', async () => {
    const secret = `whsec_${Buffer.from('another secret, 24 bytes').toString('base64')}`
    expect((await world.hook(escalated, { secret })).status).toBe(401)
    const bare = await fetch(`${world.url}/hooks/generic`, {
      method: 'POST',
      body: JSON.stringify(escalated),
    })
    expect(bare.status).toBe(401)
    expect(await bare.json()).toHaveProperty('error')
  })

  it('is answered with 401 when it was signed more than five minutes ago, or will be', async () => {
    const { sandbox, hook } = world
    const off = (minutes: number) => new Date(sandbox.clock.now().getTime() + minutes * minuteMs)
    for (const minutes of [-5.05, 5.05])
      expect((await hook(escalated, { at: off(minutes) })).status).toBe(401)
    const news = ticketEvent('ticket.updated', { id: 'on-time' })
    for (const minutes of [-4.95, 4.95]) expect((await hook(news, { at: off(minutes) })).status).toBe(200)
  })

  it('is answered with 404 from a source the policy does not name, and with 405 when it is not a POST', async () => {
    expect((await world.hook(escalated, { source: 'zendesk' })).status).toBe(404)
    const read = await fetch(`${world.url}/hooks/generic`)
    expect([read.status, read.headers.get('allow')]).toEqual([405, 'POST'])
    expect((await fetch(`${world.url}/hook`, { method: 'POST', body: '{}' })).status).toBe(404)
  })

  it('is answered with 413 above one mebibyte, and taken just below', async () => {
    const padded = (length: number) =>
      JSON.stringify(ticketEvent('ticket.updated', { filler: 'x'.repeat(length) }))
    expect((await world.hook({}, { raw: padded(1024 * 1024) })).status).toBe(413)
    expect((await world.hook({}, { raw: padded(1024 * 1024 - 1024) })).status).toBe(200)
  })
})

it('takes what the database could not keep as it is: the ticket is not lost', async () => {
  const escalated = (raw: string, id: string) => world.hook({}, { raw, id })
  const nul =
    '{"type":"ticket.escalated","data":{"ticket":{"id":"nu\\u0000l","subject":"a\\u0000b","x\\u0000":1}}}'
  const half = '{"type":"ticket.escalated","data":{"ticket":{"id":"half","subject":"a \\ud800 b"}}}'
  expect(await escalated(nul, 'evt_nul')).toMatchObject({ status: 202, body: { result: 'opened' } })
  expect(await escalated(half, 'evt_half')).toMatchObject({ status: 202, body: { result: 'opened' } })
  const long = Array.from({ length: 400 }, () => crypto.randomUUID()).join('')
  const news = ticketEvent('ticket.updated', { id: 'half', subject: 'a b' })
  expect((await world.hook(news, { id: long })).body['result']).toBe('updated')
  expect((await world.hook(news, { id: long })).body['result']).toBe('duplicate')
  const nested = `{"type":"ticket.updated","data":{"ticket":{"id":"half","subject":"x","y":${'['.repeat(9e4)}${']'.repeat(9e4)}}}}`
  expect(await escalated(nested, 'evt_deep')).toMatchObject({
    status: 400,
    body: { problems: ['The body is nested more than 100 deep.'] },
  })
  for (const id of ['nul', 'half']) await world.hook(ticketEvent('ticket.solved', { id }))
  await world.quiet()
})

it('is ready again as soon as Slack takes the token again, though there is nothing to send', async () => {
  const { sandbox, hook, quiet } = world
  const off = sandbox.fault({ on: '*', times: 0, effect: { kind: 'error', error: 'account_inactive' } })
  await hook(ticketEvent('ticket.escalated', { id: 'refused' }))
  await quiet()
  expect(await (await fetch(`${world.url}/readyz`)).text()).toContain('Slack refuses us: account_inactive')
  await hook(ticketEvent('ticket.solved', { id: 'refused' }))
  off()
  await quiet()
  expect((await fetch(`${world.url}/readyz`)).status).toBe(200)
})

it('answers 503 while the database is away, and takes the same event when it is back', async () => {
  const event = ticketEvent('ticket.escalated', { id: 'away' })
  line.cut()
  const refused = await world.hook(event, { id: 'evt_away' })
  expect([refused.status, typeof refused.body['error']]).toEqual([503, 'string'])
  const ready = await fetch(`${world.url}/readyz`)
  expect([ready.status, JSON.stringify(await ready.json())]).toEqual([
    503,
    expect.stringContaining('database: '),
  ])
  expect((await fetch(`${world.url}/healthz`)).status).toBe(200)

  await world.back()
  expect(await world.hook(event, { id: 'evt_away' })).toMatchObject({
    status: 202,
    body: { result: 'opened' },
  })
  await world.quiet()
  await world.first.sees('C0FRONT', 'Checkout fails')
})

/** Somebody has an escalation with this subject, for ten minutes already. Returns their card, and when they wrote in its thread. */
async function taken(subject: string) {
  const { first, hook, quiet, pass, belay } = world
  await hook(ticketEvent('ticket.escalated', { id: subject, subject }))
  await quiet()
  const card = await first.sees('C0FRONT', subject)
  await first.press(card, 'Acknowledge')
  await pass(10)
  const id = Number(/E-(\d+)/.exec(card.text)?.[1])
  const replies = async () =>
    (await timelineOf(belay.store.db, id)).filter(({ kind }) => kind === 'replied').map(({ at }) => at)
  return { card, replies }
}

it('handles what was said while the database was away when Slack says it again', async () => {
  const { first, pass, sandbox } = world
  const { card, replies } = await taken('Said meanwhile')
  const before = sandbox.journal({ kind: 'event', ok: false }).length
  const saidAt = sandbox.clock.now()
  line.cut()
  await first.says('C0FRONT', 'On it', { thread: card })
  await sandbox.until(
    () => sandbox.journal({ kind: 'event', ok: false }).length > before,
    'an event without an answer',
  )
  await world.back()
  await pass(6)
  expect(await replies()).toEqual([saidAt])
})

it.each(['statement', 'answer'] as const)(
  'handles what was said once, and as of when it was said, though the %s of its commit got lost',
  async (hold) => {
    const { first, pass, sandbox } = world
    const { card, replies } = await taken(`Said, and the ${hold} got lost`)
    const saidAt = sandbox.clock.now()
    const saved = line.stopAt({ hold, of: /^commit/, since: /insert into timeline/ })
    await first.says('C0FRONT', 'On it', { thread: card })
    await saved
    await world.back()
    await pass(6)
    expect(await replies()).toEqual([saidAt])
  },
)
