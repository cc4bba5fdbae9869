import type { ChatPostMessageArguments } from '@slack/web-api'
import type { Escalation } from '../domain/escalation.ts'
import { isObsolete } from '../domain/obsolete.ts'
import { asks } from '../domain/notice.ts'
import { addMs, secondMs } from '../domain/time.ts'
import { drawAnew } from '../store/cards.ts'
import { findMany } from '../store/escalations.ts'
import type { Claim, NoticeRow } from '../store/outbox.ts'
import { leaseMs, leaveSummary, settleDropped, settleFailed, settleRetry } from '../store/outbox.ts'
import { keepDirectChannel, personById } from '../store/people.ts'
import { notTogether, refusedLooks } from '../store/summaries.ts'
import { classify } from './clients.ts'
import { describe } from './log.ts'
import { fingerprint, render } from './render.ts'
import type { Rendered, Rendering } from './render.ts'
import { idOf, metadataType } from './sending.ts'
import type { Sending } from './sending.ts'
import { arrived, backoffMs, mayRepeat, settleError } from './settle.ts'
import { plainPage } from './views/plain-page.ts'

/** How long a line waits for the card whose thread it belongs to. */
const threadSoonMs = 2 * secondMs

/**
 * Sends one claimed message and settles it. Whatever Slack does, its notices end in a state that says what is known.
 * `claimedMs`: when the claim was begun, by `performance.now()`, for the rows' clock is moved in the demo. The lease runs
 * from then on, however late this process hears of its claim.
 */
export async function deliver(sending: Sending, claimed: Claim, claimedMs: number): Promise<void> {
  const { store, clock } = sending
  const now = clock.now()
  const about = claimed.flatMap(({ escalation }) => (escalation === null ? [] : [escalation]))
  const escalations = await findMany(store.db, about)
  const claim = await stillNeeded(sending, claimed, escalations, now)
  if (!claim) return
  const rendering = await worded(sending, claim, escalations, now)
  switch (rendering?.kind) {
    case undefined:
      return unworded(sending, claim, now)
    case 'drop':
      return dropped(sending, claim, now, rendering.why)
    case 'later':
      return settleRetry(store.db, claim, addMs(now, threadSoonMs), 'its thread is not there yet')
    case 'post':
      return post(sending, claim, rendering.rendered, claimedMs)
  }
}

type Escalations = ReadonlyMap<number, Escalation>

/** What is obsolete is dropped. One that is left of a summary goes out as the page that it is. */
async function stillNeeded(
  sending: Sending,
  claimed: Claim,
  escalations: Escalations,
  now: Date,
): Promise<Claim | null> {
  const isOver = ({ notice, escalation }: NoticeRow) => {
    const found = escalation === null ? undefined : escalations.get(escalation)
    return found !== undefined && isObsolete(notice, found)
  }
  const [over, ...moreOver] = claimed.filter(isOver)
  if (!over) return claimed
  await dropped(sending, [over, ...moreOver], now, 'nobody needs it any more')
  const [first, ...more] = claimed.filter((row) => !isOver(row))
  if (!first || more.length > 0) return first ? [first, ...more] : null
  await leaveSummary(sending.store.db, first)
  return [{ ...first, summary: null }]
}

async function dropped({ store, observer }: Sending, claim: Claim, now: Date, why: string): Promise<void> {
  for (const { kind } of claim) observer.delivered(kind, 'dropped')
  await store.db.transaction(async (tx) => {
    const news = await settleDropped(tx, claim, now, why)
    await drawAnew(tx, news.flatMap(toldOf), now)
  })
}

/** The escalation whose cards may tell that its page is tried again, or looked for. */
function toldOf({ kind, attempts, escalation }: NoticeRow): number[] {
  return kind === 'page' && attempts > 1 && escalation !== null ? [escalation] : []
}

/** From this attempt on a page that no view can word goes out in plain words. */
const plainFromAttempt = 3
/** After so many attempts, what pages nobody and can't be worded is left. */
const unwordedAttempts = 10

/** The message in words; null when it can't be worded now. That must not cost a page. */
async function worded(
  sending: Sending,
  claim: Claim,
  escalations: Escalations,
  now: Date,
): Promise<Rendering | null> {
  const [{ id, kind, escalation, attempts, summary, error: refused }] = claim
  try {
    const bare = refused === refusedLooks ? inPlainWords(claim, escalations) : null
    if (bare) return { kind: 'post', rendered: { ...bare, message: { ...bare.message, blocks: [] } } }
    return await render(sending, claim, escalations, now)
  } catch (error) {
    const about = { notice: id, kind, escalation, ...(summary && { summary }) }
    sending.log.error({ err: describe(error), ...about }, 'a message could not be worded')
    const plain = attempts >= plainFromAttempt ? inPlainWords(claim, escalations) : null
    return plain ? { kind: 'post', rendered: plain } : null
  }
}

/** A page without the views that may fail; null for what is none. */
function inPlainWords(claim: Claim, escalations: Escalations): Rendered | null {
  const [{ notice, escalation, summary }] = claim
  const found = escalations.get(escalation ?? 0)
  if (summary || !found || !asks(notice)) return null
  const shape = notice.kind === 'page' ? 'card' : 'direct'
  return { message: plainPage(found, notice), thread: null, broadcast: false, shape, versions: new Map() }
}

/** One bad line must not hold up the others of a summary: they go out one by one. */
async function unworded({ store, observer }: Sending, claim: Claim, now: Date): Promise<void> {
  const [{ kind, attempts, summary }] = claim
  const why = 'it could not be worded'
  const isOver = attempts >= unwordedAttempts && !summary
  observer.delivered(kind, isOver ? 'permanent' : 'retry')
  if (summary) return settleRetry(store.db, claim, now, notTogether)
  if (isOver) await settleFailed(store.db, claim, now, why)
  else await settleRetry(store.db, claim, addMs(now, backoffMs(attempts)), why)
}

/** With less of the lease left than a call may take, others may take the notice for lost before the call is over. */
const sendWithinMs = leaseMs - 12 * secondMs

async function post(sending: Sending, claim: Claim, rendered: Rendered, claimedMs: number): Promise<void> {
  const { clock, pace, log } = sending
  const [first] = claim
  const channel = await opened(sending, claim, rendered)
  if (channel === null) return
  // Nothing was sent: it is found by its lease, and looked for in vain.
  if (performance.now() - claimedMs > sendWithinMs)
    return log.warn({ notice: first.id }, 'too late to send it under this lease')
  try {
    pace.spent(first.target, clock.now())
    const { ts = '', channel: where = channel } = await sending.writes.chat.postMessage(
      asPosted(claim, rendered, channel),
    )
    sending.refusing(null)
    const { shape, versions, message } = rendered
    await arrived(sending, claim, { channel: where, ts, shape, versions, shown: fingerprint(message) })
  } catch (error) {
    await settleError(sending, claim, rendered, classify(error))
  }
}

function asPosted(
  claim: Claim,
  { message, thread, broadcast, shape }: Rendered,
  channel: string,
): ChatPostMessageArguments {
  const repeat = claim.some(({ error }) => error === mayRepeat) ? ' (may be a repeat)' : ''
  const kind = shape === 'summary' ? shape : claim[0].kind
  return {
    channel,
    text: message.text + repeat,
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: metadataType, event_payload: { delivery_id: idOf(claim), kind, v: 1 } },
    ...(thread && { thread_ts: thread.ts, reply_broadcast: broadcast }),
  } as ChatPostMessageArguments
}

/** The channel to post to; null when it can't be known now. Then nothing was sent, whatever came in between. */
async function opened(sending: Sending, claim: Claim, rendered: Rendered): Promise<string | null> {
  try {
    return await channelOf(sending, claim[0])
  } catch (error) {
    const heard = classify(error, 'conversations.open')
    const { why } = heard
    await settleError(sending, claim, rendered, heard.kind === 'unsure' ? { ...unsent, why } : heard)
    return null
  }
}

const unsent = { kind: 'retry', afterMs: 0, scope: 'method' } as const

/** The channel to post to. A direct message's channel is opened first and kept, so that it can be searched later. */
async function channelOf({ store, writes, clock }: Sending, { notice, target }: NoticeRow): Promise<string> {
  const isPersonal = notice.kind === 'direct' || /^[UW]/.test(target)
  if (!isPersonal) return target
  const known = await personById(store.db, target)
  if (known?.direct) return known.direct
  const { channel } = await writes.conversations.open({ users: target })
  const direct = channel?.id ?? target
  await keepDirectChannel(store.db, target, direct, clock.now())
  return direct
}
