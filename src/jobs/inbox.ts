import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { describe } from '../slack/log.ts'
import type { Db } from '../store/database.ts'
import { claimReceived, failed, handled } from '../store/inbox.ts'
import type { Received } from '../store/inbox.ts'

export type InboxWork = {
  db: Db
  clock: Clock
  log: Logger
  handle: (body: Record<string, unknown>, now: Date) => Promise<void>
}

/** Handles Slack's events from the inbox, until it is empty. One that fails is tried again later; the others go on. */
export async function workInbox(work: InboxWork, stopped: () => boolean = () => false): Promise<void> {
  while (!stopped()) {
    const received = await claimReceived(work.db, work.clock.now(), 20)
    if (received.length === 0) return
    await Promise.all(received.map((event) => workOn(work, event)))
  }
}

async function workOn({ db, clock, log, handle }: InboxWork, event: Received): Promise<void> {
  try {
    await handle(event.body, clock.now())
    await handled(db, event.key, clock.now())
  } catch (error) {
    log.warn({ err: describe(error), event: event.key }, 'an event could not be handled; it is tried again')
    await failed(db, event, error instanceof Error ? error.message : String(error), clock.now())
  }
}
