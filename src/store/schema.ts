import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type { Event, State } from '../domain/escalation.ts'
import type { Pause } from '../domain/hours.ts'
import type { Notice } from '../domain/notice.ts'
import type { PolicyVersion } from '../domain/policy.ts'
import type { PromiseName, Promises } from '../domain/promises.ts'
import type { Ticket } from '../domain/ticket.ts'
import { revive } from './json.ts'

const at = () => timestamp({ withTimezone: true, mode: 'date', precision: 3 })

/** jsonb whose instants come back as `Date` (see json.ts). */
const dated = <T>() =>
  customType<{ data: T; driverData: unknown }>({
    dataType: () => 'jsonb',
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (value) => revive(value) as T,
  })()

/**
 * An open escalation that would not be looked at in time: by its state the ladder's next step comes before it wakes. There
 * must be none, so an index of them costs nothing to read.
 */
export const asleep = sql`state <> 'resolved' and quarantine is null and (wake_at is null
  or (state = 'paging' and wait_until < wake_at)
  or (state = 'acknowledged' and waiting_since is null and lapse_at < wake_at)
  or (state = 'unanswered' and remind_at < wake_at))`

/** One row per escalation; `wake_at` is all that the sweep reads, through a partial index of what is open. */
export const escalations = pgTable(
  'escalations',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    version: integer().notNull(),
    turn: integer().notNull(),
    source: text().notNull(),
    ticketId: text().notNull(),
    ticket: jsonb().$type<Ticket>().notNull(),
    openedBy: text().notNull(),
    openedAt: at().notNull(),
    /** By the source's own clock, of the event; null also for what was opened before this was kept. */
    askedAt: at(),
    policy: text().notNull(),
    policyHash: text()
      .notNull()
      .references(() => policies.hash),
    severity: text().notNull(),
    state: text().$type<State>().notNull(),
    round: integer().notNull(),
    tier: integer().notNull(),
    page: integer().notNull(),
    rungPage: integer().notNull(),
    fallbackPage: integer().notNull(),
    pagedAt: at(),
    waitFrom: at(),
    waitUntil: at(),
    owner: text(),
    acknowledgedAt: at(),
    lapseAt: at(),
    remindAt: at(),
    raised: integer().notNull(),
    toRaise: jsonb().$type<PromiseName[]>().notNull(),
    waitingSince: at(),
    pauses: dated<Pause[]>().notNull(),
    promises: dated<Promises>().notNull(),
    channels: jsonb().$type<string[]>().notNull(),
    home: text().notNull(),
    told: dated<{ at: Date; by: string; text: string }>(),
    resolvedAt: at(),
    resolvedBy: text(),
    resolution: text(),
    wakeAt: at(),
    /** Why the clock can't decide this row; it is left alone until somebody releases it. */
    quarantine: text(),
    quarantinedAt: at(),
  },
  (t) => [
    index('escalations_due')
      .on(t.wakeAt)
      .where(sql`wake_at is not null and quarantine is null`),
    uniqueIndex('escalations_one_open_per_ticket')
      .on(t.source, t.ticketId)
      .where(sql`state <> 'resolved'`),
    index('escalations_ticket').on(t.source, t.ticketId, t.id),
    index('escalations_owner')
      .on(t.owner)
      .where(sql`owner is not null and state <> 'resolved'`),
    index('escalations_asleep').on(t.id).where(asleep),
    index('escalations_quarantined')
      .on(t.quarantinedAt)
      .where(sql`quarantine is not null`),
  ],
)

/** What happened, in order, append-only. `at` is when it happened, `noted_at` when it was written down. */
export const timeline = pgTable(
  'timeline',
  {
    escalation: bigint({ mode: 'number' })
      .notNull()
      .references(() => escalations.id, { onDelete: 'cascade' }),
    version: integer().notNull(),
    position: integer().notNull(),
    at: at().notNull(),
    notedAt: at().notNull(),
    kind: text().$type<Event['kind']>().notNull(),
    event: dated<Event>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.escalation, t.version, t.position] }),
    index('timeline_breaches')
      .on(t.at)
      .where(sql`kind = 'promise_breached'`),
  ],
)

export const noticeStates = ['pending', 'sending', 'unsure', 'sent', 'dropped', 'failed'] as const
/**
 * `pending`: to be sent at `not_before`. `sending`: claimed until `lease_until`. `unsure`: Slack may or may not have it,
 * look at `not_before`. `sent`, `dropped` (nobody needs it any more) and `failed` (it can never arrive) are final.
 */
export type NoticeState = (typeof noticeStates)[number]

/** The outbox: what must go out, committed with the change that it announces. */
export const notices = pgTable(
  'notices',
  {
    id: uuid().primaryKey(),
    key: text().notNull(),
    kind: text().$type<Notice['kind']>().notNull(),
    escalation: bigint({ mode: 'number' }).references(() => escalations.id, { onDelete: 'cascade' }),
    target: text().notNull(),
    priority: integer().notNull(),
    notice: jsonb().$type<Notice>().notNull(),
    state: text().$type<NoticeState>().notNull().default('pending'),
    attempts: integer().notNull().default(0),
    looks: integer().notNull().default(0),
    createdAt: at().notNull(),
    notBefore: at().notNull(),
    attemptedAt: at(),
    leaseUntil: at(),
    settledAt: at(),
    channel: text(),
    ts: text(),
    error: text(),
    /** When a page was told beyond Slack, because of its reason or because Slack had not taken it. */
    fellBackAt: at(),
    /** The message that it last went out in together with others, by its metadata's id; null when it went alone. */
    summary: uuid(),
  },
  (t) => [
    uniqueIndex('notices_key').on(t.key),
    // The next of a target, and the next target, are each one step in it: however much waits.
    index('notices_next')
      .on(t.target, t.priority, t.createdAt, t.key, t.notBefore)
      .where(sql`state = 'pending'`),
    index('notices_unsure')
      .on(t.notBefore)
      .where(sql`state = 'unsure'`),
    index('notices_in_flight')
      .on(t.leaseUntil)
      .where(sql`state = 'sending'`),
    index('notices_escalation').on(t.escalation),
    index('notices_late')
      .on(t.createdAt)
      .where(sql`kind = 'page' and state in ('pending', 'sending', 'unsure') and fell_back_at is null`),
    index('notices_beyond')
      .on(t.target, t.priority)
      .where(sql`state = 'pending' and kind in ('email', 'webhook')`),
    // When a page went out last, whoever sent it.
    index('notices_gone_out')
      .on(t.settledAt)
      .where(sql`state = 'sent' and kind in ('page', 'direct')`),
    index('notices_summary')
      .on(t.summary)
      .where(sql`summary is not null`),
  ],
)

export type CardShape = 'card' | 'page' | 'direct' | 'summary'

/**
 * A live message: the card in a channel, a later page in its thread, or a direct message; or one line of a summary, which
 * is one message with a row for each page in it. It is due for an edit while its revision is behind the escalation's
 * version, so that five quick changes are one edit.
 */
export const cards = pgTable(
  'cards',
  {
    id: uuid().primaryKey(),
    escalation: bigint({ mode: 'number' })
      .notNull()
      .references(() => escalations.id, { onDelete: 'cascade' }),
    shape: text().$type<CardShape>().notNull(),
    notice: jsonb().$type<Notice>().notNull(),
    channel: text().notNull(),
    ts: text().notNull(),
    wanted: integer().notNull(),
    applied: integer().notNull(),
    /** Fingerprint of what it shows, so that a change nobody would see costs no edit. */
    shown: text(),
    priority: integer().notNull(),
    notBefore: at().notNull(),
    leaseUntil: at(),
    /** When it fell behind: of use only while it is. */
    behindSince: at(),
    /** Why it is not edited any more: it can't be (a card is then posted anew), or its page is over. */
    lost: text(),
    postedAt: at().notNull(),
  },
  (t) => [
    index('cards_at').on(t.channel, t.ts),
    index('cards_escalation').on(t.escalation),
    index('cards_stale')
      .on(t.notBefore)
      .where(sql`applied < wanted and lost is null`),
    index('cards_lost')
      .on(t.escalation)
      .where(sql`lost is not null and shape = 'card'`),
  ],
)

/** What came in, by the sender's own id: the same id changes nothing the second time. Slack's events are worked from here. */
export const inbox = pgTable(
  'inbox',
  {
    key: text().primaryKey(),
    receivedAt: at().notNull(),
    /** Null once handled, and for what was handled in the transaction that wrote it. */
    body: jsonb().$type<Record<string, unknown>>(),
    answer: jsonb().$type<Record<string, unknown>>(),
    handledAt: at(),
    attempts: integer().notNull().default(0),
    notBefore: at().notNull(),
    error: text(),
  },
  (t) => [
    index('inbox_open')
      .on(t.notBefore)
      .where(sql`handled_at is null`),
    index('inbox_age').on(t.receivedAt),
  ],
)

/** Every version of the policy that an escalation started with. */
export const policies = pgTable('policies', {
  hash: text().primaryKey(),
  version: jsonb().$type<PolicyVersion>().notNull(),
  firstSeenAt: at().notNull(),
})

/** What we know of the people who act and are asked: names for lines that must not mention, and who is gone. */
export const people = pgTable('people', {
  id: text().primaryKey(),
  name: text().notNull(),
  timezone: text(),
  team: text(),
  /** Their direct message channel with the app, once it was opened. */
  direct: text(),
  isBot: boolean().notNull().default(false),
  isGone: boolean().notNull().default(false),
  seenAt: at().notNull(),
})

/** What happens once per period: whoever inserts the row does it. */
export const claims = pgTable('claims', {
  key: text().primaryKey(),
  claimedAt: at().notNull(),
})

/** The workspace we were last told we are in, so that people from others are known as such while Slack is away. */
export const workspaces = pgTable('workspaces', {
  /** Of the bot token, as a fingerprint: another token may be of another workspace. */
  token: text().primaryKey(),
  team: text().notNull(),
  enterprise: text(),
  seenAt: at().notNull(),
})
