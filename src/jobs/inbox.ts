import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Observer } from '../observer.ts'
import { describe } from '../slack/log.ts'
import { reasonOf } from '../store/database.ts'
import type { Store } from '../store/escalations.ts'
import { claimReceived, failed, handled } from '../store/inbox.ts'
import type { Effect, Received } from '../store/inbox.ts'

/** `handle` does what may be done twice, and returns what may not. */
export type InboxWork = {
  store: Store
  clock: Clock
  log: Logger
  observer: Observer
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

async function workOn(work: InboxWork, event: Received): Promise<void> {
  const { store, clock, handle } = work
  try {
    const effect = await handle(event.body, clock.now())
    await handled(store.db, event.key, clock.now(), effect)
    if (effect) store.committed()
  } catch (error) {
    await notHandled(work, event, error)
  }
}

async function notHandled(
  { store, clock, log, observer }: InboxWork,
  event: Received,
  error: unknown,
): Promise<void> {
  const about = { err: describe(error), event: event.key }
  const isGivenUp = await failed(store, event, reasonOf(error), clock.now())
  if (!isGivenUp) return log.warn(about, 'an event could not be handled; it is tried again')
  observer.gaveUp()
  log.error(about, 'an event could not be handled and is given up')
}
