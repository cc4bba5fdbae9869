import type { Clock } from '../clock.ts'
import { secondMs } from '../domain/time.ts'
import type { Db } from '../store/database.ts'
import { skewAtMostMs, skewToldMs, skewWords } from '../store/skew.ts'
import { quarantinedCount } from '../store/quarantine.ts'
import { oldestDue } from '../store/sweep.ts'
import type { Check } from './health.ts'

/** How long a due escalation may wait before we are not ready any more. */
const lateAfterMs = 30 * secondMs
/** A sweep that has not ended well for so long is a reason not to be ready. */
const sweepEveryMs = 30 * secondMs

type Status = { ok: boolean; reason?: string }

/** What `GET /readyz` looks at. */
export type Checked = {
  db: Db
  clock: Clock
  /** When the sweep last ended well. */
  lastSweep: () => number | undefined
  /** Whether the token is good, and whether Slack's traffic reaches us. */
  slack: () => Status[]
  /** Why Slack refuses us altogether; null when it does not. */
  refused: () => Promise<string | null>
  /** How far the database's clock is ahead of this machine's; null while nobody knows. */
  skewMs: () => number | null
  /** What the last self-audit found, in a sentence; null when nothing. */
  audit: () => string | null
}

/** Everything that has to be well. */
export function checksOf({ db, clock, lastSweep, slack, refused, skewMs, audit }: Checked): Check[] {
  const startedAt = performance.now()
  return [
    {
      name: 'database',
      check: async () => {
        await db.execute('select 1')
        return null
      },
    },
    { name: 'slack', check: async () => slackReason(slack(), await refused()) },
    { name: 'sweep', check: () => idleReason(performance.now() - (lastSweep() ?? startedAt)) },
    { name: 'due', check: () => lateReason(db, clock.now()) },
    { name: 'clock', check: () => skewReason(skewMs(), skewAtMostMs, Infinity) },
    { name: 'skew', check: () => skewReason(skewMs(), skewToldMs, skewAtMostMs), isOnlyTold: true },
    { name: 'audit', check: audit, isOnlyTold: true },
    { name: 'quarantine', check: () => quarantineReason(db), isOnlyTold: true },
  ]
}

function slackReason(parts: Status[], refused: string | null): string | null {
  if (refused !== null) return `Slack refuses us: ${refused}`
  const bad = parts.filter(({ ok }) => !ok)
  return bad.length === 0 ? null : bad.map(({ reason = 'not connected' }) => reason).join('; ')
}

function idleReason(idleMs: number): string | null {
  return idleMs > sweepEveryMs ? `no sweep has ended well for ${Math.round(idleMs / secondMs)} s` : null
}

/** A clock that is off by more than this, and by no more than that. */
function skewReason(ms: number | null, moreThanMs: number, atMostMs: number): string | null {
  const off = Math.abs(ms ?? 0)
  return off > moreThanMs && off <= atMostMs ? skewWords(ms ?? 0) : null
}

async function lateReason(db: Db, now: Date): Promise<string | null> {
  const oldest = await oldestDue(db, now)
  const lateMs = oldest ? now.getTime() - oldest.getTime() : 0
  return lateMs > lateAfterMs ? `an escalation has been due for ${Math.round(lateMs / secondMs)} s` : null
}

async function quarantineReason(db: Db): Promise<string | null> {
  const count = await quarantinedCount(db)
  return count === 0 ? null : `${count} left alone: see belay quarantine list`
}
