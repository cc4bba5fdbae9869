import { and, asc, inArray } from 'drizzle-orm'
import type { Actor, Escalation, Event } from '../domain/escalation.ts'
import type { Notice } from '../domain/notice.ts'
import type { Terms } from '../domain/terms.ts'
import { waitAfter } from '../domain/terms.ts'
import type { Store } from '../store/escalations.ts'
import { cardsOf } from '../store/cards.ts'
import type { NoticeRow } from '../store/outbox.ts'
import type { Workspace } from '../store/workspaces.ts'
import { notices } from '../store/schema.ts'
import type { Identity } from './identity.ts'
import type { Directory } from './names.ts'
import { names } from './names.ts'
import type { BeyondFate, PageFate, PageNotice, Scene } from './views/scene.ts'

export type Gathering = {
  store: Store
  directory: Directory
  identity: () => Identity | undefined
  /** Ours, as Slack says or last said; undefined when it never did. */
  workspace: () => Workspace | undefined
}

/** Everything a view of this escalation may know, as of now. `others`: more people whose names the view will need. */
export async function gather(
  gathering: Gathering,
  escalation: Escalation,
  now: Date,
  others: (Actor | null)[] = [],
): Promise<Scene> {
  const scenes = await gatherMany(gathering, [escalation], now, others)
  return scenes.get(escalation.id)!
}

/** `gather` for many at once, by the escalation's number: a summary must not ask the database for each of its lines. */
export async function gatherMany(
  { store, directory, identity }: Gathering,
  escalations: readonly Escalation[],
  now: Date,
  others: (Actor | null)[] = [],
): Promise<Map<number, Scene>> {
  const ids = escalations.map(({ id }) => id)
  const [pages, links, known] = await Promise.all([
    pageFates(store, ids),
    linksOf(store, ids, identity()),
    names(directory, [...escalations.flatMap(peopleIn), ...others], now),
  ])
  const scenes = new Map<number, Scene>()
  for (const escalation of escalations) {
    const { id } = escalation
    const shared = { pages: pages.get(id) ?? [], links: links.get(id) ?? new Map(), names: known }
    scenes.set(id, { escalation, now, ...shared, ...(await policyOf(store, escalation, now)) })
  }
  return scenes
}

/** What a view shows of the policy that the escalation started with. */
async function policyOf({ db, book }: Store, escalation: Escalation, now: Date) {
  const version = await book.version(db, escalation.policyHash)
  const terms = await book.terms(db, escalation.policyHash, escalation.policy)
  const policy = version.policies[escalation.policy]
  return {
    answerBy: answerBy(escalation, terms, now),
    ladder: (policy?.tiers ?? []).map(({ tier }) => ({ tier, channel: version.tiers[tier]?.channel ?? '' })),
    rounds: policy?.rounds ?? 1,
    severities: version.severities.map(({ name }) => name),
  }
}

/** Until when the paged tier has: its time starts when the page arrives, so for one that is just going out, from now. */
function answerBy(escalation: Escalation, terms: Terms, now: Date): Date | null {
  if (escalation.state !== 'paging') return null
  return escalation.waitUntil ?? waitAfter(terms, escalation.tier, escalation.severity, now)
}

function peopleIn({ owner, openedBy, resolvedBy, told }: Escalation): (Actor | null)[] {
  return [owner, openedBy, resolvedBy, told?.by ?? null]
}

/** The people an event names. */
export function peopleOf(event: Event): (Actor | null)[] {
  const by = 'by' in event ? (event.by ?? null) : null
  switch (event.kind) {
    case 'handed_off':
      return [by, event.from, event.to]
    case 'lapsed':
      return [event.owner]
    case 'paged':
    case 'raised':
      return [by, ...event.asked.onCall, ...event.asked.mention]
    default:
      return [by]
  }
}

/** What became of every page, and of what was told beyond Slack in its place or with it. Oldest first, by escalation. */
async function pageFates({ db }: Store, ids: number[]): Promise<Map<number, PageFate[]>> {
  const rows = await db
    .select()
    .from(notices)
    .where(and(inArray(notices.escalation, ids), inArray(notices.kind, ['page', 'email', 'webhook'])))
    .orderBy(asc(notices.createdAt), asc(notices.key))
  const known = Map.groupBy(rows, ({ escalation }) => escalation ?? 0)
  return new Map([...known].map(([escalation, own]) => [escalation, fatesOf(own)]))
}

/** An escalation of weeks has thousands of these: none is looked for among all others. */
function fatesOf(rows: NoticeRow[]): PageFate[] {
  const beyond = Map.groupBy(rows.filter(isBeyond), ({ notice }) => notice.cause.number)
  return rows.flatMap((row) =>
    row.notice.kind === 'page' ? [fateOf(row, row.notice, beyond.get(row.notice.number) ?? [])] : [],
  )
}

type BeyondRow = NoticeRow & { notice: Extract<Notice, { kind: 'email' | 'webhook' }> }

function isBeyond(row: NoticeRow): row is BeyondRow {
  return row.notice.kind === 'email' || row.notice.kind === 'webhook'
}

function beyondFate(row: BeyondRow): BeyondFate {
  return { way: row.notice.kind, to: row.target, ...courseOf(row) }
}

function courseOf({ state, attempts, createdAt: at, settledAt, error }: NoticeRow) {
  return { state, attempts, at, settledAt, error }
}

function fateOf(row: NoticeRow, { number, tier }: PageNotice, told: BeyondRow[]): PageFate {
  const beyond = told.map(beyondFate)
  return { number, tier, channel: row.target, ...courseOf(row), together: row.summary !== null, beyond }
}

/** Where the card of each channel is, by escalation. */
async function linksOf(
  { db }: Store,
  ids: number[],
  identity: Identity | undefined,
): Promise<Map<number, Map<string, string>>> {
  const links = new Map<number, Map<string, string>>()
  if (!identity) return links
  for (const { escalation, shape, lost, channel, ts } of await cardsOf(db, ids)) {
    if (shape !== 'card' || lost !== null) continue
    const known = links.get(escalation) ?? new Map<string, string>()
    links.set(escalation, known.set(channel, permalink(identity, channel, ts)))
  }
  return links
}

/** `https://team.slack.com/archives/C…/p…`: a message's address. */
export function permalink({ url }: Identity, channel: string, ts: string): string {
  return `${url}archives/${channel}/p${ts.replace('.', '')}`
}
