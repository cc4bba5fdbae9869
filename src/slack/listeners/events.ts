import { secondMs } from '../../domain/time.ts'
import { reply } from '../../domain/verbs.ts'
import { cardAt } from '../../store/cards.ts'
import type { Db } from '../../store/database.ts'
import { changeIn } from '../../store/escalations.ts'
import type { Effect } from '../../store/inbox.ts'
import { messageById } from '../../store/outbox.ts'
import { seen } from '../reconcile.ts'
import { metadataType } from '../sending.ts'
import type { Sending } from '../sending.ts'
import { showHome } from './home.ts'

/** A message event, as far as we read it. */
type MessageEvent = {
  type: 'message'
  subtype?: string
  channel: string
  user?: string
  bot_id?: string
  ts: string
  thread_ts?: string
  /** Whose message the thread is under. */
  parent_user_id?: string
  metadata?: { event_type?: string; event_payload?: { delivery_id?: unknown } }
}

type HomeEvent = { type: 'app_home_opened'; user: string; tab: string }

/**
 * Handles one of Slack's events, from the inbox. Doing that twice does no harm; what would, is returned, to be done with
 * the note that the event is handled.
 */
export async function handleEvent(
  sending: Sending,
  body: Record<string, unknown>,
  now: Date,
): Promise<Effect | null> {
  const event = body['event'] as { type?: string } | undefined
  switch (event?.type) {
    case 'message':
      return onMessage(sending, event as MessageEvent, now)
    case 'app_home_opened':
      await onHomeOpened(sending, event as HomeEvent, now)
      return null
    case 'tokens_revoked':
    case 'app_uninstalled':
      sending.refusing(event.type)
      return null
    default:
      return null
  }
}

/**
 * True for an event that nothing would follow from, so that it need not be kept: Belay hears everything that is said in its
 * channels. What is said outside of our threads is none of our business, and each message of ours comes back, mostly after
 * its arrival is known. `us`: our user id, if Slack has told it.
 */
export async function isNoise(
  db: Db,
  body: Record<string, unknown>,
  us: string | undefined,
): Promise<boolean> {
  const event = body['event'] as Partial<MessageEvent> | undefined
  if (event?.type !== 'message') return false
  const delivery = ownDelivery(event)
  if (!delivery) return !isReply(event) || isElsewhere(event, us)
  const rows = await messageById(db, delivery)
  return rows.length > 0 && rows.every(({ state }) => state === 'sent')
}

type Reply = { channel: string; user: string; ts: string; thread_ts: string }

/** Somebody's message in a thread. */
function isReply<M extends Partial<MessageEvent>>(message: M): message is M & Reply {
  return Boolean(message.user && message.thread_ts && !message.bot_id)
}

/** It is surely not one of our threads. */
function isElsewhere({ parent_user_id: root }: Partial<MessageEvent>, us: string | undefined): boolean {
  return root !== undefined && us !== undefined && root !== us
}

/** The Messages tab comes this way too. */
async function onHomeOpened(sending: Sending, { user, tab }: HomeEvent, now: Date): Promise<void> {
  if (tab === 'home') await showHome(sending, user, now)
}

async function onMessage(sending: Sending, message: MessageEvent, now: Date): Promise<Effect | null> {
  const delivery = ownDelivery(message)
  if (!delivery) return isReply(message) ? onReply(sending, message, now) : null
  const { channel, ts, thread_ts } = message
  await seen(sending, { id: delivery, channel, ts, thread: thread_ts !== undefined && thread_ts !== ts })
  return null
}

function ownDelivery({ metadata }: Pick<MessageEvent, 'metadata'>): string | null {
  const id = metadata?.event_type === metadataType ? metadata.event_payload?.delivery_id : undefined
  return typeof id === 'string' && /^[0-9a-f-]{36}$/.test(id) ? id : null
}

/** The owner writes in the card's thread: they are at work on it. */
async function onReply(
  { store }: Sending,
  { channel, user, ts, thread_ts: thread }: Reply,
  now: Date,
): Promise<Effect | null> {
  const card = await cardAt(store.db, channel, thread)
  if (!card) return null
  const who = { by: user, seen: null }
  return (tx) =>
    changeIn(tx, store.book, card.escalation, now, (escalation, terms) =>
      reply(escalation, terms, who, saidAt(ts, now)),
    )
}

/** When a message was written, by Slack's clock, which may be a little ahead of ours. */
function saidAt(ts: string, now: Date): Date {
  const at = new Date(Number(ts) * secondMs)
  return at < now ? at : now
}
