import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { isObsolete } from '../domain/obsolete.ts'
import type { DeliveryOutcome, Observer } from '../observer.ts'
import { addMs, minuteMs, secondMs } from '../domain/time.ts'
import { tellAdmins } from '../store/alarm.ts'
import { claimBeyond, escalationsOf, handBack } from '../store/beyond.ts'
import { settleAgain, settleNeedless, settleRefused, settleTaken } from '../store/beyond.ts'
import type { Store } from '../store/escalations.ts'
import type { NoticeRow } from '../store/outbox.ts'
import { emailId } from './email.ts'
import type { Mailer } from './email.ts'
import { factsOf } from './facts.ts'
import type { LinkTo } from './facts.ts'
import type { Verdict } from './verdict.ts'
import { payloadOf, request } from './webhook.ts'
import { emailOf, summaryOf } from './words.ts'
import type { Alert } from './words.ts'

/** Everything it takes to reach somebody beyond Slack. `mailer` is null where there is no mail server. */
export type Reaching = {
  store: Store
  clock: Clock
  log: Logger
  mailer: Mailer | null
  linkTo: LinkTo
  observer: Observer
  /** Ends what is under way: it is found again by its lease. */
  over: AbortSignal
}

/** Work to be started at once, under a name for the log. */
type Errand = { key: string; run: () => Promise<void> }

/** Claims what may go out now. */
export type Lane = () => Promise<Errand[]>

/** Requests under way at once. Of e-mails there is one for each address. */
const requestsAtOnce = 8
/** What failed may be the one notice and not its target: others must not wait until that one is tried again. */
const restAtMostMs = 5 * secondMs

/**
 * The outbox's lane beyond Slack: addresses and the webhook wait neither for Slack nor for each other. A target that failed
 * rests until its notice is tried again, or for a moment.
 */
export function createLane(reaching: Reaching): Lane {
  const underway = new Map<string, number>()
  const resting = new Map<string, number>()
  const start = (target: string, rows: NoticeRow[]): Errand => ({
    key: target,
    run: async () => {
      underway.set(target, (underway.get(target) ?? 0) + 1)
      try {
        const restUntil = await reach(reaching, target, rows)
        if (restUntil) resting.set(target, restUntil.getTime())
        else resting.delete(target)
      } finally {
        underway.set(target, (underway.get(target) ?? 1) - 1)
      }
    },
  })
  return async () => {
    const now = reaching.clock.now()
    const room = requestsAtOnce - (underway.get('webhook') ?? 0)
    const isBusy = (target: string) =>
      (resting.get(target) ?? 0) > now.getTime() ||
      (target === 'webhook' ? room <= 0 : (underway.get(target) ?? 0) > 0)
    const busy = [...new Set([...underway.keys(), ...resting.keys()])].filter(isBusy)
    const claimed = await claimBeyond(reaching.store.db, now, room, busy)
    const requests = claimed.filter(({ kind }) => kind === 'webhook')
    const emails = Map.groupBy(
      claimed.filter(({ kind }) => kind === 'email'),
      ({ target }) => target,
    )
    return [
      ...requests.map((row) => start(row.target, [row])),
      ...[...emails].map(([target, rows]) => start(target, rows)),
    ]
  }
}

/** Tells one target of these, and settles them. Returns until when it should be left alone; null when it need not be. */
async function reach(reaching: Reaching, target: string, rows: NoticeRow[]): Promise<Date | null> {
  const wanted = await stillWanted(reaching, rows)
  if (wanted.length === 0) return null
  const known = wanted.map(({ row }) => row)
  if (!isInPolicy(reaching.store, target)) return leaveToOthers(reaching, known)
  return settle(reaching, target, known, await send(reaching, target, wanted))
}

async function settle(
  reaching: Reaching,
  target: string,
  rows: NoticeRow[],
  verdict: Verdict,
): Promise<Date | null> {
  const { store, clock, log } = reaching
  observe(reaching, rows, outcomes[verdict.kind])
  if (verdict.kind === 'taken') {
    await settleTaken(store.db, rows, clock.now())
    return null
  }
  const { why } = verdict
  log.warn({ notices: rows.map(({ id }) => id), kind: rows[0]?.kind, why }, 'it was not taken beyond Slack')
  if (verdict.kind === 'again') return again(reaching, target, rows, why)
  await settleRefused(store, rows, clock.now(), why, refusedWords(target, why))
  return null
}

const outcomes = { taken: 'sent', again: 'retry', refused: 'permanent' } as const

function observe({ observer }: Reaching, rows: NoticeRow[], outcome: DeliveryOutcome): void {
  for (const { kind } of rows) observer.delivered(kind, outcome)
}

async function drop(reaching: Reaching, rows: NoticeRow[], why: string): Promise<void> {
  observe(reaching, rows, 'dropped')
  await settleNeedless(reaching.store.db, rows, reaching.clock.now(), why)
}

type Wanted = Alert & { row: NoticeRow }

/** Those that somebody still needs; the others are dropped. */
async function stillWanted(reaching: Reaching, rows: NoticeRow[]): Promise<Wanted[]> {
  const escalations = await escalationsOf(reaching.store.db, rows)
  const wanted = rows.flatMap((row): Wanted[] => {
    const { notice } = row
    const escalation = escalations.get(row.escalation ?? 0)
    const isBeyond = notice.kind === 'email' || notice.kind === 'webhook'
    if (!escalation || !isBeyond || isObsolete(notice, escalation)) return []
    return [{ row, escalation, cause: notice.cause }]
  })
  const needless = rows.filter((row) => !wanted.some((one) => one.row === row))
  if (needless.length > 0) await drop(reaching, needless, 'nobody needs it any more')
  return wanted
}

function isInPolicy({ book }: Store, target: string): boolean {
  const { email = [], webhook } = book.live.fallback
  return target === 'webhook' ? webhook !== undefined : email.includes(target)
}

/** For so long replicas may differ in their policy: what one does not name, the other does. */
const mayDifferMs = 15 * minuteMs
/** Two turns of another replica's clock, so that one whose clock always rings first does not keep them for itself. */
const othersFirstMs = 2 * secondMs

/** This replica's policy does not name their target. Another's may: it is left to them for a while. */
async function leaveToOthers(reaching: Reaching, rows: NoticeRow[]): Promise<Date> {
  const { store, clock } = reaching
  const now = clock.now()
  const isOld = ({ createdAt }: NoticeRow) => addMs(createdAt, mayDifferMs) <= now
  const old = rows.filter(isOld)
  const young = rows.filter((row) => !isOld(row))
  if (old.length > 0) await drop(reaching, old, 'the policy does not name it any more')
  const notBefore = addMs(now, restAtMostMs)
  await handBack(store.db, young, notBefore, 'the policy of whoever claimed it does not name it')
  return addMs(notBefore, othersFirstMs)
}

async function send(reaching: Reaching, target: string, wanted: Wanted[]): Promise<Verdict> {
  const { store, clock, mailer, linkTo, over } = reaching
  const [first] = wanted as [Wanted]
  const { webhook } = store.book.live.fallback
  if (target === 'webhook' && webhook)
    return request(
      webhook,
      first.row.id,
      payloadOf(await factsOf(store.db, linkTo, first), clock.now()),
      over,
    )
  if (!mailer) return { kind: 'again', why: 'SMTP_URL is not set' }
  const { timezone } = store.book.live
  const email =
    wanted.length > 1 ? summaryOf(wanted) : emailOf(await factsOf(store.db, linkTo, first), timezone)
  return mailer.send(email, target, emailId(wanted.map(({ row }) => row)), over)
}

/** After so many attempts in a row, which take half a minute, somebody should know. */
const tellAfterAttempts = 5

async function again(
  { store, clock }: Reaching,
  target: string,
  rows: NoticeRow[],
  why: string,
): Promise<Date> {
  const now = clock.now()
  const attempts = Math.max(...rows.map((row) => row.attempts))
  const notBefore = addMs(now, Math.min(60, 2 ** (attempts - 1)) * secondMs)
  await settleAgain(store.db, rows, notBefore, why)
  if (attempts === tellAfterAttempts)
    await tellAdmins(store, `${placeOf(target)} can't be reached, and is tried again: ${why}`, now)
  const rested = addMs(now, restAtMostMs)
  return rested < notBefore ? rested : notBefore
}

function refusedWords(target: string, why: string): string {
  return `${placeOf(target)} refuses what it is told: ${why}. Until this is mended, it hears of nothing that Slack can't deliver.`
}

function placeOf(target: string): string {
  return target === 'webhook' ? "The fallback's webhook" : `The fallback's address ${target}`
}
