import { isDeepStrictEqual } from 'node:util'
import type { Escalation, Happened } from '#domain/escalation.ts'
import { after, isPerson } from '#domain/escalation.ts'
import { unopened } from '#domain/opening.ts'
import { promiseNames } from '#domain/promises.ts'
import type { Terms } from '#domain/terms.ts'
import type { NoticeRow } from '#store/outbox.ts'
import type { Saved } from './seen.ts'

/** What does not hold, in words. */
export type Findings = string[]

/** What every escalation owes to whoever trusts it, by what is saved. `terms`: its own. */
export function holdsSaved(saved: Saved, terms: Terms, now: Date): Findings {
  return [
    ...onTime(saved, now),
    ...owned(saved),
    ...numbered(saved),
    ...promisesKept(saved, now),
    ...pagesAccounted(saved),
    ...actorsLeftAlone(saved),
    ...replayed(saved, terms),
  ]
}

const iso = (at: Date | null) => at?.toISOString() ?? 'never'

/** The clock comes back in time for whatever is due next; nothing is left alone. */
function onTime({ escalation, quarantine }: Saved, now: Date): Findings {
  const { state, wakeAt, waitUntil, lapseAt, remindAt, waitingSince, promises } = escalation
  if (quarantine !== null) return [`it is quarantined: ${quarantine}`]
  if (state === 'resolved') return wakeAt ? ['it is over, and still has a time to wake up'] : []
  const owed = promiseNames
    .map((name) => promises[name])
    .filter(({ keptAt, breachedAt }) => !keptAt && !breachedAt)
  const due = [
    state === 'paging' ? waitUntil : null,
    state === 'acknowledged' && !waitingSince ? lapseAt : null,
    state === 'unanswered' ? remindAt : null,
    ...owed.map(({ dueAt }) => dueAt),
  ].filter((at) => at !== null)
  const late = due.filter((at) => !wakeAt || at < wakeAt)
  return [
    ...(wakeAt && wakeAt > now ? [] : [`it is open and wakes up ${iso(wakeAt)}, now is ${iso(now)}`]),
    ...late.map((at) => `it wakes up ${iso(wakeAt)}, and something is due ${iso(at)}`),
  ]
}

/** A person has it, or nobody. */
function owned({ escalation: { state, owner, lapseAt }, entries }: Saved): Findings {
  const outsider = entries.filter(({ event }) => 'by' in event && event.by === 'U0GUEST')
  return [
    ...(owner === null || isPerson(owner) ? [] : [`its owner is ${owner}`]),
    ...((state === 'acknowledged') === (owner !== null) || state === 'resolved'
      ? []
      : [`${state}, owner ${owner}`]),
    ...(state === 'acknowledged' && !lapseAt ? ['an acknowledgement without an end'] : []),
    ...outsider.map(({ kind }) => `somebody from outside did this: ${kind}`),
  ]
}

/** Each change has the number after the one before it. */
function numbered({ escalation: { version }, entries }: Saved): Findings {
  const versions = [...new Set(entries.map((entry) => entry.version))]
  const expected = Array.from({ length: version }, (_, n) => n + 1)
  return isDeepStrictEqual(versions, expected)
    ? []
    : [`version ${version}, and the timeline has ${versions.join()}`]
}

/** No due time passed unnoticed, and each breach carries the time that was owed. */
function promisesKept({ escalation, entries }: Saved, now: Date): Findings {
  const { promises, state } = escalation
  const unnoticed = promiseNames.filter((name) => {
    const { dueAt, keptAt, breachedAt } = promises[name]
    return dueAt && !breachedAt && (keptAt ? keptAt > dueAt : dueAt <= now && state !== 'resolved')
  })
  const misstamped = entries.filter(({ event, at, notedAt }) => {
    if (event.kind === 'promise_breached') return Number(at) !== Number(event.dueAt) || at > notedAt
    return event.kind === 'promise_warned' && (at > event.dueAt || at > notedAt)
  })
  return [
    ...unnoticed.map(
      (name) => `the promise ${name} is overdue and not broken: ${JSON.stringify(promises[name])}`,
    ),
    ...misstamped.map(({ kind, at, event }) => `${kind} at ${iso(at)}: ${JSON.stringify(event)}`),
  ]
}

const final = new Set(['sent', 'dropped', 'failed'])

/** Every page that was decided is in the outbox, and what became of it is known and was told. */
function pagesAccounted({ escalation, entries, notices }: Saved): Findings {
  const pages = notices.filter(({ kind }) => kind === 'page')
  const byNumber = new Map(pages.map((row) => [numberOf(row), row]))
  const decided = entries.flatMap(({ event }) =>
    event.kind === 'paged' || event.kind === 'raised' || event.kind === 'fallback_told' ? [event.number] : [],
  )
  const lost = decided.filter((number) => !byNumber.has(number))
  const unsettled = notices.filter(({ state }) => !final.has(state))
  const mute = notices.filter(({ state, error }) => (state === 'dropped' || state === 'failed') && !error)
  const newest = newestPage(escalation)
  const fate = newest > 0 ? byNumber.get(newest)?.state : 'sent'
  return [
    ...lost.map((number) => `page ${number} was decided and is nowhere`),
    ...unsettled.map((row) => `not settled: ${JSON.stringify(row)}`),
    ...mute.map(({ key, state }) => `${key} is ${state}, and nobody knows why`),
    ...(fate === 'sent' || fate === 'failed'
      ? []
      : [`nobody has it, and its newest page ${newest} is ${fate}`]),
    ...pages.filter(({ state }) => state === 'failed').flatMap((row) => untold(row, entries)),
  ]
}

function numberOf({ notice }: NoticeRow): number {
  return notice.kind === 'page' ? notice.number : 0
}

/** The page by which somebody is asked at this moment; 0 when nobody is. */
function newestPage({ state, rungPage, fallbackPage }: Escalation): number {
  if (state === 'paging') return rungPage
  return state === 'unanswered' ? fallbackPage : 0
}

/** A page that failed is on the timeline, and the fallback was told in the same change, unless it is the fallback's own. */
function untold({ notice, target }: NoticeRow, entries: Saved['entries']): Findings {
  if (notice.kind !== 'page') return []
  const failed = entries.find(
    ({ event }) =>
      event.kind === 'page_undeliverable' && event.number === notice.number && event.channel === target,
  )
  if (!failed) return [`page ${notice.number} to ${target} failed, and the timeline does not say so`]
  const told = entries.some(
    ({ event, version }) => event.kind === 'fallback_told' && version === failed.version,
  )
  const wasOver = entries.findLast(
    ({ event, version }) => version < failed.version && /^(resolved|reopened)$/.test(event.kind),
  )
  if (told || target === 'C0ADMINS' || wasOver?.kind === 'resolved') return []
  return [`page ${notice.number} to ${target} failed, and the fallback was not told`]
}

/** Nobody is paged, or written to, about what they did themselves. */
function actorsLeftAlone({ entries, notices }: Saved): Findings {
  const actorIn = new Map<number, string>()
  for (const { event, version } of entries)
    if ('by' in event && event.by && isPerson(event.by)) actorIn.set(version, event.by)
  const paged = entries.filter(({ event, version }) => {
    if (event.kind !== 'paged') return false
    const asked = [...event.asked.onCall, ...event.asked.mention]
    return asked.length > 1 && asked.includes(actorIn.get(version) ?? '')
  })
  const written = notices.filter(({ notice, key }) => {
    if (notice.kind !== 'direct' || ['requested', 'asked', 'raised'].includes(notice.about)) return false
    return actorIn.get(Number(/^direct:\d+:(\d+)\./.exec(key)?.[1])) === notice.user
  })
  return [
    ...paged.map(({ version }) => `version ${version} pages the one who acted`),
    ...written.map(({ key }) => `${key} goes to the one who acted`),
  ]
}

/** The timeline alone gives the saved row. */
function replayed({ escalation, entries }: Saved, terms: Terms): Findings {
  const opened = entries.find(({ kind }) => kind === 'opened')
  if (opened?.event.kind !== 'opened') return ['its timeline does not begin']
  const { id, source, ticket, policy, policyHash, openedBy, openedAt } = escalation
  const opening = { source, ticket, by: openedBy, policy, severity: opened.event.severity }
  const blank = { ...unopened(opening, policyHash, terms, openedAt), id }
  const versions = Map.groupBy(entries, ({ version }) => version)
  const told = [...versions.values()].reduce(
    (state, changes) =>
      after(
        state,
        changes.map(({ at, event }): Happened => ({ at, event })),
      ),
    blank,
  )
  const keys = Object.keys(escalation) as (keyof Escalation)[]
  return keys
    .filter((key) => !isDeepStrictEqual(plain(told[key]), plain(escalation[key])))
    .map(
      (key) =>
        `by its timeline ${key} is ${JSON.stringify(told[key])}, saved is ${JSON.stringify(escalation[key])}`,
    )
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))
