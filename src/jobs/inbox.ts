import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { describe } from '../slack/log.ts'
import type { Store } from '../store/escalations.ts'
import { claimReceived, failed, handled } from '../store/inbox.ts'
import type { Effect, Received } from '../store/inbox.ts'

/** `handle` does what may be done twice, and returns what may not. */
export type InboxWork = {
  store: Store
  clock: Clock
  log: Logger
  handle: (body: Record<string, unknown>, now: Date) => Promise<Effect | null>
}

/** Handles Slack's events from the inbox, until it is empty. One that fails is tried again later; the others go on. */
export async function workInbox(work: InboxWork, stopped: () => boolean = () => false): Promise<void> {
  while (!stopped()) {
    const received = await claimReceived(work.store.db, work.clock.now(), 20)
    if (received.length === 0) return
    await Promise.all(received.map((event) => workOn(work, event)))
  }
}

async function workOn({ store, clock, log, handle }: InboxWork, event: Received): Promise<void> {
  try {
    const effect = await handle(event.body, clock.now())
    await handled(store.db, event.key, clock.now(), effect)
    if (effect) store.committed()
  } catch (error) {
    log.warn({ err: describe(error), event: event.key }, 'an event could not be handled; it is tried again')
    await failed(store.db, event, error instanceof Error ? error.message : String(error), clock.now())
  }
}
