import type { ChatPostMessageArguments, WebClient } from '@slack/web-api'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Escalation } from '../domain/escalation.ts'
import { isObsolete } from '../domain/obsolete.ts'
import type { Enqueued, Notice } from '../domain/notice.ts'
import { addMs, secondMs } from '../domain/time.ts'
import type { Observer } from '../observer.ts'
import { pageDelivered, pageUndeliverable } from '../domain/verbs.ts'
import { replaceLost } from '../store/cards.ts'
import { changeIn, find } from '../store/escalations.ts'
import type { NoticeRow, Posted } from '../store/outbox.ts'
import {
  leaseMs,
  lookAfterMs,
  settleDropped,
  settleFailed,
  settleRetry,
  settleSent,
  settleUnsure,
} from '../store/outbox.ts'
import { keepDirectChannel, personById } from '../store/people.ts'
import { enqueue } from '../store/save.ts'
import { classify } from './clients.ts'
import type { Outcome } from './clients.ts'
import type { Gathering } from './gather.ts'
import { describe } from './log.ts'
import { everywhere } from './pace.ts'
import type { Pace } from './pace.ts'
import { fingerprint, render } from './render.ts'
import type { Rendered, Rendering } from './render.ts'
import { plainPage } from './views/plain-page.ts'

/** Everything it takes to say something in Slack. */
export type Sending = Gathering & {
  writes: WebClient
  reads: WebClient
  clock: Clock
  pace: Pace
  log: Logger
  observer: Observer
  /** Slack refuses us altogether (a revoked token): why, or null when it took something. */
  refusing: (why: string | null) => void
}

/** The metadata by which a message of ours can be found again, when Slack's answer got lost. */
export const metadataType = 'belay_delivery'

/** How long a line waits for the card whose thread it belongs to. */
const threadSoonMs = 2 * secondMs

/** Sends one claimed notice and settles it. Whatever Slack does, the notice ends in a state that says what is known. */
export async function deliver(sending: Sending, row: NoticeRow): Promise<void> {
  const { store, clock } = sending
  // Not by the clock of the rows, which the demo moves: what matters is how long this process has had it.
  const startedMs = performance.now()
  const now = clock.now()
  const escalation = row.escalation === null ? null : await find(store.db, row.escalation)
  if (escalation && isObsolete(row.notice, escalation))
    return dropped(sending, row, now, 'nobody needs it any more')
  const rendering = await worded(sending, row, escalation, now)
  switch (rendering?.kind) {
    case undefined:
      return unworded(sending, row, now)
    case 'drop':
      return dropped(sending, row, now, rendering.why)
    case 'later':
      return settleRetry(store.db, row, addMs(now, threadSoonMs), 'its thread is not there yet')
    case 'post':
      return post(sending, row, rendering.rendered, startedMs)
  }
}

async function dropped({ store, observer }: Sending, row: NoticeRow, now: Date, why: string): Promise<void> {
  observer.delivered(row.kind, 'dropped')
  await settleDropped(store.db, row, now, why)
}

/** From this attempt on a page that no view can word goes out in plain words. */
const plainFromAttempt = 3
/** After so many attempts, what pages nobody and can't be worded is left. */
const unwordedAttempts = 10

/** The notice in words; null when it can't be worded now. That must not cost a page. */
async function worded(
  sending: Sending,
  row: NoticeRow,
  escalation: Escalation | null,
  now: Date,
): Promise<Rendering | null> {
  try {
    return await render(sending, row, escalation, now)
  } catch (error) {
    const about = { notice: row.id, kind: row.kind, escalation: row.escalation }
    sending.log.error({ err: describe(error), ...about }, 'a message could not be worded')
    const { notice, attempts } = row
    if (!escalation || !asks(notice) || attempts < plainFromAttempt) return null
    const shape = notice.kind === 'page' ? 'card' : 'direct'
    const message = plainPage(escalation, notice)
    return { kind: 'post', rendered: { message, thread: null, broadcast: false, shape, version: 0 } }
  }
}

function asks(notice: Notice): notice is Extract<Notice, { kind: 'page' | 'direct' }> {
  return (
    notice.kind === 'page' ||
    (notice.kind === 'direct' && (notice.about === 'asked' || notice.about === 'raised'))
  )
}

async function unworded({ store, observer }: Sending, row: NoticeRow, now: Date): Promise<void> {
  const why = 'it could not be worded'
  const isOver = row.attempts >= unwordedAttempts
  observer.delivered(row.kind, isOver ? 'permanent' : 'retry')
  if (isOver) await settleFailed(store.db, row, now, why)
  else await settleRetry(store.db, row, addMs(now, backoffMs(row.attempts)), why)
}

/** With less of the lease left than a call may take, others may take the notice for lost before the call is over. */
const sendWithinMs = leaseMs - 12 * secondMs

async function post(sending: Sending, row: NoticeRow, rendered: Rendered, startedMs: number): Promise<void> {
  const { clock, pace, log } = sending
  try {
    const channel = await channelOf(sending, row)
    // Nothing was sent: it is found by its lease, and looked for in vain.
    if (performance.now() - startedMs > sendWithinMs)
      return log.warn({ notice: row.id }, 'too late to send it under this lease')
    pace.spent(row.target, clock.now())
    const { ts = '', channel: where = channel } = await sending.writes.chat.postMessage(
      asPosted(row, rendered, channel),
    )
    sending.refusing(null)
    const { shape, version, message } = rendered
    await arrived(sending, row, { channel: where, ts, shape, version, shown: fingerprint(message) })
  } catch (error) {
    await settleError(sending, row, rendered, classify(error))
  }
}

function asPosted(
  { id, notice, error }: NoticeRow,
  { message, thread, broadcast }: Rendered,
  channel: string,
): ChatPostMessageArguments {
  const repeat = error === mayRepeat ? ' (may be a repeat)' : ''
  return {
    channel,
    text: message.text + repeat,
    blocks: message.blocks,
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: metadataType, event_payload: { delivery_id: id, kind: notice.kind, v: 1 } },
    ...(thread && { thread_ts: thread.ts, reply_broadcast: broadcast }),
  } as ChatPostMessageArguments
}

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

/** It is in Slack: the notice is settled, its message kept as a card, and a tier's time starts - in one transaction. */
export async function arrived(sending: Sending, row: NoticeRow, posted: Posted): Promise<void> {
  const { store, clock, observer } = sending
  const now = clock.now()
  const first = await store.db.transaction(async (tx) => {
    const first = await settleSent(tx, row, posted, now)
    if (!first || row.notice.kind !== 'page' || row.escalation === null) return first
    const { number, channel } = row.notice
    const verb = pageDelivered(number, channel)
    await changeIn(tx, store.book, row.escalation, now, (escalation, terms) =>
      verb(escalation, terms, nobody, now),
    )
    return first
  })
  store.committed()
  if (!first) return
  observer.delivered(row.kind, 'sent')
  if (row.kind === 'page') observer.pageArrived(now.getTime() - row.createdAt.getTime())
}

const nobody = { by: 'belay', seen: null }

async function settleError(
  sending: Sending,
  row: NoticeRow,
  rendered: Rendered,
  verdict: Outcome,
): Promise<void> {
  const { store, clock, log, pace, observer } = sending
  const now = clock.now()
  observer.delivered(row.kind, verdict.kind === 'gone' ? 'retry' : verdict.kind)
  log.warn(
    { notice: row.id, kind: row.kind, escalation: row.escalation, target: row.target, verdict },
    'a message was not sent',
  )
  switch (verdict.kind) {
    case 'retry': {
      const isPaced = verdict.scope === 'channel'
      if (verdict.scope === 'all') pace.block(everywhere, addMs(now, secondMs))
      if (isPaced) pace.block(row.target, addMs(now, verdict.afterMs))
      const waitMs = isPaced ? verdict.afterMs : Math.max(verdict.afterMs, backoffMs(row.attempts))
      return settleRetry(store.db, row, addMs(now, waitMs), verdict.why)
    }
    case 'away':
      sending.refusing(verdict.why)
      pace.block(everywhere, addMs(now, secondMs))
      return settleRetry(store.db, row, addMs(now, backoffMs(row.attempts + 2)), verdict.why)
    case 'unsure':
      return settleUnsure(store.db, row, addMs(row.attemptedAt ?? now, lookAfterMs[0]), 0, verdict.why)
    case 'gone':
      if (rendered.thread) await replaceLost(store.db, rendered.thread, verdict.why, now)
      return settleRetry(
        store.db,
        row,
        addMs(now, rendered.thread ? 0 : backoffMs(row.attempts)),
        verdict.why,
      )
    case 'permanent':
      return undeliverable(sending, row, verdict.why)
  }
}

/** 1 s, 2 s, 4 s … and never more than a minute: nobody waits longer than that once Slack is back. */
function backoffMs(attempts: number): number {
  return Math.min(60, 2 ** Math.max(0, attempts - 1)) * secondMs
}

/** It can never arrive: the escalation moves on, the fallback is told, and the administrators hear of it once a day. */
async function undeliverable({ store, clock }: Sending, row: NoticeRow, why: string): Promise<void> {
  const now = clock.now()
  await store.db.transaction(async (tx) => {
    if (!(await settleFailed(tx, row, now, why))) return
    await enqueue(tx, alarms(store.book.live.admins, row, why, now), now)
    if (row.notice.kind !== 'page' || row.escalation === null) return
    const { number, channel, beyond } = row.notice
    const verb = pageUndeliverable(number, channel, why, beyond !== undefined)
    await changeIn(tx, store.book, row.escalation, now, (escalation, terms) =>
      verb(escalation, terms, nobody, now),
    )
  })
  store.committed()
}

function alarms(admins: string[], { kind, target, notice }: NoticeRow, why: string, now: Date): Enqueued[] {
  if (notice.kind === 'alarm') return []
  const place = /^[CG]/.test(target) ? `<#${target}>` : `the direct messages of ${target}`
  const problem = `A message (${kind}) could not be delivered to ${place}: Slack says ${why}. Until this is mended, pages meant for there go to the fallback.`
  return admins
    .filter((admin) => admin !== target)
    .map((admin) => ({
      key: `undeliverable:${target}:${why}:${admin}:${now.toISOString().slice(0, 10)}`,
      escalation: null,
      target: admin,
      priority: 90_000,
      notice: { kind: 'alarm', to: admin, problem },
    }))
}

/** What a page's text ends with when its first sending could not be looked up. */
export const mayRepeat = 'its channel could not be searched'
