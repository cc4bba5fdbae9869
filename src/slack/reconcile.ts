import { addMs, minuteMs } from '../domain/time.ts'
import type { NoticeRow } from '../store/outbox.ts'
import { lookAfterMs, noticeById, settleFailed, settleRetry, settleUnsure } from '../store/outbox.ts'
import { personById } from '../store/people.ts'
import { cardIn } from '../store/cards.ts'
import type { CardShape } from '../store/schema.ts'
import { classify } from './clients.ts'
import type { Sending } from './deliver.ts'
import { arrived, mayRepeat, metadataType } from './deliver.ts'

/** How far before the attempt a message may be stamped: clocks differ. */
const clockSlackMs = 2 * minuteMs
/** Slack returns no more than this to some apps, so more is never counted on. */
const historyLimit = 15

/** We did not hear what it shows, so it is edited once in any case. */
const unheard = { version: 0, shown: null }

type Found = { channel: string; ts: string; thread: boolean }

/**
 * Looks for an unsure notice in its channel's history: found, it was sent; absent twice (3 s and 15 s after the attempt),
 * it is sent again. Where the history can't be read, a page is sent again with a word of warning.
 */
export async function reconcile(sending: Sending, row: NoticeRow): Promise<void> {
  const { store, clock } = sending
  const now = clock.now()
  try {
    const found = await look(sending, row)
    if (found) return await arrived(sending, row, { ...found, shape: shapeOf(row, found), ...unheard })
    return await absent(sending, row, now)
  } catch (error) {
    const verdict = classify(error)
    sending.log.warn({ notice: row.id, verdict }, 'the history could not be searched')
    const isFinal = verdict.kind === 'permanent' || row.looks >= lookAfterMs.length
    return isFinal
      ? again(sending, row, mayRepeat)
      : settleUnsure(store.db, row.id, nextLook(row, now), row.looks + 1, verdict.why)
  }
}

async function absent(sending: Sending, row: NoticeRow, now: Date): Promise<void> {
  if (row.looks + 1 < lookAfterMs.length)
    return settleUnsure(sending.store.db, row.id, nextLook(row, now), row.looks + 1, 'not in the history yet')
  return again(sending, row, 'it was not in the history')
}

/** Pages are sent until they arrive. Other messages are sent once more, and then left. */
async function again({ store, clock }: Sending, row: NoticeRow, why: string): Promise<void> {
  const isPage = row.kind === 'page' || row.kind === 'direct'
  if (isPage || row.attempts < 2) return settleRetry(store.db, row.id, clock.now(), why)
  return settleFailed(store.db, row.id, clock.now(), `Nobody knows whether it arrived: ${why}`)
}

function nextLook(row: NoticeRow, now: Date): Date {
  const at = addMs(row.attemptedAt ?? now, lookAfterMs[Math.min(row.looks + 1, lookAfterMs.length - 1)] ?? 0)
  return at > now ? at : addMs(now, lookAfterMs[0])
}

async function look(sending: Sending, row: NoticeRow): Promise<Found | null> {
  const channel = await searchable(sending, row)
  if (!channel) return null
  const oldest = String((row.attemptedAt ?? row.createdAt).getTime() / 1000 - clockSlackMs / 1000)
  const thread = row.escalation === null ? null : await cardIn(sending.store.db, row.escalation, channel)
  const range = { channel, oldest, limit: historyLimit, include_all_metadata: true }
  const { history, replies } = sending.reads.conversations
  const answers = await Promise.all([
    history(range),
    ...(thread ? [replies({ ...range, ts: thread.ts })] : []),
  ])
  const messages = answers.flatMap((answer) => answer.messages ?? [])
  const ours = messages
    .filter(
      ({ metadata }) => metadata?.event_type === metadataType && idIn(metadata.event_payload) === row.id,
    )
    .map(({ ts = '' }) => ts)
    .sort()
  const [first] = ours
  return first ? { channel, ts: first, thread: thread !== null && first !== thread.ts } : null
}

function idIn(payload: unknown): unknown {
  return (payload as { delivery_id?: unknown } | undefined)?.delivery_id
}

/** The channel a notice was posted to; null for a direct message whose channel was never opened: nothing was sent. */
async function searchable({ store }: Sending, { notice, target }: NoticeRow): Promise<string | null> {
  if (notice.kind !== 'direct' && !/^[UW]/.test(target)) return target
  return (await personById(store.db, target))?.direct ?? null
}

function shapeOf({ notice }: NoticeRow, { thread }: Found): CardShape | null {
  switch (notice.kind) {
    case 'page':
      return thread ? 'page' : 'card'
    case 'card':
      return 'card'
    case 'direct':
      return 'direct'
    default:
      return null
  }
}

/** A message of our own came by: it proves that its notice arrived, whatever became of Slack's answer. */
export async function seen(
  sending: Sending,
  message: { id: string; channel: string; ts: string; thread: boolean },
): Promise<void> {
  const row = await noticeById(sending.store.db, message.id)
  if (!row || row.state === 'sent' || row.state === 'sending') return
  const { channel, ts, thread } = message
  await arrived(sending, row, { channel, ts, shape: shapeOf(row, { channel, ts, thread }), ...unheard })
}
