import type { Actor, Asked } from './escalation.ts'
import { compileHours } from './hours.ts'
import type { Hours } from './hours.ts'
import { severityTimes, waitOf } from './policy.ts'
import type { PolicyDocument, PolicyVersion } from './policy.ts'
import { compileRotation, onCallAt } from './rotation.ts'
import type { Rotation } from './rotation.ts'
import type { SeverityTerms, Terms } from './terms.ts'

/** What is true of people now, whatever version of the policy an escalation started with. */
export type People = {
  /** The policy of today: its rotations, fallback and admins. */
  live: PolicyDocument
  /** People who are gone from the workspace: nobody asks them. */
  gone: ReadonlySet<Actor>
}

/** The terms an escalation is held under: the policy version it started with, and the people of today. */
export function termsOf(version: PolicyVersion, policy: string, { live, gone }: People): Terms {
  const own = version.policies[policy] ?? { tiers: [], rounds: 1, missed_promise: [] }
  const present = (person: Actor) => !gone.has(person)
  return {
    ladder: own.tiers.map(({ tier }, rung) => ({
      tier,
      wait: (severity) => waitOf(version, policy, rung, severity),
    })),
    rounds: own.rounds,
    missedPromise: own.missed_promise,
    severity: (name) => severityTerms(version, name),
    hasSeverity: (name) => version.severities.some((severity) => severity.name === name),
    urgency: (name) => {
      const index = version.severities.findIndex((severity) => severity.name === name)
      return index < 0 ? version.severities.length : index
    },
    asked: (tier, at) => askedBy(version, live, tier, at, present),
    expectsPeople: (tier) => {
      const { on_call = [], mention = [] } = version.tiers[tier] ?? {}
      return on_call.length + mention.length > 0
    },
    fallback: fallbackOf({ live, gone }),
  }
}

/** Who is told when nobody else can be: whatever version an escalation started with, those of today. */
export function fallbackOf({ live: { fallback, admins }, gone }: People): Terms['fallback'] {
  return {
    channel: fallback.channel,
    mention: admins.filter((person) => !gone.has(person)),
    email: fallback.email ?? [],
    webhook: fallback.webhook !== undefined,
  }
}

function askedBy(
  version: PolicyVersion,
  live: PolicyDocument,
  name: string,
  at: Date,
  present: (person: Actor) => boolean,
): Asked {
  const tier = version.tiers[name]
  if (!tier) return { tier: name, channel: live.fallback.channel, onCall: [], mention: [] }
  const onCall = tier.on_call.flatMap((rotation) => {
    const found = rotationOf(live, rotation) ?? rotationOf(version, rotation)
    return found ? [onCallAt(found, at).person] : []
  })
  return {
    tier: name,
    channel: tier.channel,
    onCall: [...new Set(onCall)].filter(present),
    mention: tier.mention.filter(present),
  }
}

/** Who a tier's rotations put on call at an instant, with the shift's end: for `/escalate on-call` and `belay simulate`. */
export function onCallNow(live: PolicyDocument, rotation: string, at: Date) {
  const found = rotationOf(live, rotation)
  return found ? onCallAt(found, at) : null
}

function severityTerms(version: PolicyVersion, name: string): SeverityTerms {
  const { acknowledge, update, resolve, lapse, hours } = severityTimes(version, name)
  const { timezone } = version
  return { acknowledge, update, resolve, lapse, hours: hoursOf(version, hours), timezone }
}

const compiled = new WeakMap<object, Map<string, unknown>>()

/** Compiling a calendar or a rotation costs more than asking it, and both never change within one document. */
function once<T>(owner: object, name: string, compile: () => T): T {
  const known = compiled.get(owner) ?? new Map<string, unknown>()
  compiled.set(owner, known)
  if (!known.has(name)) known.set(name, compile())
  return known.get(name) as T
}

/** The named hours calendar of a policy. Throws a RangeError for a name that it does not have. */
export function hoursOf(version: Pick<PolicyVersion, 'hours' | 'timezone'>, name: string): Hours {
  if (name === 'always') return 'always'
  const spec = version.hours[name]
  if (!spec) throw new RangeError(`the policy has no hours calendar "${name}"`)
  return once(version, `hours ${name}`, () => compileHours(spec, version.timezone))
}

function rotationOf(
  document: Pick<PolicyVersion, 'rotations' | 'timezone'>,
  name: string,
): Rotation | undefined {
  const spec = document.rotations[name]
  return spec && once(document, `rotation ${name}`, () => compileRotation(spec, document.timezone))
}
