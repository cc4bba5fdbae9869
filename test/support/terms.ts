import type { Actor } from '#domain/escalation.ts'
import { HoursSpec, compileHours } from '#domain/hours.ts'
import type { SeverityTerms, Terms } from '#domain/terms.ts'
import type { Duration } from '#domain/time.ts'

const timezone = 'Europe/Brussels'
const office = compileHours(HoursSpec.parse({ days: 'Mon-Fri', open: '08:30-12:30, 13:30-18:00' }), timezone)

/** The severities of belay.example.yml, most urgent first. */
export const severities: Record<string, SeverityTerms> = {
  critical: { acknowledge: '15m', update: '1h', resolve: '12h', lapse: '1h', hours: 'always', timezone },
  high: { acknowledge: '30m', update: '4h', resolve: '2d', lapse: '4h', hours: office, timezone },
  normal: { acknowledge: '2h', update: '1d', resolve: '5d', lapse: '1d', hours: office, timezone },
  low: { acknowledge: '4h', update: '2d', resolve: '10d', lapse: '2d', hours: office, timezone },
}

/** `wall` is only a channel; `manager` and `director` are there for missed promises. */
const tiers: Record<string, { channel: string; onCall?: Actor[]; mention?: string[] }> = {
  frontline: { channel: 'C0FRONT', onCall: ['U0FRONT'] },
  engineering: { channel: 'C0ENG', onCall: ['U0ENG'], mention: ['S0LEADS'] },
  management: { channel: 'C0MGMT', mention: ['U0HEAD'] },
  manager: { channel: 'C0MANAGER', onCall: ['U0MANAGER'] },
  director: { channel: 'C0DIRECTOR', onCall: ['U0DIRECTOR'] },
  wall: { channel: 'C0WALL' },
}

type Changes = {
  /** Tier names, in order. */
  ladder?: readonly string[]
  rounds?: number
  missedPromise?: readonly string[]
  /** Waits by tier; the others have as long as the severity has to acknowledge. */
  waits?: Record<string, Duration>
  /** Addresses beyond Slack; a webhook is there too, if there are any. */
  email?: readonly string[]
  /** People and groups whom nobody can ask any more. */
  gone?: readonly string[]
}

/** Terms for tests: three tiers, two rounds, and the severities of the example. */
export function termsWith({
  ladder = ['frontline', 'engineering', 'management'],
  rounds = 2,
  missedPromise = [],
  waits = {},
  email = [],
  gone = [],
}: Changes = {}): Terms {
  const severity = (name: string) => {
    const found = severities[name]
    if (!found) throw new RangeError(`no severity ${name}`)
    return found
  }
  const there = (id: string) => !gone.includes(id)
  return {
    ladder: ladder.map((tier) => ({ tier, wait: (name) => waits[tier] ?? severity(name).acknowledge })),
    rounds,
    missedPromise,
    severity,
    hasSeverity: (name) => name in severities,
    urgency: (name) => Object.keys(severities).indexOf(name),
    asked: (tier) => {
      const { channel = 'C0LOST', onCall = [], mention = [] } = tiers[tier] ?? {}
      return { tier, channel, onCall: onCall.filter(there), mention: mention.filter(there) }
    },
    expectsPeople: (tier) => tier !== 'wall',
    fallback: {
      channel: 'C0ADMINS',
      mention: ['U0ADMIN'].filter(there),
      email,
      webhook: email.length > 0,
    },
  }
}
