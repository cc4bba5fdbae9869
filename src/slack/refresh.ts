import { reopenForMs } from '../domain/escalation.ts'
import type { Escalation } from '../domain/escalation.ts'
import { isOver } from '../domain/obsolete.ts'
import { addMs, minuteMs, secondMs } from '../domain/time.ts'
import {
  holdBack,
  replaceLost,
  settleBehind,
  settleLeft,
  settleRefreshed,
  settleUnknown,
} from '../store/cards.ts'
import type { Live } from '../store/cards.ts'
import type { Db } from '../store/database.ts'
import { findMany } from '../store/escalations.ts'
import type { CardRow } from '../store/outbox.ts'
import { classify } from './classify.ts'
import type { Outcome } from './classify.ts'
import { describe } from './log.ts'
import { fingerprint, renderLive, versionsOf } from './render.ts'
import type { Message } from './render.ts'
import type { Sending } from './sending.ts'
import { isItsLooks } from './settle.ts'

type Escalations = ReadonlyMap<number, Escalation>

/** Edits one live message to what is true now. */
export async function refresh(sending: Sending, live: Live): Promise<void> {
  const { store, clock, writes } = sending
  const now = clock.now()
  const escalations = await findMany(
    store.db,
    live.map(({ escalation }) => escalation),
  )
  const message = await drawn(sending, live, escalations, now)
  if (!message) return settleBehind(store.db, live, addMs(now, undrawableMs))
  const [{ channel, ts }] = live
  try {
    const shown = fingerprint(message)
    if (live.some((row) => row.shown !== shown)) await writes.chat.update({ channel, ts, ...message })
    const shows = { versions: versionsOf(escalations.values()), shown, over: overIn(live, escalations) }
    await settleRefreshed(store.db, live, shows, now)
  } catch (error) {
    const verdict = classify(error, 'chat.update')
    const isLeft = verdict.kind === 'permanent' && live.every((row) => isLongOver(row, escalations, now))
    if (isLeft) await settleLeft(store.db, live, verdict.why)
    else await unedited(sending, live, verdict, now)
  }
}

/** What has nothing more to say now that it was edited a last time. A channel's card is never over. */
function overIn(live: Live, escalations: Escalations): string[] {
  const over = live.filter(({ shape, notice, escalation }) => {
    const about = escalations.get(escalation)
    return shape !== 'card' && about !== undefined && isOver(notice, about)
  })
  return over.map(({ id }) => id)
}

/** It can't be reopened any more: nobody needs its messages to be true, or to answer. */
function isLongOver({ escalation }: CardRow, escalations: Escalations, now: Date): boolean {
  const resolvedAt = escalations.get(escalation)?.resolvedAt
  return resolvedAt !== undefined && resolvedAt !== null && addMs(resolvedAt, reopenForMs) < now
}

const retryEditMs = 3 * secondMs
/** A channel that is archived, or that we are not in, may be open again: its cards must then not tell of yesterday. */
const refusedEditMs = 5 * minuteMs
/** A view that fails today fails a second later, too. */
const undrawableMs = 15 * secondMs

async function unedited(sending: Sending, live: Live, verdict: Outcome, now: Date): Promise<void> {
  const { store, pace, log } = sending
  const [{ id, escalation, shape }] = live
  log.warn({ card: id, escalation, shape, verdict }, 'a card was not edited')
  if (verdict.kind === 'gone') return replaceLost(store.db, live, verdict.why, now)
  if (verdict.kind === 'permanent') return refusedEdit(store.db, live, verdict.why, now)
  if (verdict.kind === 'unsure') return settleUnknown(store.db, live, addMs(now, retryEditMs), now)
  const waitMs = verdict.kind === 'retry' ? verdict.afterMs : retryEditMs
  pace.block('chat.update', addMs(now, waitMs))
  return settleBehind(store.db, live, addMs(now, Math.max(waitMs, secondMs)))
}

/** A channel that refuses one edit refuses all of them: they must not use up those of other channels. */
async function refusedEdit(db: Db, live: Live, why: string, now: Date): Promise<void> {
  const notBefore = addMs(now, refusedEditMs)
  await settleBehind(db, live, notBefore)
  if (!isItsLooks(why)) await holdBack(db, live[0].channel, notBefore)
}

/** The message as it should be; null when no view can draw it. */
async function drawn(
  sending: Sending,
  live: Live,
  escalations: Escalations,
  now: Date,
): Promise<Message | null> {
  const [{ id, escalation, shape }] = live
  try {
    return await renderLive(sending, live, escalations, now)
  } catch (error) {
    sending.log.error({ err: describe(error), card: id, escalation, shape }, 'a card could not be drawn')
    return null
  }
}
