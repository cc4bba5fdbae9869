import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBolt, type Bolt } from '#slack/bolt.ts'
import { HttpReceiver } from '#slack/receivers/http.ts'
import { createIntake } from '#slack/receivers/intake.ts'
import { json } from './socket-slack.ts'
import { commandBody, eventBody, eventually, loggedLines, memoryInbox, serve, signed } from './support.ts'

const secret = 'the-signing-secret'
const now = new Date('2026-11-22T09:00:00Z')
const form = 'application/x-www-form-urlencoded'
const minuteMs = 60_000

let stack: AsyncDisposableStack
let inbox: ReturnType<typeof memoryInbox>
let log: ReturnType<typeof loggedLines>
let receiver: HttpReceiver
let bolt: Bolt
let url: string

beforeEach(async () => {
  stack = new AsyncDisposableStack()
  inbox = memoryInbox()
  log = loggedLines()
  const api = stack.use(
    await serve((_, response) =>
      json(response, { ok: true, user_id: 'U0BOT', bot_id: 'B0BOT', team_id: 'T0BELAY' }),
    ),
  )
  const { logger } = log
  const intake = createIntake({ keep: inbox.keep, logger })
  receiver = new HttpReceiver({
    signingSecret: secret,
    intake,
    logger,
    now: () => now,
    ackMs: 200,
    drainMs: 3_000,
  })
  bolt = stack.use(
    await createBolt({ receiver, token: 'xoxb-1-secretsecret', apiUrl: `${api.url}/api/`, logger }),
  )
  const server = stack.use(await serve((request, response) => void receiver.handle(request, response)))
  url = `${server.url}/slack/events`
  await bolt.start()
})
afterEach(() => stack.disposeAsync())

type Post = { at?: Date; type?: string; headers?: Record<string, string>; secret?: string }

async function post(
  body: string,
  { at = now, type = 'application/json', headers, secret: key = secret }: Post = {},
) {
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': type, ...signed(key, body, at), ...headers },
  })
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') }
}

const command = (text = '') => new URLSearchParams(commandBody(text)).toString()
const interactive = (payload: unknown) => new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
const viewSubmission = {
  type: 'view_submission',
  team: { id: 'T0BELAY' },
  user: { id: 'U0AGENT' },
  view: { callback_id: 'escalate' },
}

describe('events', () => {
  it('are kept, then acknowledged, and not handled at once', async () => {
    let heard = 0
    bolt.app.event('app_mention', async () => void (heard += 1))
    expect(await post(JSON.stringify(eventBody('Ev1')))).toMatchObject({ status: 200, text: '' })
    expect([...inbox.kept.keys()]).toEqual(['Ev1'])
    expect(heard).toBe(0)
    expect(receiver.status()).toEqual({ ok: true, sockets: [], lastEventAt: now })
  })

  it('are not acknowledged while they cannot be kept; the repeat is', async () => {
    inbox.away = true
    expect(await post(JSON.stringify(eventBody('Ev1')))).toMatchObject({ status: 503 })
    inbox.away = false
    const headers = { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_error' }
    expect(await post(JSON.stringify(eventBody('Ev1')), { headers })).toMatchObject({ status: 200 })
    expect(await post(JSON.stringify(eventBody('Ev1')), { headers })).toMatchObject({ status: 200 })
    expect([...inbox.kept.keys()]).toEqual(['Ev1'])
  })

  it('of our own making are kept too, with their metadata', async () => {
    const metadata = { event_type: 'belay_delivery', event_payload: { delivery_id: '1' } }
    const own = { type: 'message', subtype: 'bot_message', bot_id: 'B0BOT', user: 'U0BOT', metadata }
    await post(JSON.stringify(eventBody('Ev2', own)))
    expect(inbox.kept.get('Ev2')).toMatchObject({ event: { metadata } })
  })

  it('without an inner event, and kinds that do not exist yet, are acknowledged', async () => {
    for (const body of [
      '{"type":"app_rate_limited"}',
      '{"type":"event_callback"}',
      '{"type":"new"}',
      '[]',
      '7',
      'null',
    ])
      expect(await post(body)).toMatchObject({ status: 200, text: '' })
    expect(inbox.calls).toBe(0)
  })
})

describe('what a person does', () => {
  it.each([form, `${form}; charset=utf-8`, `${form};charset=UTF-8`])(
    'is answered by the listener, as %s',
    async (type) => {
      bolt.app.command('/escalate', async ({ ack, command }) => ack(`you said ${command.text}`))
      const answer = await post(command('Grüße & <!channel>'), { type })
      expect(answer).toEqual({
        status: 200,
        text: 'you said Grüße & <!channel>',
        type: 'text/plain; charset=utf-8',
      })
    },
  )

  it('gets an answer with data', async () => {
    const errors = { response_action: 'errors' as const, errors: { summary: 'Say what is wrong' } }
    bolt.app.view('escalate', async ({ ack }) => ack(errors))
    const answer = await post(interactive(viewSubmission), { type: form })
    expect(answer).toMatchObject({ status: 200, type: 'application/json; charset=utf-8' })
    expect(JSON.parse(answer.text)).toEqual(errors)
  })

  it('is answered before the listener is done, and only once', async () => {
    const released = Promise.withResolvers<void>()
    bolt.app.command('/escalate', async ({ ack }) => {
      await ack('first')
      await released.promise
      await ack('second')
    })
    expect(await post(command(), { type: form })).toMatchObject({ status: 200, text: 'first' })
    released.resolve()
    await eventually(() => expect(log.text()).toContain('acknowledged twice'))
  })

  it.each([
    ['throws', async () => Promise.reject(new Error('the listener broke'))],
    ['does not acknowledge', async () => undefined],
  ])('shows an error at once when the listener %s', async (_, listener) => {
    bolt.app.command('/escalate', listener)
    expect(await post(command(), { type: form })).toMatchObject({ status: 500 })
    expect(log.text()).toContain('nobody acknowledged command')
  })

  it('shows an error when the listener is late, which then goes on', async () => {
    const released = Promise.withResolvers<void>()
    let isDone = false
    bolt.app.command('/escalate', async ({ ack }) => {
      await released.promise
      await ack('too late')
      isDone = true
    })
    expect(await post(command(), { type: form })).toMatchObject({ status: 503, text: '' })
    expect(log.text()).toContain('not acknowledged in time')
    released.resolve()
    await eventually(() => expect(isDone).toBe(true))
  })
})

describe('the door', () => {
  it.each([
    ['long ago', { at: new Date(now.getTime() - 5 * minuteMs - 1000) }],
    ['in the future', { at: new Date(now.getTime() + 5 * minuteMs + 1000) }],
    ['with another secret', { secret: 'another' }],
    ['with no timestamp', { headers: { 'x-slack-request-timestamp': '' } }],
    ['with a timestamp that is none', { headers: { 'x-slack-request-timestamp': 'NaN' } }],
    ['with a longer signature', { headers: { 'x-slack-signature': `v0=${'0'.repeat(65)}` } }],
    ['not at all', { headers: { 'x-slack-signature': '' } }],
  ])('refuses what was signed %s', async (_, how) => {
    expect(await post(JSON.stringify(eventBody('Ev1')), how)).toMatchObject({ status: 401, text: '' })
    expect(inbox.calls).toBe(0)
    expect(log.text()).not.toContain(secret)
  })

  it('takes what was signed up to five minutes ago', async () => {
    for (const ms of [-5 * minuteMs, 5 * minuteMs])
      expect(
        await post(JSON.stringify(eventBody('Ev1')), { at: new Date(now.getTime() + ms) }),
      ).toMatchObject({ status: 200 })
  })

  it('answers the challenge only when it is signed', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'c1' })
    expect(await post(body)).toMatchObject({ status: 200, text: '{"challenge":"c1"}' })
    expect(await post(body, { secret: 'another' })).toMatchObject({ status: 401, text: '' })
  })

  it('answers ssl_check without looking at anything beside it', async () => {
    let heard = 0
    bolt.app.command('/escalate', async ({ ack }) => {
      heard += 1
      await ack()
    })
    const smuggled = `ssl_check=1&${command()}&payload=${encodeURIComponent(JSON.stringify(eventBody('Ev1')))}`
    for (const body of ['ssl_check=1&token=t', smuggled])
      expect(await post(body, { type: form, secret: 'another' })).toMatchObject({ status: 200, text: '' })
    expect(await post('ssl_check=0', { type: form, secret: 'another' })).toMatchObject({ status: 401 })
    expect([heard, inbox.calls]).toEqual([0, 0])
  })

  it('refuses what is signed but not JSON', async () => {
    expect(await post('{')).toMatchObject({ status: 400 })
    expect(await post('payload=%7B', { type: form })).toMatchObject({ status: 400 })
  })

  it('refuses more than 1 MiB, announced or not', async () => {
    expect(await post('x'.repeat(1024 * 1024))).toMatchObject({ status: 400 })
    expect(await post('x'.repeat(1024 * 1024 + 1))).toMatchObject({ status: 413 })
    expect(await unannounced(1024 * 1024 + 1)).toBe(413)
  })

  it('takes raw bytes that were read before', async () => {
    const body = Buffer.from(JSON.stringify(eventBody('Ev9')))
    const server = stack.use(
      await serve((request, response) => {
        request.resume().on('end', () => void receiver.handle(request, response, body))
      }),
    )
    const response = await fetch(server.url, { method: 'POST', body, headers: signed(secret, body, now) })
    expect(response.status).toBe(200)
    expect(inbox.kept.has('Ev9')).toBe(true)
  })

  it('survives a sender that hangs up in the middle', async () => {
    const headers = { 'content-length': '100', expect: '100-continue' }
    const request = httpRequest(url, { method: 'POST', headers }).on('error', () => undefined)
    request.flushHeaders()
    await once(request, 'continue')
    request.destroy()
    await eventually(() => expect(log.text()).toContain('the request was cut off'))
    expect(await post(JSON.stringify(eventBody('Ev1')))).toMatchObject({ status: 200 })
  })
})

describe('stop', () => {
  it('waits for the handler, and takes what is let in meanwhile', async () => {
    const released = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    bolt.app.command('/escalate', async ({ ack, command: { text } }) => {
      begun.resolve()
      if (text === 'slow') await released.promise
      await ack('done')
    })
    const answer = post(command('slow'), { type: form })
    await begun.promise
    let isStopped = false
    const stopping = receiver.stop().then(() => (isStopped = true))
    expect(await post(command(), { type: form })).toMatchObject({ status: 200, text: 'done' })
    expect(isStopped).toBe(false)
    released.resolve()
    await stopping
    expect(await answer).toMatchObject({ status: 200, text: 'done' })
    expect(receiver.status()).toMatchObject({ ok: false })
  })
})

/** Posts without saying how much it will be. */
function unannounced(bytes: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method: 'POST', headers: { 'transfer-encoding': 'chunked' } },
      (response) => {
        response.resume()
        resolve(response.statusCode)
      },
    )
    request.on('error', reject)
    request.end('x'.repeat(bytes))
  })
}
