import { asc, eq } from 'drizzle-orm'
import type { Escalation } from '#domain/escalation.ts'
import { find } from '#store/escalations.ts'
import { cardsOf } from '#store/cards.ts'
import type { CardRow, NoticeRow } from '#store/outbox.ts'
import { escalations, notices, timeline } from '#store/schema.ts'
import type { Entry } from '#store/timeline.ts'
import type { MessageView } from '../../sandbox/protocol.ts'
import type { Fleet } from './fleet.ts'

/** One escalation as it is saved: everything that the database knows of it. */
export type Saved = {
  escalation: Escalation
  quarantine: string | null
  entries: Entry[]
  notices: NoticeRow[]
  cards: CardRow[]
}

/** Every escalation of this run, by its number. */
export async function savedOf({ db }: Fleet, run: string): Promise<Saved[]> {
  const rows = await db.select().from(escalations).orderBy(asc(escalations.id))
  const ours = rows.filter(({ ticket }) => `${ticket.id} ${ticket.subject}`.includes(`${run}-`))
  return Promise.all(
    ours.map(async ({ id, quarantine }) => ({
      quarantine,
      escalation: (await find(db, id))!,
      entries: await db
        .select()
        .from(timeline)
        .where(eq(timeline.escalation, id))
        .orderBy(asc(timeline.version), asc(timeline.position)),
      notices: await db
        .select()
        .from(notices)
        .where(eq(notices.escalation, id))
        .orderBy(asc(notices.createdAt)),
      cards: await cardsOf(db, [id]),
    })),
  )
}

/** Everything that the app has said in Slack and that still stands there. */
export function saidIn({ sandbox }: Fleet): MessageView[] {
  const { channels, users } = sandbox.state('U0AGENT', { limit: 0 })
  const places = [
    ...channels.filter(({ kind }) => kind === 'channel').map(({ id }) => id),
    ...users.filter(({ is_bot }) => !is_bot).map(({ id }) => id),
  ]
  return places.flatMap((place) => sandbox.messages(place)).filter(({ user }) => user === sandbox.botUserId)
}

/** Which notice a message was posted for; null for one that answers somebody. */
export function deliveryOf({ metadata }: MessageView): string | null {
  return (metadata?.event_payload['delivery_id'] as string | undefined) ?? null
}
