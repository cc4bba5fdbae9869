import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { bothLive, setStage, type SocketSlack } from './socket-stage.ts'
import type { State } from './start-and-stop.ts'
import { commandBody, eventBody, eventually } from './support.ts'

const { begin, slack } = setStage()

it('waits for the handlers at work, takes what comes meanwhile, then closes every socket', async () => {
  const there = await slack()
  const { receiver, bolt, inbox } = await begin(there.apiUrl)
  const released = Promise.withResolvers<void>()
  bolt.app.command('/escalate', async ({ ack, command }) => {
    if (command.text === 'slow') await released.promise
    await ack('done')
  })
  await bolt.start()
  await bothLive(receiver)
  const slow = there.send('slash_commands', commandBody('slow'))
  await eventually(() => expect(receiver.status().lastEventAt).not.toBeNull())
  let isStopped = false
  const stopping = bolt.stop().then(() => (isStopped = true))
  const command = there.send('slash_commands', commandBody())
  const event = there.send('events_api', eventBody('Ev4'), [...there.open])
  await eventually(() => expect([command.acks.length, event.acks.length]).toEqual([1, 2]))
  expect([isStopped, inbox.eventTypes(), there.open.length]).toEqual([false, ['app_mention'], 2])
  released.resolve()
  await stopping
  for (const { acks } of [slow, command]) expect(acks).toEqual([{ text: 'done' }])
  await eventually(() => expect(there.open).toEqual([]))
  expect(receiver.status()).toMatchObject({ ok: false, reason: 'not started', sockets: [] })
})

it('does not wait for a handler for ever, nor for a peer that never says goodbye', async () => {
  const there = await slack()
  const { receiver, bolt, text } = await begin(there.apiUrl, { drainMs: 50 })
  bolt.app.command('/escalate', () => new Promise<void>(() => undefined))
  await bolt.start()
  await bothLive(receiver)
  there.send('slash_commands', commandBody())
  await eventually(() => expect(receiver.status().lastEventAt).not.toBeNull())
  for (const socket of there.open) socket.pause()
  await bolt.stop()
  expect(text()).toContain('stopped before all handlers were done')
  for (const socket of there.open) socket.resume()
  await eventually(() => expect(there.open).toEqual([]))
})

it.each<[string, State, (there: SocketSlack) => void]>([
  ['is deaf', 'live', (there) => (there.behaviour.deaf = true)],
  ['is silent', 'connecting', (there) => (there.behaviour.answer = () => undefined)],
])(
  'leaves nothing that keeps the process alive when Slack %s',
  async (_, state, behave) => {
    const there = await slack()
    behave(there)
    const script = new URL('start-and-stop.ts', import.meta.url).pathname
    const run = promisify(execFile)
    await expect(
      run(process.execPath, [script, there.apiUrl, state], { timeout: 60_000 }),
    ).resolves.toBeDefined()
  },
  60_000,
)

it('gives up opening sockets', async () => {
  const there = await slack()
  const asked = Promise.withResolvers<void>()
  there.behaviour.answer = () => asked.resolve()
  const { bolt } = await begin(there.apiUrl)
  await bolt.start()
  await asked.promise
  await bolt.stop()
  expect(there.open).toEqual([])
})
