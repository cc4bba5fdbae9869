import { eq, inArray, sql } from 'drizzle-orm'
import type { Event } from '#domain/escalation.ts'
import { metadataType } from '#slack/sending.ts'
import type { Db } from '#store/database.ts'
import { cards, escalations, inbox, notices, timeline } from '#store/schema.ts'
import type { LedgerEntry, MessageView, Sandbox } from '../../sandbox/protocol.ts'
import type { Mail } from '../support/mail-server.ts'
import type { Request } from '../support/receiver.ts'
import type { Stage } from './stage.ts'

export type EscalationRow = typeof escalations.$inferSelect
export type NoticeRow = typeof notices.$inferSelect
export type CardRow = typeof cards.$inferSelect

/** A page that the timeline says was decided. */
type Decided = { escalation: number; at: Date; event: Extract<Event, { number: number }> }

/** A message of ours, and the id of the delivery that it carries. */
export type Delivered = MessageView & { delivery: string }

/** Everything there is to judge a scenario by: what Belay owes, by its database; what Slack has, and whom it told. */
export type Evidence = {
  escalations: EscalationRow[]
  decided: Decided[]
  notices: NoticeRow[]
  cards: CardRow[]
  /** Keys of what came in and was not handled, or was given up. */
  unhandled: string[]
  /** What ticket systems were told is kept, such as `E-12`. */
  promised: ReadonlySet<string>
  messages: Delivered[]
  ledger: LedgerEntry[]
  /** What was told beyond Slack. */
  beyond: { mails: readonly Mail[]; requests: readonly Request[] }
  /** How often PostgreSQL had to end a transaction because two waited for each other. */
  deadlocks: number
  now: Date
}

export async function gatherEvidence({ db, sandbox, promised, beyond }: Stage): Promise<Evidence> {
  const owed = await db.select().from(notices).orderBy(notices.createdAt)
  return {
    escalations: await db.select().from(escalations).orderBy(escalations.id),
    decided: await decidedIn(db),
    notices: owed,
    cards: await db.select().from(cards),
    unhandled: await unhandledIn(db),
    promised,
    messages: deliveredIn(sandbox, new Set(owed.filter(isInSlack).map(({ target }) => target))),
    ledger: sandbox.ledger(),
    beyond: beyond?.told() ?? { mails: [], requests: [] },
    deadlocks: await deadlocksIn(db),
    now: new Date(),
  }
}

/** The others are told beyond it. */
export function isInSlack({ kind }: NoticeRow): boolean {
  return kind !== 'email' && kind !== 'webhook'
}

async function decidedIn(db: Db): Promise<Decided[]> {
  const rows = await db
    .select()
    .from(timeline)
    .where(inArray(timeline.kind, ['paged', 'raised', 'fallback_told']))
  return rows.map(({ escalation, at, event }) => ({ escalation, at, event: event as Decided['event'] }))
}

async function unhandledIn(db: Db): Promise<string[]> {
  const rows = await db
    .select({ key: inbox.key })
    .from(inbox)
    .where(sql`handled_at is null or error is not null`)
  return rows.map(({ key }) => key)
}

function deliveredIn(sandbox: Sandbox, places: ReadonlySet<string>): Delivered[] {
  return [...places].flatMap((place) => sandbox.messages(place)).flatMap(delivered)
}

function delivered(message: MessageView): Delivered[] {
  const { event_type, event_payload } = message.metadata ?? {}
  return event_type === metadataType ? [{ ...message, delivery: String(event_payload?.['delivery_id']) }] : []
}

async function deadlocksIn(db: Db): Promise<number> {
  const { rows } = await db.execute<{ deadlocks: number }>(
    sql`select deadlocks::int from pg_stat_database where datname = current_database()`,
  )
  return rows[0]?.deadlocks ?? 0
}

/** How often somebody's words in a thread have held an acknowledgement. */
export async function repliesIn({ db }: Pick<Stage, 'db'>): Promise<number> {
  return db.$count(timeline, eq(timeline.kind, 'replied'))
}
