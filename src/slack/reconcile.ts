import { addMs, minuteMs, secondMs } from '../domain/time.ts'
import type { Claim, NoticeRow } from '../store/outbox.ts'
import { lookAfterMs, messageById, settleFailed, settleRetry, settleUnsure } from '../store/outbox.ts'
import { personById } from '../store/people.ts'
import { cardIn } from '../store/cards.ts'
import type { CardShape } from '../store/schema.ts'
import { classify } from './clients.ts'
import type { Outcome } from './clients.ts'
import { idOf, metadataType } from './sending.ts'
import type { Sending } from './sending.ts'
import { arrived, mayRepeat } from './settle.ts'

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
const unheard = { versions: new Map<number, number>(), shown: null }

type Found = { channel: string; ts: string; thread: boolean }

/**
 * Looks for an unsure message in its channel's history: found, it was sent; absent twice (3 s and 15 s after the attempt),
 * it is sent again. Where the history can't be read, a page is sent again with a word of warning. Throws when what was
 * found can't be written down: it is not sent again, but found again.
 */
export async function reconcile(sending: Sending, claim: Claim): Promise<void> {
  let found: Found | null
  try {
    found = await look(sending, claim)
  } catch (error) {
    return unsearched(sending, claim, classify(error, 'conversations.history'), sending.clock.now())
  }
  if (!found) return absent(sending, claim, sending.clock.now())
  await arrived(sending, claim, { ...found, shape: shapeOf(claim, found), ...unheard })
}

/** A look that failed says nothing. While Slack is away altogether nothing could be sent either, so the looking goes on. */
async function unsearched(sending: Sending, claim: Claim, verdict: Outcome, now: Date): Promise<void> {
  const [{ attemptedAt, looks }] = claim
  sending.log.warn({ message: idOf(claim), verdict }, 'the history could not be searched')
  const isAway = verdict.kind === 'away' || (verdict.kind === 'retry' && verdict.scope === 'all')
  const hasWaited = now.getTime() - (attemptedAt ?? now).getTime() >= searchForMs
  if (verdict.kind === 'permanent' || (hasWaited && !isAway)) return again(sending, claim, mayRepeat)
  const waitMs = verdict.kind === 'retry' ? Math.max(verdict.afterMs, lookAgainMs) : lookAgainMs
  const lookAt = addMs(now, Math.min(waitMs, searchForMs))
  return settleUnsure(sending.store.db, claim, lookAt, looks, verdict.why)
}

async function absent(sending: Sending, claim: Claim, now: Date): Promise<void> {
  const [first] = claim
  const looks = first.looks + 1
  if (looks % lookAfterMs.length > 0)
    return settleUnsure(sending.store.db, claim, nextLook(first, now), looks, 'not in the history yet')
  return again(sending, claim, 'it was not in the history')
}

/** What is surely not there is sent again: pages until they arrive, other messages until they were sent so often. */
const otherSendings = 5

async function again({ store, clock, observer }: Sending, claim: Claim, why: string): Promise<void> {
  const [{ kind, looks }] = claim
  const isPage = kind === 'page' || kind === 'direct'
  const most = why === mayRepeat ? 2 : otherSendings
  // Not its attempts: many of those may have waited for a card, or for Slack, and sent nothing.
  const sendings = Math.floor(looks / lookAfterMs.length) + 1
  const isAgain = isPage || sendings < most
  for (const row of claim) observer.delivered(row.kind, isAgain ? 'retry' : 'permanent')
  if (isAgain) return settleRetry(store.db, claim, clock.now(), why, sendings * lookAfterMs.length)
  await settleFailed(store.db, claim, clock.now(), `Nobody knows whether it arrived: ${why}`)
}

function nextLook(row: NoticeRow, now: Date): Date {
  const at = addMs(row.attemptedAt ?? now, lookAfterMs[(row.looks + 1) % lookAfterMs.length] ?? 0)
  return at > now ? at : addMs(now, lookAfterMs[0])
}

async function look(sending: Sending, claim: Claim): Promise<Found | null> {
  const [row] = claim
  const id = idOf(claim)
  const channel = await searchable(sending, row)
  if (!channel) return null
  const oldest = String((row.attemptedAt ?? row.createdAt).getTime() / 1000 - clockSlackMs / 1000)
  const mayBeReply = row.summary === null && row.escalation !== null
  const thread = mayBeReply ? await cardIn(sending.store.db, row.escalation ?? 0, channel) : null
  const range = { channel, oldest, limit: historyLimit, include_all_metadata: true }
  const { history, replies } = sending.looks.conversations
  const inChannel = await search(id, (cursor) => history({ ...range, ...cursor }))
  const inThread =
    thread &&
    (await search(id, (cursor) => replies({ ...range, ts: thread.ts, ...cursor })).catch(nobodyThere))
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

function shapeOf([{ notice, summary }]: Claim, { thread }: Found): CardShape | null {
  if (summary) return 'summary'
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

/** A message of our own came by: it proves that its notices arrived, whatever became of Slack's answer. */
export async function seen(
  sending: Sending,
  message: { id: string; channel: string; ts: string; thread: boolean },
): Promise<void> {
  const rows = await messageById(sending.store.db, message.id)
  const [first, ...more] = rows.filter(({ state }) => state !== 'sent' && state !== 'sending')
  if (!first) return
  const { channel, ts, thread } = message
  const shape = shapeOf([first], { channel, ts, thread })
  await arrived(sending, [first, ...more], { channel, ts, shape, ...unheard })
}
