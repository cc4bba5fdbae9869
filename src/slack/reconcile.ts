import { addMs, minuteMs, secondMs } from '../domain/time.ts'
import type { NoticeRow } from '../store/outbox.ts'
import { lookAfterMs, noticeById, settleFailed, settleRetry, settleUnsure } from '../store/outbox.ts'
import { personById } from '../store/people.ts'
import { cardIn } from '../store/cards.ts'
import type { CardShape } from '../store/schema.ts'
import { classify } from './clients.ts'
import type { Outcome } from './clients.ts'
import type { Sending } from './deliver.ts'
import { arrived, mayRepeat, metadataType } from './deliver.ts'

/** How far before the attempt a message may be stamped: clocks differ. */
const clockSlackMs = 2 * minuteMs
/** What is asked for at once. Some apps get 15 whatever they ask for, so the pages of an answer are followed. */
const historyLimit = 200
/** No channel has more in the minutes that are searched, at Slack's own pace. */
const historyPages = 20
/** While the history can't be searched a page waits for this long; then it is better sent twice than not at all. */
const searchForMs = minuteMs
/** The pace of looking while Slack does not say how long to wait. */
const lookAgainMs = 5 * secondMs

/** We did not hear what it shows, so it is edited once in any case. */
const unheard = { version: 0, shown: null }

type Found = { channel: string; ts: string; thread: boolean }

/**
 * Looks for an unsure notice in its channel's history: found, it was sent; absent twice (3 s and 15 s after the attempt),
 * it is sent again. Where the history can't be read, a page is sent again with a word of warning.
 */
export async function reconcile(sending: Sending, row: NoticeRow): Promise<void> {
  const now = sending.clock.now()
  try {
    const found = await look(sending, row)
    if (found) return await arrived(sending, row, { ...found, shape: shapeOf(row, found), ...unheard })
    return await absent(sending, row, now)
  } catch (error) {
    return unsearched(sending, row, classify(error, 'conversations.history'), now)
  }
}

/** A look that failed says nothing. While Slack is away altogether nothing could be sent either, so the looking goes on. */
async function unsearched(sending: Sending, row: NoticeRow, verdict: Outcome, now: Date): Promise<void> {
  sending.log.warn({ notice: row.id, verdict }, 'the history could not be searched')
  const isAway = verdict.kind === 'away' || (verdict.kind === 'retry' && verdict.scope === 'all')
  const hasWaited = now.getTime() - (row.attemptedAt ?? now).getTime() >= searchForMs
  if (verdict.kind === 'permanent' || (hasWaited && !isAway)) return again(sending, row, mayRepeat)
  const waitMs = verdict.kind === 'retry' ? Math.max(verdict.afterMs, lookAgainMs) : lookAgainMs
  const lookAt = addMs(now, Math.min(waitMs, searchForMs))
  return settleUnsure(sending.store.db, row, lookAt, row.looks, verdict.why)
}

async function absent(sending: Sending, row: NoticeRow, now: Date): Promise<void> {
  if (row.looks + 1 < lookAfterMs.length)
    return settleUnsure(sending.store.db, row, nextLook(row, now), row.looks + 1, 'not in the history yet')
  return again(sending, row, 'it was not in the history')
}

/** What is surely not there is sent again: pages until they arrive, other messages a few times. */
const otherAttempts = 5

async function again({ store, clock, observer }: Sending, row: NoticeRow, why: string): Promise<void> {
  const isPage = row.kind === 'page' || row.kind === 'direct'
  const most = why === mayRepeat ? 2 : otherAttempts
  const isAgain = isPage || row.attempts < most
  observer.delivered(row.kind, isAgain ? 'retry' : 'permanent')
  if (isAgain) return settleRetry(store.db, row, clock.now(), why)
  await settleFailed(store.db, row, clock.now(), `Nobody knows whether it arrived: ${why}`)
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
  const inChannel = await search(row.id, (cursor) => history({ ...range, ...cursor }))
  const inThread =
    thread &&
    (await search(row.id, (cursor) => replies({ ...range, ts: thread.ts, ...cursor })).catch(nobodyThere))
  const [first] = [inChannel, inThread].filter((ts) => ts !== null).sort()
  return first ? { channel, ts: first, thread: thread !== null && first !== thread.ts } : null
}

/** A thread whose first message was deleted has no replies to find. */
function nobodyThere(error: unknown): null {
  if (classify(error, 'conversations.replies').kind === 'gone') return null
  throw error
}

type Answer = {
  messages?: { ts?: string; metadata?: { event_type?: string; event_payload?: unknown } }[]
  response_metadata?: { next_cursor?: string }
}

/** The message with this id among the pages of an answer, or null when it is on none of them. */
async function search(
  id: string,
  ask: (cursor: { cursor?: string }) => Promise<Answer>,
): Promise<string | null> {
  let cursor = ''
  for (let page = 0; page < historyPages; page += 1) {
    const { messages = [], response_metadata: more } = await ask(cursor ? { cursor } : {})
    const ours = messages.filter(
      ({ metadata }) => metadata?.event_type === metadataType && idIn(metadata.event_payload) === id,
    )
    const [first] = ours.map(({ ts = '' }) => ts).sort()
    if (first !== undefined) return first
    cursor = more?.next_cursor ?? ''
    if (!cursor) return null
  }
  throw new Error('the history is too long to be searched')
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
