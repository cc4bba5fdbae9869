import { addMs, minuteMs, secondMs } from '../domain/time.ts'
import type { Claim } from '../store/outbox.ts'
import { lookAfterMs, messageById, settleFailed, settleRetry, settleUnsure } from '../store/outbox.ts'
import type { CardShape } from '../store/schema.ts'
import { unsureOf } from '../store/unsure.ts'
import type { Unsure } from '../store/unsure.ts'
import { isUnknownCode } from './classify.ts'
import type { Outcome } from './classify.ts'
import { describe } from './log.ts'
import { look } from './look.ts'
import type { Found, Look } from './look.ts'
import { idOf } from './sending.ts'
import type { Sending } from './sending.ts'
import { arrived, mayRepeat } from './settle.ts'

/**
 * While its history can't be searched a page waits for so long; then it is better sent twice than not at all. It waits twice
 * as long after each sending: all of them may be there.
 */
const searchForMs = { first: minuteMs, most: 15 * minuteMs }
/** The pace of looking while Slack does not say how long to wait. */
const lookAgainMs = 5 * secondMs
/** However often it was sent in vain, it is sent again after this: nobody waits longer once Slack is back. */
const absentMostMs = minuteMs

/** We did not hear what it shows, so it is edited once in any case. */
const unheard = { versions: new Map<number, number>(), shown: null }

/**
 * Looks for the unsure messages of one target with one reading of its channel: found, it was sent; absent twice (3 s and 15 s
 * after the attempt), it is sent again. Where the history can't be read, a page is sent again with a word of warning; where
 * Slack only wants us to wait, we wait. `due`: those whose time to be looked for has come. Others may be found beside them.
 */
export async function reconcile(sending: Sending, due: Unsure): Promise<void> {
  const { store, clock } = sending
  const [[{ target }]] = due
  const all = await unsureOf(store.db, target)
  const seen = await look(sending, target, all)
  const now = clock.now()
  heed(sending, seen, now)
  for (const claim of all) {
    const found = seen.found.get(idOf(claim))
    if (found)
      await attempt(sending, claim, () =>
        arrived(sending, claim, { ...found, shape: shapeOf(claim, found), ...unheard }),
      )
  }
  for (const claim of due)
    if (!seen.found.has(idOf(claim))) await attempt(sending, claim, () => missing(sending, claim, seen, now))
}

/** Slack wants nobody to look for a while: that holds for the looks at all channels. */
function heed({ pace }: Sending, { unseen }: Look, now: Date): void {
  for (const verdict of unseen.values())
    if (verdict.kind === 'retry') pace.block('conversations.history', addMs(now, verdict.afterMs))
}

/** What can't be written down of one message must not keep the others: it is looked for again when its lease is over. */
async function attempt({ log }: Sending, claim: Claim, settle: () => Promise<void>): Promise<void> {
  try {
    await settle()
  } catch (error) {
    log.error(
      { err: describe(error), message: idOf(claim) },
      'what a look has shown could not be written down',
    )
  }
}

async function missing(sending: Sending, claim: Claim, { unseen }: Look, now: Date): Promise<void> {
  const verdict = unseen.get(idOf(claim))
  return verdict ? unsearched(sending, claim, verdict, now) : absent(sending, claim, now)
}

/**
 * A look that failed says nothing. While Slack is away altogether nothing could be sent either, and while it only limits how
 * often we look, the message is there to be found: the looking goes on.
 */
async function unsearched(sending: Sending, claim: Claim, verdict: Outcome, now: Date): Promise<void> {
  const [{ attemptedAt, looks }] = claim
  sending.log.warn({ message: idOf(claim), verdict }, 'the history could not be searched')
  const mayBeSeen = verdict.kind === 'retry' || verdict.kind === 'away'
  const waitedMs = now.getTime() - (attemptedAt ?? now).getTime()
  if (!mayBeSeen && waitedMs >= patienceMs(sendingsOf(claim), verdict))
    return again(sending, claim, mayRepeat)
  const waitMs = verdict.kind === 'retry' ? Math.max(verdict.afterMs, lookAgainMs) : lookAgainMs
  return settleUnsure(sending.store.db, claim, addMs(now, waitMs), looks, verdict.why)
}

/** How long after an attempt that can't be looked up the next one is made. */
function patienceMs(sendings: number, { kind }: Outcome): number {
  if (kind === 'permanent' && sendings === 1) return 0
  return Math.min(searchForMs.first * 2 ** (sendings - 1), searchForMs.most)
}

async function absent(sending: Sending, claim: Claim, now: Date): Promise<void> {
  const [first] = claim
  const looks = first.looks + 1
  // Kept, so that whoever sends it again knows when it hears the same.
  const heard = first.error !== null && isUnknownCode(first.error) ? first.error : null
  if (looks % lookAfterMs.length > 0)
    return settleUnsure(
      sending.store.db,
      claim,
      lastLook(claim, now),
      looks,
      heard ?? 'not in the history yet',
    )
  return again(sending, claim, heard ?? 'it was not in the history')
}

/** What is surely not there is sent again: pages until they arrive, other messages until they were sent so often. */
const otherSendings = 5

async function again({ store, clock, observer }: Sending, claim: Claim, why: string): Promise<void> {
  const [{ kind }] = claim
  const isPage = kind === 'page' || kind === 'direct'
  const most = why === mayRepeat ? 2 : otherSendings
  const sendings = sendingsOf(claim)
  const isAgain = isPage || sendings < most
  for (const row of claim) observer.delivered(row.kind, isAgain ? 'retry' : 'permanent')
  if (isAgain) return settleRetry(store.db, claim, clock.now(), why, sendings * lookAfterMs.length)
  await settleFailed(store.db, claim, clock.now(), `Nobody knows whether it arrived: ${why}`)
}

/** How often it was sent. Not its attempts: many of those may have waited for a card, or for Slack, and sent nothing. */
function sendingsOf([{ looks }]: Claim): number {
  return Math.floor(looks / lookAfterMs.length) + 1
}

/** What was sent in vain more than twice is given longer to show up: the history may be behind. */
function lastLook(claim: Claim, now: Date): Date {
  const [soonMs, lateMs] = lookAfterMs
  const waitMs = Math.min(lateMs * 2 ** Math.max(0, sendingsOf(claim) - 2), absentMostMs)
  const at = addMs(claim[0].attemptedAt ?? now, waitMs)
  return at > now ? at : addMs(now, soonMs)
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
