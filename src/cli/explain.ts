import { eq } from 'drizzle-orm'
import type { Actor, Escalation } from '../domain/escalation.ts'
import { waitOf } from '../domain/policy.ts'
import type { PolicyVersion } from '../domain/policy.ts'
import { promiseNames } from '../domain/promises.ts'
import { eventWords, toldText } from '../slack/views/event-words.ts'
import type { Scene } from '../slack/views/scene.ts'
import { stateText } from '../slack/views/state.ts'
import { essence } from '../slack/views/words.ts'
import type { Db } from '../store/database.ts'
import { toEscalation } from '../store/escalations.ts'
import { namesOf } from '../store/people.ts'
import { escalations, policies } from '../store/schema.ts'
import { timelineOf } from '../store/timeline.ts'
import type { Entry } from '../store/timeline.ts'
import { withDatabase } from './database.ts'
import { counting, explainPromise } from './explain-promise.ts'
import { columns, print, readEscalation, Stop } from './output.ts'
import { plainly } from './plainly.ts'
import { shownTime } from '../domain/shown-time.ts'

/** Everything `explain` needs to know of one escalation. */
export type Case = {
  escalation: Escalation
  version: PolicyVersion
  entries: Entry[]
  names: ReadonlyMap<Actor, string>
  quarantine: string | null
  now: Date
}

/** `belay explain E-12`: why each promise is due when it is, what happens next, and what happened. */
export async function explain(written: string, now: Date): Promise<void> {
  const id = readEscalation(written)
  const found = await withDatabase((db) => caseOf(db, id, now))
  if (!found) throw new Stop(`There is no escalation E-${id} in this database.`, 1)
  print(...explainLines(found))
}

/** Reads all that is to be explained; null when there is no such escalation. */
export async function caseOf(db: Db, id: number, now: Date): Promise<Case | null> {
  const [row] = await db.select().from(escalations).where(eq(escalations.id, id))
  if (!row) return null
  const [policy] = await db.select().from(policies).where(eq(policies.hash, row.policyHash))
  if (!policy) throw new Stop(`The policy version ${row.policyHash} of E-${id} is not in this database.`, 1)
  const entries = await timelineOf(db, id)
  const names = await namesOf(db, peopleIn(entries))
  return {
    escalation: toEscalation(row),
    version: policy.version,
    entries,
    names,
    quarantine: row.quarantine,
    now,
  }
}

/** Every Slack id of a person that the timeline names. */
function peopleIn(entries: readonly Entry[]): Actor[] {
  return [...new Set(JSON.stringify(entries.map(({ event }) => event)).match(/\b[UW][A-Z0-9]{2,}\b/g) ?? [])]
}

/** What it prints. */
export function explainLines(one: Case): string[] {
  const { escalation, version, entries } = one
  const zone = version.timezone
  const scene = sceneOf(one)
  const happened = entries.map(({ at, event }) => {
    const [first = '', ...quoted] = plainly(toldText(eventWords(scene, event), 2000), zone).split('\n')
    return [[shownTime(at, zone), first]].concat(quoted.map((line) => ['', line]))
  })
  return [
    plainly(essence(escalation), zone),
    `Times are in ${zone}; it is ${shownTime(one.now, zone)}.`,
    '',
    'Now',
    ...nowLines(one, scene).map((line) => `  ${line}`),
    '',
    'Promises',
    ...promiseNames.flatMap((name) => explainPromise(escalation, version, name)).map((line) => `  ${line}`),
    '',
    'What happened',
    ...columns(happened.flat(), '  '),
  ]
}

function nowLines(one: Case, scene: Scene): string[] {
  const { escalation, version, quarantine } = one
  const stuck = `The clock leaves it alone: ${quarantine}`
  return [
    plainly(stateText(scene), version.timezone),
    ...counting(() => waitLines(one)),
    ...(quarantine
      ? [stuck, `belay quarantine release E-${escalation.id} puts it back under the clock.`]
      : []),
  ]
}

/** Why the ladder's next step comes when it does. */
function waitLines({ escalation, version }: Case): string[] {
  const at = (instant: Date) => shownTime(instant, version.timezone)
  const { state, waitFrom, waitUntil, pagedAt, tier, severity, policy } = escalation
  if (state !== 'paging') return []
  if (waitUntil && waitFrom) {
    const wait = waitOf(version, policy, tier, severity)
    return [
      `It is asked for ${wait} at severity ${severity}, from when its page arrived (${at(waitFrom)}) until ${at(waitUntil)}.`,
    ]
  }
  return pagedAt
    ? [`Its page of ${at(pagedAt)} has not arrived yet; its time starts when it does, or a minute after.`]
    : []
}

function sceneOf({ escalation, version, names, now }: Case): Scene {
  const policy = version.policies[escalation.policy]
  return {
    escalation,
    now,
    names,
    ladder: (policy?.tiers ?? []).map(({ tier }) => ({ tier, channel: version.tiers[tier]?.channel ?? '' })),
    rounds: policy?.rounds ?? 1,
    severities: version.severities.map(({ name }) => name),
    pages: [],
    links: new Map(),
  }
}
