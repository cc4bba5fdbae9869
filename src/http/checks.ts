import type { Clock } from '../clock.ts'
import { minuteMs, secondMs } from '../domain/time.ts'
import { limitedAtMostMs, ratelimited } from '../slack/classify.ts'
import { migrationsOf } from '../store/database.ts'
import type { Db } from '../store/database.ts'
import { skewAtMostMs, skewToldMs, skewWords } from '../store/skew.ts'
import { quarantinedCount } from '../store/quarantine.ts'
import { standsSince } from '../store/standing.ts'
import { oldestDue } from '../store/sweep.ts'
import type { Check } from './health.ts'

/** How long a due escalation may wait before we are not ready any more. */
const lateAfterMs = 30 * secondMs
/** What is tried every second (the sweep, the outbox) and has not ended well for so long is a reason not to be ready. */
const idleAfterMs = 30 * secondMs
/** The audit has its turn each minute: this is three in a row. */
const unauditedAfterMs = 3 * minuteMs
/** A page whose sender was killed, or whose answer was lost, is out again within this time. */
const stillAfterMs = 90 * secondMs

type Status = { ok: boolean; reason?: string }

/** How the duties of the clock do, in `performance.now()`: when each last ended well, and since when it fails each time. */
type Duties = { lastRun: ReadonlyMap<string, number>; failing: ReadonlyMap<string, number> }

/** What `GET /readyz` looks at. */
export type Checked = {
  db: Db
  clock: Clock
  duties: Duties
  /** For how long a turn of the outbox has not ended well. */
  outboxIdleMs: () => number
  /** Whether the token is good, and whether Slack's traffic reaches us. Asks Slack again while it was not well. */
  slack: () => Promise<Status[]>
  /** How far the database's clock is ahead of this machine's; null while nobody knows. */
  skewMs: () => number | null
  /** What the last self-audit found, in a sentence; null when nothing. */
  audit: () => string | null
}

/** Everything that has to be well. */
export function checksOf({ db, clock, duties, outboxIdleMs, slack, skewMs, audit }: Checked): Check[] {
  const startedAt = performance.now()
  const idleMs = (duty: string) => performance.now() - (duties.lastRun.get(duty) ?? startedAt)
  return [
    {
      name: 'database',
      check: async () => {
        await db.execute('select 1')
        return null
      },
    },
    { name: 'migrations', check: () => migrationsReason(db) },
    { name: 'slack', check: async () => slackReason(await slack()) },
    { name: 'sweep', check: () => idleReason('no sweep has ended well', idleMs('sweep'), idleAfterMs) },
    { name: 'due', check: () => lateReason(db, clock.now()) },
    {
      name: 'delivery',
      check: () =>
        idleReason('the outbox could not be read', outboxIdleMs(), idleAfterMs) ??
        stillReason(db, clock.now()),
    },
    {
      name: 'duties',
      check: () =>
        failingReason(duties) ?? idleReason('no audit has ended well', idleMs('audit'), unauditedAfterMs),
    },
    { name: 'clock', check: () => skewReason(skewMs(), skewAtMostMs, Infinity) },
    { name: 'skew', check: () => skewReason(skewMs(), skewToldMs, skewAtMostMs), isOnlyTold: true },
    { name: 'audit', check: audit, isOnlyTold: true },
    { name: 'quarantine', check: () => quarantineReason(db), isOnlyTold: true },
  ]
}

/** What has to be well first. `reached`: whether the database is there. */
export type Starting = { checks: Check[]; reached: (isThere: boolean) => void }

/** Until there is more to look at. A long migration is no reason to look for the database. */
export function startingChecks(): Starting {
  let isThere = false
  return {
    reached: (is) => {
      isThere = is
    },
    checks: [
      { name: 'database', check: () => (isThere ? null : 'it can not be reached yet') },
      { name: 'migrations', check: () => (isThere ? 'they are under way' : 'they wait for the database') },
    ],
  }
}

function slackReason(parts: Status[]): string | null {
  const bad = parts.filter(({ ok }) => !ok)
  return bad.length === 0 ? null : bad.map(({ reason = 'not connected' }) => reason).join('; ')
}

function idleReason(what: string, idleMs: number, atMostMs: number): string | null {
  return idleMs > atMostMs ? `${what} for ${seconds(idleMs)}` : null
}

/** Duties that are rung every few seconds. Of the others a single failure would last too long here. */
const often = ['late', 'inbox', 'digest']

function failingReason({ failing }: Duties): string | null {
  const reasons = often.flatMap((duty) => {
    const since = failing.get(duty)
    return idleReason(`${duty} has failed`, performance.now() - (since ?? Infinity), idleAfterMs) ?? []
  })
  return reasons.length === 0 ? null : reasons.join('; ')
}

/** It does not matter who sends: while pages go out, others may wait for their turn. */
async function stillReason(db: Db, now: Date): Promise<string | null> {
  const since = await standsSince(db, now, { error: ratelimited, forMs: limitedAtMostMs })
  const stillMs = since ? now.getTime() - since.getTime() : 0
  return stillMs > stillAfterMs ? `no page has gone out for ${seconds(stillMs)}, and one waits` : null
}

/** They ran at the start; the tables may have been put back to an older day since. */
async function migrationsReason(db: Db): Promise<string | null> {
  const { known, applied } = await migrationsOf(db)
  return applied < known ? `${applied} of ${known} were applied: run belay migrate` : null
}

/** A clock that is off by more than this, and by no more than that. */
function skewReason(ms: number | null, moreThanMs: number, atMostMs: number): string | null {
  const off = Math.abs(ms ?? 0)
  return off > moreThanMs && off <= atMostMs ? skewWords(ms ?? 0) : null
}

async function lateReason(db: Db, now: Date): Promise<string | null> {
  const oldest = await oldestDue(db, now)
  const lateMs = oldest ? now.getTime() - oldest.getTime() : 0
  return lateMs > lateAfterMs ? `an escalation has been due for ${seconds(lateMs)}` : null
}

async function quarantineReason(db: Db): Promise<string | null> {
  const count = await quarantinedCount(db)
  return count === 0 ? null : `${count} left alone: see belay quarantine list`
}

function seconds(ms: number): string {
  return `${Math.round(ms / secondMs)} s`
}
