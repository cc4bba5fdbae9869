import { describe, expect, it } from 'vitest'
import { json } from './socket-slack.ts'
import { bothLive, live, quick, setStage } from './socket-stage.ts'
import { closedPort, commandBody, eventBody, eventually } from './support.ts'

const { begin, slack } = setStage()

describe('what comes in', () => {
  it('is kept before it is acknowledged, and not handled at once', async () => {
    const there = await slack()
    const { receiver, inbox, bolt } = await begin(there.apiUrl)
    let heard = 0
    bolt.app.event('app_mention', async () => void (heard += 1))
    await bolt.start()
    await bothLive(receiver)
    const sent = there.send('events_api', eventBody('Ev1'))
    await eventually(() => expect(sent.acks).toEqual([{}]))
    expect([...inbox.kept.keys()]).toEqual(['Ev1'])
    expect(heard).toBe(0)
    expect(receiver.status()).toMatchObject({ ok: true, lastEventAt: new Date('2026-11-22T09:00:00Z') })
  })

  it('is not acknowledged while it cannot be kept', async () => {
    const there = await slack()
    const { receiver, inbox, bolt, text } = await begin(there.apiUrl)
    await bolt.start()
    await bothLive(receiver)
    inbox.away = true
    const sent = there.send('events_api', eventBody('Ev1'))
    await eventually(() => expect(text()).toContain('was not kept'))
    expect(sent.acks).toEqual([])
    inbox.away = false
    there.send('events_api', eventBody('Ev1'), there.open.slice(0, 1), sent.id)
    await eventually(() => expect(sent.acks).toHaveLength(1))
  })

  it('is answered by a listener when a person waits for it', async () => {
    const there = await slack()
    const { receiver, bolt } = await begin(there.apiUrl)
    bolt.app.command('/escalate', async ({ ack, command, context }) =>
      ack(`${command.text} ${context.botUserId}`),
    )
    await bolt.start()
    await bothLive(receiver)
    const sent = there.send('slash_commands', commandBody('list'))
    await eventually(() => expect(sent.acks).toEqual([{ text: 'list U0BOT' }]))
  })

  it('is handled once when it comes over both sockets, and acknowledged on both', async () => {
    const there = await slack()
    const { receiver, bolt, inbox } = await begin(there.apiUrl)
    let heard = 0
    bolt.app.command('/escalate', async ({ ack }) => {
      heard += 1
      await ack('once')
    })
    await bolt.start()
    await bothLive(receiver)
    const command = there.send('slash_commands', commandBody(), [...there.open, ...there.open])
    const event = there.send('events_api', eventBody('Ev2'), [...there.open])
    await eventually(() =>
      expect(command.acks).toEqual(['once', 'once', 'once', 'once'].map((text) => ({ text }))),
    )
    await eventually(() => expect(event.acks).toHaveLength(2))
    expect(heard).toBe(1)
    expect(inbox.calls).toBe(1)
  })

  it('may lack an inner event, or be nothing that we know', async () => {
    const there = await slack()
    const { receiver, bolt, inbox } = await begin(there.apiUrl)
    await bolt.start()
    await bothLive(receiver)
    const sent = [
      there.send('events_api', { type: 'app_rate_limited', team_id: 'T0BELAY', minute_rate_limited: 1 }),
      there.send('events_api', null),
      there.send('interactive', { type: 'of_the_future' }),
      there.send('brand_new', {}),
    ]
    for (const socket of there.open) for (const junk of ['not JSON', '7', 'null', '{}']) socket.send(junk)
    await eventually(() => expect(sent.map(({ acks }) => acks.length)).toEqual([1, 1, 1, 1]))
    expect(inbox.calls).toBe(0)
    expect(live(receiver)).toBe(2)
  })

  it('leaves no token and no words of a customer in the log', async () => {
    const there = await slack()
    const { receiver, bolt, text } = await begin(there.apiUrl)
    bolt.app.command('/escalate', async () => {
      throw new Error('no')
    })
    await bolt.start()
    await bothLive(receiver)
    there.send('slash_commands', commandBody('nobody can pay'))
    there.send('events_api', eventBody('Ev3', { type: 'message', text: 'nobody can pay' }))
    await eventually(() => expect(text()).toContain('nobody acknowledged'))
    expect(text()).toContain('a listener failed')
    expect(text()).not.toMatch(/secretsecret|nobody can pay|ticket=\w/)
  })
})

describe('the sockets', () => {
  it('are replaced at a refresh before the old one closes', async () => {
    const there = await slack()
    const { receiver, bolt } = await begin(there.apiUrl, { apartMs: 60 })
    await bolt.start()
    await bothLive(receiver)
    const before = [...there.open]
    await eventually(() =>
      expect(receiver.status().sockets.every(({ ageMs }) => ageMs > quick.steadyMs)).toBe(true),
    )
    let least = 2
    const watch = setInterval(() => (least = Math.min(least, live(receiver))))
    for (const reason of ['warning', 'refresh_requested'])
      for (const socket of before) there.disconnect(reason, socket)
    await eventually(() => expect(before.filter((socket) => there.open.includes(socket))).toEqual([]))
    clearInterval(watch)
    expect(least).toBe(2)
    expect(there.open).toHaveLength(2)
    expect(there.counts.opens).toBe(4)
  })

  it('that are replaced still carry the acknowledgements under way', async () => {
    const there = await slack()
    const { receiver, bolt } = await begin(there.apiUrl, { lingerMs: 60_000 })
    const released = Promise.withResolvers<void>()
    bolt.app.command('/escalate', async ({ ack }) => {
      await released.promise
      await ack('done')
    })
    await bolt.start()
    await bothLive(receiver)
    const command = there.send('slash_commands', commandBody())
    there.disconnect('refresh_requested')
    await eventually(() => expect(there.open).toHaveLength(3))
    await bothLive(receiver)
    released.resolve()
    await eventually(() => expect(command.acks).toEqual([{ text: 'done' }]))
  })

  it('come back when the connection is cut', async () => {
    const there = await slack()
    const { receiver, bolt } = await begin(there.apiUrl)
    await bolt.start()
    await bothLive(receiver)
    for (const socket of there.open) socket.terminate()
    await eventually(() => expect(there.counts.hellos).toBe(4))
    await bothLive(receiver)
    expect(receiver.status().ok).toBe(true)
  })

  it('are replaced when Slack does not say hello', async () => {
    const there = await slack({ greets: false })
    const { receiver, bolt, text } = await begin(there.apiUrl, { helloMs: 300 })
    await bolt.start()
    await eventually(() => expect(text()).toContain('no hello in 300 ms'))
    expect(receiver.status()).toMatchObject({ ok: false, reason: 'no socket to Slack: no hello in 300 ms' })
    there.behaviour.greets = true
    await bothLive(receiver)
    await eventually(() => expect(there.open).toHaveLength(2))
  })

  it('are opened as soon as a Slack that was away at the start comes back', async () => {
    const port = await closedPort()
    const { receiver, bolt } = await begin(`http://127.0.0.1:${port}/api/`)
    await bolt.start()
    await eventually(() => expect(receiver.status().reason).toMatch(/no socket to Slack: .*ECONNREFUSED/))
    expect(bolt.status()).toMatchObject({ ok: false, reason: expect.stringContaining('ECONNREFUSED') })
    await slack({ port })
    await bothLive(receiver)
    await eventually(() => expect(bolt.status()).toEqual({ ok: true }))
  })

  it.each([
    ['invalid_auth', 'Slack refuses the app token (invalid_auth)'],
    ['missing_scope', 'the app token lacks connections:write (missing_scope)'],
  ])('say why when apps.connections.open answers %s, and recover', async (error, reason) => {
    const there = await slack()
    there.behaviour.answer = (response) => json(response, { ok: false, error })
    const { receiver, bolt } = await begin(there.apiUrl)
    await bolt.start()
    await eventually(() =>
      expect(receiver.status()).toMatchObject({ ok: false, reason: `no socket to Slack: ${reason}` }),
    )
    there.behaviour.answer = undefined
    await bothLive(receiver)
  })

  it('wait as long as Slack says when it limits us', async () => {
    const there = await slack()
    there.behaviour.answer = (response) => response.writeHead(429, { 'retry-after': '600' }).end()
    const { receiver, bolt } = await begin(there.apiUrl)
    await bolt.start()
    await eventually(() =>
      expect(receiver.status().sockets.map(({ state }) => state)).toEqual(['waiting', 'waiting']),
    )
    await eventually(() =>
      expect(receiver.status().sockets.every(({ ageMs }) => ageMs > 5 * quick.mostMs)).toBe(true),
    )
    expect(there.counts.opens).toBe(2)
  })

  it.each(['too_many_websockets', 'link_disabled'])('do not storm Slack after %s', async (reason) => {
    const there = await slack()
    const { receiver, bolt } = await begin(there.apiUrl, { refusedMs: 60_000 })
    await bolt.start()
    await bothLive(receiver)
    for (const socket of there.open) there.disconnect(reason, socket)
    await eventually(() => expect(there.open).toEqual([]))
    await eventually(() =>
      expect(receiver.status().sockets.every(({ ageMs }) => ageMs > 5 * quick.mostMs)).toBe(true),
    )
    expect(receiver.status()).toMatchObject({ ok: false, reason: expect.stringContaining(reason) })
    expect(there.counts.opens).toBe(2)
  })
})
