import type { Logger } from 'pino'
import { after } from '../domain/escalation.ts'
import type { Happened } from '../domain/escalation.ts'
import { asks } from '../domain/notice.ts'
import type { Enqueued } from '../domain/notice.ts'
import { changed } from '../domain/outcome.ts'
import { addMs, secondMs } from '../domain/time.ts'
import type { DeliveryOutcome } from '../observer.ts'
import { pageDelivered, pageUndeliverable } from '../domain/verbs.ts'
import type { Verb } from '../domain/verbs.ts'
import { cardsFollow, replaceLost } from '../store/cards.ts'
import type { Tx } from '../store/database.ts'
import { changeMany } from '../store/escalations.ts'
import type { Decide } from '../store/escalations.ts'
import type { Claim, NoticeRow, Posted } from '../store/outbox.ts'
import { orOneByOne } from '../store/one-by-one.ts'
import { lookAfterMs, settleFailed, settleRetry, settleSent, settleUnsure } from '../store/outbox.ts'
import { forgetDirectChannel } from '../store/people.ts'
import { enqueue } from '../store/save.ts'
import { notTogether, refusedLooks } from '../store/summaries.ts'
import { isUnknownCode } from './classify.ts'
import type { Outcome } from './classify.ts'
import { describe } from './log.ts'
import { everywhere } from './pace.ts'
import type { Rendered } from './render.ts'
import type { Sending } from './sending.ts'

/** What a page's text ends with when its first sending could not be looked up. */
export const mayRepeat = 'its channel could not be searched'

/** It is in Slack: its notices are settled, it is kept as a card, and tiers' times start - in one transaction. */
export async function arrived(sending: Sending, claim: Claim, posted: Posted): Promise<void> {
  const { store, clock, observer } = sending
  const now = clock.now()
  const news = await settled(sending, claim, async (tx, some, tell) => {
    const sent = await settleSent(tx, some, posted, now)
    await tell(tx, sending, sent, now, ({ number, channel }) => pageDelivered(number, channel))
    if (posted.shape === 'summary') await cardsFollow(tx, sent.filter(isPage), now)
    return sent
  })
  store.committed()
  for (const row of news) {
    observer.delivered(row.kind, 'sent')
    if (isPage(row)) observer.pageArrived(now.getTime() - row.createdAt.getTime())
  }
}

/** Settles these and tells their escalations what became of their pages. Returns those of whom that is news. */
type Settle = (tx: Tx, some: Claim, tell: typeof decide) => Promise<NoticeRow[]>

/**
 * Settles a message in one transaction. An escalation whose next state can't be written hears nothing, as one that can't be
 * decided: then each of the message is settled alone.
 */
async function settled({ store, log }: Sending, claim: Claim, settle: Settle): Promise<NoticeRow[]> {
  const inOne = (some: Claim, tell: typeof decide) => store.db.transaction((tx) => settle(tx, some, tell))
  const parts = await orOneByOne(() => inOne(claim, decide), {
    each: async () => claim,
    alone: (row) => inOne([row], decide),
    leave: (row, reason) => {
      log.error({ escalation: row.escalation, reason }, untold)
      return inOne([row], async () => {})
    },
  })
  return parts.flat()
}

type PageRow = NoticeRow & { notice: Extract<NoticeRow['notice'], { kind: 'page' }> }

function isPage(row: NoticeRow): row is PageRow {
  return row.notice.kind === 'page'
}

/**
 * What became of these pages, told to their escalations. One that can't be decided hears nothing and is left to the sweep:
 * what became of its page is no less true, nor of the others in its message.
 */
async function decide(
  tx: Tx,
  { store, log }: Sending,
  rows: readonly NoticeRow[],
  now: Date,
  verbOf: (page: PageRow['notice']) => Verb,
): Promise<void> {
  const verbs = new Map<number, Verb[]>()
  for (const { escalation, notice } of rows.filter(isPage))
    if (escalation !== null) verbs.set(escalation, [...(verbs.get(escalation) ?? []), verbOf(notice)])
  const decisions = [...verbs].map(([id, some]): [number, Decide] => [id, inTurn(some, now, log)])
  if (decisions.length > 0) await changeMany(tx, store.book, new Map(decisions), now)
}

const untold = 'an escalation could not be told what became of its page'
const nobody = { by: 'belay', seen: null }

/** One summary may hold two pages about the same escalation. */
function inTurn(verbs: readonly Verb[], now: Date, log: Logger): Decide {
  return (escalation, terms) => {
    const happened: Happened[] = []
    try {
      let next = escalation
      for (const verb of verbs) {
        const outcome = verb(next, terms, nobody, now)
        if (outcome.kind === 'changed') happened.push(...outcome.happened)
        next = after(escalation, happened)
      }
      return changed(...happened)
    } catch (error) {
      const about = { err: describe(error), escalation: escalation.id }
      log.error(about, untold)
      return changed()
    }
  }
}

/** It was not sent, or nobody knows: what that means for its notices, and for whatever else goes to the same place. */
export async function settleError(
  sending: Sending,
  claim: Claim,
  rendered: Rendered,
  heard: Outcome,
): Promise<void> {
  const { store, clock, pace } = sending
  const verdict: Outcome = isNo(claim, heard) ? { kind: 'permanent', why: heard.why } : heard
  const [{ target, attempts, attemptedAt, looks }] = claim
  const now = clock.now()
  const otherwise = verdict.kind === 'permanent' ? otherWay(claim, verdict.why) : null
  tell(sending, claim, verdict, otherwise ? 'retry' : outcomes[verdict.kind])
  switch (verdict.kind) {
    case 'retry': {
      const isPaced = verdict.scope === 'channel'
      if (verdict.scope === 'all') pace.block(everywhere, addMs(now, secondMs))
      if (isPaced) pace.refused(target, addMs(now, verdict.afterMs), now)
      const waitMs = isPaced ? verdict.afterMs : Math.max(verdict.afterMs, backoffMs(attempts))
      return settleRetry(store.db, claim, addMs(now, waitMs), verdict.why)
    }
    case 'away':
      sending.refusing(verdict.why)
      pace.block(everywhere, addMs(now, secondMs))
      return settleRetry(store.db, claim, addMs(now, backoffMs(attempts + 2)), verdict.why)
    case 'unsure':
      return settleUnsure(store.db, claim, addMs(attemptedAt ?? now, lookAfterMs[0]), looks, verdict.why)
    case 'gone': {
      const { thread } = rendered
      if (thread) await replaceLost(store.db, [thread], verdict.why, now)
      return settleRetry(store.db, claim, addMs(now, thread ? 0 : backoffMs(attempts)), verdict.why)
    }
    case 'permanent':
      if (otherwise === otherBots) await forgetDirectChannel(store.db, target)
      if (otherwise) return settleRetry(store.db, claim, now, otherwise)
      return undeliverable(sending, claim, verdict.why)
  }
}

/** After so many sendings, none of which was there, a code that we do not know means no. */
const refusals = 3

function isNo([{ looks, error }]: Claim, { why }: Outcome): boolean {
  return looks >= refusals * lookAfterMs.length && error === why && isUnknownCode(why)
}

/** What a failure counts as: what is gone goes out in another way. */
const outcomes: Record<Outcome['kind'], DeliveryOutcome> = {
  retry: 'retry',
  permanent: 'permanent',
  away: 'away',
  unsure: 'unsure',
  gone: 'retry',
}

function tell({ log, observer }: Sending, claim: Claim, verdict: Outcome, outcome: DeliveryOutcome): void {
  for (const { kind } of claim) observer.delivered(kind, outcome)
  const [{ id, kind, escalation, target, summary }] = claim
  const about = { notice: id, kind, escalation, target, ...(summary && { summary, together: claim.length }) }
  log.warn({ ...about, verdict }, 'a message was not sent')
}

const otherBots = 'its direct channel was not found'

/** The channel with a person belongs to one bot: whoever replaced the app has the old ones. It is opened anew once. */
function isOtherBots({ target, error }: NoticeRow, why: string): boolean {
  return why === 'channel_not_found' && /^[UW]/.test(target) && error !== otherBots
}

/** Slack refuses the message for what it is, and not for where it goes. */
export function isItsLooks(why: string): boolean {
  return /^(invalid_(blocks|arguments|metadata)|metadata_|msg_|slack_connect_)/.test(why)
}

/** How it can still go out, as its error says it: page by page, in plain words, or anew. Null when that was tried. */
function otherWay([first]: Claim, why: string): string | null {
  if (isOtherBots(first, why)) return otherBots
  if (!isItsLooks(why)) return null
  if (first.summary) return notTogether
  return asks(first.notice) && first.error !== refusedLooks ? refusedLooks : null
}

/** 1 s, 2 s, 4 s … and never more than a minute: nobody waits longer than that once Slack is back. */
export function backoffMs(attempts: number): number {
  return Math.min(60, 2 ** Math.max(0, attempts - 1)) * secondMs
}

/** It can never arrive: the escalations move on, the fallback is told, and the administrators hear of it once a day. */
async function undeliverable(sending: Sending, claim: Claim, why: string): Promise<void> {
  const { store, clock } = sending
  const now = clock.now()
  await settled(sending, claim, async (tx, some, tell) => {
    const news = await settleFailed(tx, some, now, why)
    if (news.length === 0) return news
    await enqueue(tx, alarms(store.book.live.admins, claim[0], why, now), now)
    await tell(tx, sending, news, now, ({ number, channel, beyond }) =>
      pageUndeliverable(number, channel, why, beyond !== undefined),
    )
    return news
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
