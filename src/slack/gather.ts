import { and, asc, eq } from 'drizzle-orm'
import type { Actor, Escalation, Event } from '../domain/escalation.ts'
import type { Terms } from '../domain/terms.ts'
import { waitAfter } from '../domain/terms.ts'
import type { Store } from '../store/escalations.ts'
import { cardsOf } from '../store/cards.ts'
import { notices } from '../store/schema.ts'
import type { Identity } from './identity.ts'
import type { Directory } from './names.ts'
import { names } from './names.ts'
import type { PageFate, Scene } from './views/scene.ts'

export type Gathering = { store: Store; directory: Directory; identity: () => Identity | undefined }

/** Everything a view of this escalation may know, as of now. `others`: more people whose names the view will need. */
export async function gather(
  { store, directory, identity }: Gathering,
  escalation: Escalation,
  now: Date,
  others: (Actor | null)[] = [],
): Promise<Scene> {
  const { db, book } = store
  const version = await book.version(db, escalation.policyHash)
  const policy = version.policies[escalation.policy]
  const [terms, pages, links, known] = await Promise.all([
    book.terms(db, escalation.policyHash, escalation.policy),
    pageFates(store, escalation.id),
    linksOf(store, escalation.id, identity()),
    names(directory, [...peopleIn(escalation), ...others], now),
  ])
  return {
    escalation,
    now,
    pages,
    links,
    names: known,
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

async function pageFates({ db }: Store, escalation: number): Promise<PageFate[]> {
  const rows = await db
    .select()
    .from(notices)
    .where(and(eq(notices.escalation, escalation), eq(notices.kind, 'page')))
    .orderBy(asc(notices.createdAt))
  return rows.flatMap(({ notice, target, state, attempts, createdAt, settledAt, error }) =>
    notice.kind === 'page'
      ? [
          {
            number: notice.number,
            tier: notice.tier,
            channel: target,
            state,
            attempts,
            at: createdAt,
            settledAt,
            error,
          },
        ]
      : [],
  )
}

/** Where the card of each channel is. */
async function linksOf(
  { db }: Store,
  escalation: number,
  identity: Identity | undefined,
): Promise<Map<string, string>> {
  if (!identity) return new Map()
  const cards = await cardsOf(db, escalation)
  return new Map(
    cards
      .filter(({ shape, lost }) => shape === 'card' && lost === null)
      .map(({ channel, ts }) => [channel, permalink(identity, channel, ts)]),
  )
}

/** `https://team.slack.com/archives/C…/p…`: a message's address. */
export function permalink({ url }: Identity, channel: string, ts: string): string {
  return `${url}archives/${channel}/p${ts.replace('.', '')}`
}
