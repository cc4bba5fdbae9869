import { isPerson } from '../domain/escalation.ts'
import type { Asked } from '../domain/escalation.ts'
import { homeCards } from '../store/cards.ts'
import type { Db } from '../store/database.ts'
import { namesOf } from '../store/people.ts'
import { timelineOf } from '../store/timeline.ts'
import type { Entry } from '../store/timeline.ts'
import type { Alert, AskedThen, Facts } from './words.ts'

/** The address of a message in Slack; null while we do not know our workspace. */
export type LinkTo = (channel: string, ts: string) => string | null

/** One that nobody answers is told every half hour, for weeks: what is sent must not grow until a receiver refuses it. */
const askedAtMost = 50

/** Who was asked last, by name, and where its card is: read when it goes out. */
export async function factsOf(db: Db, linkTo: LinkTo, alert: Alert): Promise<Facts> {
  const { id } = alert.escalation
  const [entries, [card]] = await Promise.all([timelineOf(db, id), homeCards(db, [id])])
  const asked = entries.flatMap(askedIn).slice(-askedAtMost)
  const names = await namesOf(
    db,
    asked.flatMap(({ people }) => people),
  )
  return {
    ...alert,
    asked: asked.map((page) => ({ ...page, people: page.people.map((person) => called(person, names)) })),
    card: card ? linkTo(card.channel, card.ts) : null,
  }
}

function askedIn({ at, event }: Entry): AskedThen[] {
  switch (event.kind) {
    case 'paged':
    case 'raised':
      return [{ at, tier: event.asked.tier, channel: event.asked.channel, people: everybody(event.asked) }]
    case 'fallback_told':
      return [{ at, tier: null, channel: event.channel, people: event.mention }]
    default:
      return []
  }
}

function everybody({ onCall, mention }: Asked): string[] {
  return [...new Set([...onCall, ...mention])]
}

function called(id: string, names: ReadonlyMap<string, string>): string {
  return names.get(id) || (isPerson(id) ? id : `group ${id}`)
}
