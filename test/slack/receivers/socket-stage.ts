import { afterEach, beforeEach, expect } from 'vitest'
import { createBolt } from '#slack/bolt.ts'
import { createIntake } from '#slack/receivers/intake.ts'
import type { Timing } from '#slack/receivers/lane.ts'
import { RedundantSocketReceiver } from '#slack/receivers/sockets.ts'
import { startSocketSlack } from './socket-slack.ts'
import { eventually, loggedLines, memoryInbox } from './support.ts'

export type SocketSlack = Awaited<ReturnType<typeof startSocketSlack>>

/** A receiver's patience, for tests. */
export const quick: Timing = {
  helloMs: 10_000,
  firstMs: 20,
  mostMs: 100,
  refusedMs: 150,
  steadyMs: 40,
  apartMs: 20,
  lingerMs: 20,
  lookMs: 20,
  drainMs: 3_000,
}

/** For each test a Slack, Bolt on two sockets, and an inbox; afterwards nothing may have been rejected unheard. */
export function setStage() {
  let stack: AsyncDisposableStack
  let rejected: unknown[]
  const noteRejection = (reason: unknown) => void rejected.push(reason)
  beforeEach(() => {
    stack = new AsyncDisposableStack()
    rejected = []
    process.on('unhandledRejection', noteRejection)
  })
  afterEach(async () => {
    await stack.disposeAsync()
    process.off('unhandledRejection', noteRejection)
    expect(rejected).toEqual([])
  })

  return {
    slack: async (options: Parameters<typeof startSocketSlack>[0] = {}): Promise<SocketSlack> =>
      stack.use(await startSocketSlack(options)),
    begin: async (apiUrl: string, timing: Partial<Timing> = {}) => {
      const inbox = memoryInbox()
      const log = loggedLines()
      const { logger } = log
      const receiver = new RedundantSocketReceiver({
        appToken: 'xapp-1-A0BELAY-secretsecret',
        apiUrl,
        intake: createIntake({ keep: inbox.keep, logger }),
        logger,
        now: () => new Date('2026-11-22T09:00:00Z'),
        timing: { ...quick, ...timing },
      })
      const bolt = stack.use(await createBolt({ receiver, token: 'xoxb-1-secretsecret', apiUrl, logger }))
      return { receiver, inbox, bolt, ...log }
    },
  }
}

/** How many sockets Slack has said hello on. */
export function live(receiver: RedundantSocketReceiver): number {
  return receiver.status().sockets.filter(({ state }) => state === 'live').length
}

/** Resolves when both sockets are there. */
export async function bothLive(receiver: RedundantSocketReceiver): Promise<void> {
  await eventually(() => expect(live(receiver)).toBe(2))
}
