import { setImmediate } from 'node:timers/promises'
import { pino } from 'pino'
import { createBolt } from '#slack/bolt.ts'
import { createClients } from '#slack/clients.ts'
import { createIntake } from '#slack/receivers/intake.ts'
import { RedundantSocketReceiver } from '#slack/receivers/sockets.ts'

/** Run by itself: starts, waits until the sockets are in this state, stops, and ends if nothing keeps it alive. */
export type State = 'live' | 'connecting'

if (import.meta.main) await startAndStop(process.argv[2] ?? '', process.argv[3] as State)

async function startAndStop(apiUrl: string, state: State): Promise<void> {
  const access = { token: 'xoxb-1-a', apiUrl, logger: pino({ level: 'silent' }) }
  const intake = createIntake({ keep: async () => undefined, logger: access.logger })
  const options = {
    ...access,
    appToken: 'xapp-1-a',
    intake,
    now: () => new Date(),
    timing: { apartMs: 1, firstMs: 60_000 },
  }
  const receiver = new RedundantSocketReceiver(options)
  await using clients = createClients(access)
  const bolt = await createBolt({ ...access, receiver })
  void clients.reads.auth.test().catch(() => undefined)
  await bolt.start()
  while (!receiver.status().sockets.every((socket) => socket.state === state)) await setImmediate()
  await bolt.stop()
  const stoppedAt = performance.now()
  process.once('exit', () => {
    // A timer of the SDK's would hold it for thirty seconds, a request for ten.
    process.exitCode = performance.now() - stoppedAt < 5_000 ? 0 : 1
  })
}
