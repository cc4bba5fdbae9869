/**
 * What the sandbox shows and takes besides Slack's own API: the control API under `/sandbox/*`
 * (used by the page) and the same things in-process (used by tests).
 *
 *   GET  /sandbox/state?as=U0AGENT[&channel=C…][&limit=200]  -> Snapshot
 *   GET  /sandbox/stream?as=U0AGENT                          -> server-sent events `change`: Change
 *   POST /sandbox/act       Act          -> ActResult
 *   POST /sandbox/clock     ClockMove    -> { now, frozen }
 *   POST /sandbox/faults    Fault        -> FaultView;  GET lists them;  DELETE removes all (or ?id=)
 *   POST /sandbox/control   Control      -> { ok: true }
 *   POST /sandbox/seed      Seed         -> { ok: true }
 *   GET  /sandbox/journal[?method=…]     -> JournalEntry[]
 *   GET  /sandbox/ledger[?user=…]        -> LedgerEntry[]
 *   POST /sandbox/reset                  -> { ok: true }, everything as seeded at the start
 *
 * A bad body is answered with 400 and `{ ok: false, error: 'invalid', problems: string[] }`.
 */
import { z } from 'zod'
import type { Person } from './person.ts'

/** Any Block Kit block or element, as the app sent it; block_id and action_id are always filled in. */
export type Block = { type: string; block_id?: string; [key: string]: unknown }

/** A form value as a person means it; the sandbox turns it into Slack's `state.values` shape.
 * Text inputs: the text. Selects and radio buttons: the option's `value` (or its label).
 * People/channel/conversation selects: the id. Multi selects and checkboxes: an array.
 * Date `2026-11-22`, time `09:30`, datetime: unix seconds. `null` clears. */
export const FieldValue = z.union([z.string(), z.number(), z.array(z.string()), z.null()])
export type FieldValue = z.infer<typeof FieldValue>

/** `values[block_id][action_id]` */
export const FieldValues = z.record(z.string(), z.record(z.string(), FieldValue))
export type FieldValues = z.infer<typeof FieldValues>

/** Where an element is: a message (ephemeral ones too), or a view (modal or App Home). */
export const Place = z.discriminatedUnion('in', [
  z.object({ in: z.literal('message'), channel: z.string(), ts: z.string() }),
  z.object({ in: z.literal('view'), view: z.string() }),
])
export type Place = z.infer<typeof Place>

const as = z.string()
const element = { as, place: Place, block_id: z.string(), action_id: z.string() }

/** Everything a human can do in Slack. `as` is the acting person. */
export const Act = z.discriminatedUnion('type', [
  /** Post; with thread_ts a reply, with broadcast also sent to the channel. A text that starts with `/` is a command. */
  z.object({
    type: z.literal('post'),
    as,
    channel: z.string(),
    text: z.string(),
    thread_ts: z.string().optional(),
    broadcast: z.boolean().optional(),
  }),
  z.object({ type: z.literal('edit'), as, channel: z.string(), ts: z.string(), text: z.string() }),
  z.object({ type: z.literal('delete'), as, channel: z.string(), ts: z.string() }),
  z.object({
    type: z.literal('react'),
    as,
    channel: z.string(),
    ts: z.string(),
    name: z.string(),
    remove: z.boolean().optional(),
  }),
  /** `text` is the whole line: `/escalate T-9 critical …`. */
  z.object({ type: z.literal('command'), as, channel: z.string(), text: z.string() }),
  z.object({
    type: z.literal('message_shortcut'),
    as,
    channel: z.string(),
    ts: z.string(),
    callback_id: z.string(),
  }),
  z.object({ type: z.literal('global_shortcut'), as, callback_id: z.string() }),
  /** A button. One with a `confirm` dialog answers `confirm_needed` with the dialog until `confirmed` is set. */
  z.object({
    type: z.literal('press'),
    ...element,
    confirmed: z.boolean().optional(),
    values: FieldValues.optional(),
  }),
  /** Any element with a value (selects, overflow, radio, checkboxes, pickers, and text inputs).
   * Stored for the place; dispatched as block_actions when Slack would. `values`: other fields typed meanwhile. */
  z.object({
    type: z.literal('choose'),
    ...element,
    value: FieldValue,
    confirmed: z.boolean().optional(),
    values: FieldValues.optional(),
  }),
  /** Typing into an external select: the answer carries `options` or `option_groups`. */
  z.object({ type: z.literal('suggest'), ...element, query: z.string() }),
  z.object({ type: z.literal('submit'), as, view: z.string(), values: FieldValues.optional() }),
  /** Cancel closes this view; `all` is the x, which clears the stack. */
  z.object({ type: z.literal('close'), as, view: z.string(), all: z.boolean().optional() }),
  z.object({
    type: z.literal('open_home'),
    as,
    app: z.string().optional(),
    tab: z.enum(['home', 'messages']).optional(),
  }),
  z.object({ type: z.literal('join'), as, channel: z.string() }),
  z.object({ type: z.literal('leave'), as, channel: z.string() }),
  z.object({ type: z.literal('invite'), as, channel: z.string(), users: z.array(z.string()) }),
  z.object({ type: z.literal('kick'), as, channel: z.string(), user: z.string() }),
  z.object({ type: z.literal('create_channel'), as, name: z.string(), private: z.boolean().optional() }),
  z.object({ type: z.literal('archive'), as, channel: z.string() }),
  z.object({ type: z.literal('unarchive'), as, channel: z.string() }),
  /** Opens (or finds) the DM or group DM with these people or apps' bot users; the answer carries `channel`. */
  z.object({ type: z.literal('open_dm'), as, users: z.array(z.string()) }),
  z.object({ type: z.literal('mark_read'), as, channel: z.string(), ts: z.string().optional() }),
  z.object({ type: z.literal('presence'), as, presence: z.enum(['active', 'away']) }),
  /** Do not disturb until an ISO time; null ends it. */
  z.object({ type: z.literal('dnd'), as, until: z.string().nullable() }),
  /** Hides an ephemeral message (ts) or an error notice (id). */
  z.object({ type: z.literal('dismiss'), as, id: z.string() }),
])
export type Act = z.infer<typeof Act>

/** Known errors: `confirm_needed` (with `confirm`), `field_errors` (with `errors` by block_id), `operation_timeout`,
 * `dispatch_failed`, `unknown_command`, `not_found`, `not_in_channel`, `is_archived`, `not_visible`. */
export type ActResult =
  | {
      ok: true
      /** what was posted or created */
      ts?: string
      channel?: string
      /** answer of `suggest` */
      options?: OptionView[]
      option_groups?: { label: { text: string }; options: OptionView[] }[]
    }
  | {
      ok: false
      error: string
      /** the sentence that Slack would show */
      text: string
      confirm?: { title?: TextView; text?: TextView; confirm?: TextView; deny?: TextView; style?: string }
      errors?: Record<string, string>
    }

export type TextView = { type: string; text: string }
export type OptionView = { text: TextView; value?: string; description?: TextView; url?: string }

/** What one person sees, whole. */
export type Snapshot = {
  revision: number
  /** the sandbox's moved clock, ISO, and whether it stands still */
  now: string
  frozen: boolean
  team: { id: string; name: string; domain: string }
  me: UserView
  users: UserView[]
  usergroups: { id: string; handle: string; name: string; users: string[]; enabled: boolean }[]
  /** public channels, and the private ones, DMs and group DMs that this person is in */
  channels: ChannelView[]
  /** by channel id, oldest first, thread replies in the same list (thread_ts set and different from ts),
   * this person's ephemeral messages among them; the newest `limit` per channel (default 200) */
  messages: Record<string, MessageView[]>
  /** the modal stack, bottom to top; only the last is usable */
  modals: ViewView[]
  /** App Home by app id, once published for this person */
  homes: Record<string, ViewView>
  apps: AppView[]
  /** who was notified of what: this person's, newest last, and the number not yet read by channel */
  notifications: LedgerEntry[]
  /** errors that Slack would have shown this person (an app that did not answer …), newest last */
  notices: NoticeView[]
  faults: FaultView[]
}

export type UserView = {
  id: string
  name: string
  real_name: string
  title: string
  is_bot: boolean
  app_id?: string
  team_id: string
  tz: string
  presence: 'active' | 'away'
  /** ISO end of do not disturb */
  dnd_until?: string
  deleted: boolean
}

export type ChannelView = {
  id: string
  kind: 'channel' | 'private' | 'im' | 'mpim'
  name: string
  topic: string
  is_member: boolean
  is_archived: boolean
  is_shared: boolean
  members: string[]
  /** unread messages, and unread ones that notified this person */
  unread: number
  mentions: number
  last_read: string
}

export type MessageView = {
  ts: string
  channel: string
  user: string
  bot_id?: string
  app_id?: string
  username?: string
  subtype?: string
  text: string
  blocks: Block[]
  attachments: Record<string, unknown>[]
  thread_ts?: string
  /** on a thread's root */
  reply_count?: number
  reply_users?: string[]
  latest_reply?: string
  /** a reply also sent to the channel: show it there too */
  broadcast: boolean
  edited?: { user: string; ts: string }
  reactions: { name: string; users: string[]; count: number }[]
  pinned: boolean
  files: { id: string; name: string; size: number; url_private: string }[]
  /** only this person sees it */
  ephemeral: boolean
  permalink: string
  metadata?: { event_type: string; event_payload: Record<string, unknown> }
  /** this person's choices in the message's elements, by block_id and action_id, in Slack's state shape */
  state: Record<string, Record<string, Record<string, unknown>>>
}

export type ViewView = {
  id: string
  type: 'modal' | 'home'
  app_id: string
  hash: string
  callback_id: string
  title?: TextView
  submit?: TextView
  close?: TextView
  blocks: Block[]
  /** current values, in Slack's state shape */
  state: Record<string, Record<string, Record<string, unknown>>>
  /** field errors by block_id, from `response_action: errors` */
  errors: Record<string, string>
  /** a sentence over the whole view, when the app did not answer */
  error?: string
  /** the app is being asked right now */
  busy: boolean
}

export type AppView = {
  id: string
  name: string
  bot_user_id: string
  commands: { command: string; description: string; usage_hint: string }[]
  shortcuts: { callback_id: string; name: string; description: string; type: 'global' | 'message' }[]
  home_tab: boolean
  /** how events reach the app, and the number of open sockets */
  delivery: 'socket' | 'http'
  sockets: number
}

export type NoticeView = { id: string; at: string; text: string; channel?: string }

/** One line of the notification ledger: this person's phone lit up because of this message. */
export type LedgerEntry = {
  id: string
  /** ISO, on the moved clock */
  at: string
  user: string
  channel: string
  ts: string
  thread_ts?: string
  reason: 'dm' | 'mention' | 'usergroup' | 'here' | 'channel' | 'everyone' | 'thread'
  /** set when it made no sound: do not disturb was on */
  silent?: 'dnd'
  /** the notification's text: the message's top-level `text` */
  text: string
  from: string
}

/** SSE event data of `/sandbox/stream`; refetch the state when it comes (they are coalesced). */
export type Change = { revision: number; channels: string[]; now: string }

/** Moves the clock. `set` is an ISO instant. `freeze` stops it where it is, `run` lets it go on from there. */
export const ClockMove = z.union([
  z.object({ advance: z.number() }),
  z.object({ set: z.string() }),
  z.object({ freeze: z.boolean() }),
])
export type ClockMove = z.infer<typeof ClockMove>

/** Something that goes wrong on purpose. */
export const Fault = z.object({
  /** a Web API method, `chat.*`, `*`, `response_url`, or `event:<type>` for deliveries to the app */
  on: z.string(),
  /** only calls (or events) for this channel */
  channel: z.string().optional(),
  /** how many times, default 1; 0 is until removed */
  times: z.number().int().min(0).default(1),
  /** before the call had its effect, or after it was committed */
  when: z.enum(['before', 'after']).default('before'),
  effect: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('error'),
      error: z.string(),
      body: z.record(z.string(), z.unknown()).optional(),
    }),
    z.object({ kind: z.literal('ratelimited'), retry_after: z.number().default(30) }),
    z.object({
      kind: z.literal('status'),
      status: z.number().int().default(500),
      body: z.string().default(''),
    }),
    /** 200 with a body that is not JSON */
    z.object({ kind: z.literal('html') }),
    /** the answer comes late (real milliseconds); for events: delivered late, so out of order */
    z.object({ kind: z.literal('delay'), ms: z.number() }),
    /** the connection is reset without an answer; for events: never delivered */
    z.object({ kind: z.literal('drop') }),
    /** the connection stays open and silent */
    z.object({ kind: z.literal('hang') }),
    /** events only: delivered twice, same event_id */
    z.object({ kind: z.literal('duplicate') }),
  ]),
})
export type Fault = z.input<typeof Fault>
export type FaultView = z.output<typeof Fault> & { id: string; hits: number }

/** The hands behind the workspace: what no person in it can do. */
export const Control = z.discriminatedUnion('type', [
  /** new messages stay invisible to conversations.history and replies for this long (moved clock) */
  z.object({ type: z.literal('history_lag'), ms: z.number().min(0) }),
  /** sends `disconnect` with this reason to every open socket (`refresh_requested` after a `warning`), then closes it */
  z.object({
    type: z.literal('disconnect'),
    reason: z.enum(['warning', 'refresh_requested', 'link_disabled', 'too_many_websockets']),
    app: z.string().optional(),
  }),
  /** cuts the TCP connections without a word */
  z.object({ type: z.literal('cut_sockets'), app: z.string().optional() }),
  z.object({ type: z.literal('socket_mode'), enabled: z.boolean(), app: z.string().optional() }),
  z.object({ type: z.literal('revoke_tokens'), app: z.string().optional() }),
  z.object({ type: z.literal('uninstall'), app: z.string().optional() }),
  /** null: deliver over sockets; a URL: sign and POST there (events, commands and interactivity) */
  z.object({ type: z.literal('request_url'), url: z.string().nullable(), app: z.string().optional() }),
  z.object({ type: z.literal('scopes'), scopes: z.array(z.string()), app: z.string().optional() }),
  /** Slack's dedupe by client_msg_id, off by default */
  z.object({ type: z.literal('client_msg_id'), dedupe: z.boolean() }),
  z.object({
    type: z.literal('limits'),
    methods: z.boolean().optional(),
    channel: z.object({ per_second: z.number(), burst: z.number() }).nullable().optional(),
  }),
  /** answers as read-only: `restricted_action` for posts */
  z.object({ type: z.literal('read_only'), channel: z.string(), on: z.boolean() }),
  /** added to the time in the signatures of requests to the app, which otherwise is the real time */
  z.object({ type: z.literal('clock_skew'), ms: z.number() }),
  /** the app_rate_limited event, which has no inner event */
  z.object({ type: z.literal('app_rate_limited'), app: z.string().optional() }),
])
export type Control = z.infer<typeof Control>

const SeedUser = z.object({
  id: z.string(),
  name: z.string(),
  real_name: z.string().optional(),
  title: z.string().optional(),
  email: z.string().optional(),
  tz: z.string().default('Europe/Berlin'),
  team_id: z.string().optional(),
  is_admin: z.boolean().default(false),
  is_restricted: z.boolean().default(false),
  is_bot: z.boolean().default(false),
  presence: z.enum(['active', 'away']).default('active'),
})

const SeedChannel = z.object({
  id: z.string(),
  name: z.string(),
  topic: z.string().default(''),
  private: z.boolean().default(false),
  archived: z.boolean().default(false),
  shared: z.boolean().default(false),
  general: z.boolean().default(false),
  /** user ids; apps' bots with `bots: true` */
  members: z.array(z.string()).default([]),
  /** every app's bot is a member */
  bots: z.boolean().default(true),
})

const SeedApp = z.object({
  id: z.string(),
  name: z.string(),
  bot_user_id: z.string(),
  bot_id: z.string(),
  bot_token: z.string().optional(),
  app_token: z.string().optional(),
  signing_secret: z.string().optional(),
  /** bot scopes; default: every scope the sandbox knows */
  scopes: z.array(z.string()).optional(),
  /** subscribed events as in the manifest (`message.channels` …); default: all */
  events: z.array(z.string()).optional(),
  commands: z
    .array(
      z.object({
        command: z.string(),
        description: z.string().default(''),
        usage_hint: z.string().default(''),
        should_escape: z.boolean().default(false),
      }),
    )
    .default([]),
  shortcuts: z
    .array(
      z.object({
        callback_id: z.string(),
        name: z.string(),
        description: z.string().default(''),
        type: z.enum(['global', 'message']),
      }),
    )
    .default([]),
  home_tab: z.boolean().default(true),
  messages_tab: z.boolean().default(true),
  /** HTTP delivery from the start; default: Socket Mode */
  request_url: z.string().optional(),
})

/** People, channels, groups and apps. Existing ids are replaced. */
export const Seed = z.object({
  team: z.object({ id: z.string(), name: z.string(), domain: z.string() }).optional(),
  users: z.array(SeedUser).optional(),
  channels: z.array(SeedChannel).optional(),
  usergroups: z
    .array(
      z.object({
        id: z.string(),
        handle: z.string(),
        name: z.string(),
        users: z.array(z.string()).default([]),
        enabled: z.boolean().default(true),
      }),
    )
    .optional(),
  apps: z.array(SeedApp).optional(),
})
export type Seed = z.input<typeof Seed>
export type SeedData = z.output<typeof Seed>

/** One call of the Web API, one delivery to the app, or one act of a person. */
export type JournalEntry = {
  id: number
  /** ISO, on the moved clock */
  at: string
  kind: 'call' | 'event' | 'command' | 'interactive' | 'response_url' | 'socket' | 'act'
  /** method, event type, payload type, or the act's type */
  name: string
  app?: string
  channel?: string
  ok: boolean
  error?: string
  /** arguments or payload, tokens removed */
  body: unknown
  /** the answer, or the ack's payload */
  answer?: unknown
  /** arguments the method does not know */
  unknown?: string[]
  attempt?: number
}

/** The clock that Belay can share: pass `sandbox.clock` wherever a `Clock` is wanted. */
export interface SandboxClock {
  now(): Date
  /** moves forward; work that falls due on the way is started in order, each at its own instant */
  advance(ms: number): void
  set(instant: Date): void
  freeze(): void
  run(): void
  readonly frozen: boolean
}

export type SandboxOptions = {
  /** default 0: any free port */
  port?: number
  /** replaces the default workspace, part by part */
  seed?: Seed
  /** start instant; the clock then runs on from there, or stands still with `frozen` */
  now?: Date
  frozen?: boolean
  /** seeds ids, the spread over sockets, everything random */
  random?: number
  /** real milliseconds the app has to acknowledge, default 3000 */
  ackMs?: number
  /** rate limits; `false` turns them all off. Default: tiers as published, 1 a second per channel with a burst of 20 */
  limits?: boolean | { methods?: boolean; channel?: { per_second: number; burst: number } | null }
  /** how long tokens and sockets are good for is not simulated; sockets ping this often, default 5000 real ms */
  pingMs?: number
  /** what a program around the sandbox serves beside it, such as the demo's story; null: not one of its paths */
  beside?: Beside
}

/** Answers a request to the sandbox's own address that is not Slack's. `body` is the text that was sent. */
export type Beside = (request: {
  method: string
  path: string
  body: string
}) => Promise<{ status: number; body: unknown }> | null

/** A running sandbox, in-process. */
export interface Sandbox extends AsyncDisposable {
  /** the page, `http://127.0.0.1:<port>/` */
  readonly url: string
  /** for `slackApiUrl`, ends in `/api/` */
  readonly apiUrl: string
  readonly botToken: string
  readonly appToken: string
  readonly signingSecret: string
  readonly appId: string
  readonly botUserId: string
  readonly botId: string
  readonly teamId: string
  readonly clock: SandboxClock
  /** a person to tell stories with: see person.ts */
  person(id: string): Person
  act(act: Act): Promise<ActResult>
  state(as: string): Snapshot
  /** everything posted in a channel (id, or `#name`, or a user id for the DM with the app), oldest first, no ephemerals */
  messages(channel: string): MessageView[]
  /** who was notified; filter by any field */
  ledger(filter?: Partial<LedgerEntry>): LedgerEntry[]
  journal(filter?: Partial<JournalEntry>): JournalEntry[]
  /** adds a fault; call the result to remove it */
  fault(fault: Fault): () => void
  control(control: Control): void
  seed(seed: Seed): void
  reset(): void
  /** resolves when at least `count` sockets are open (default 1) */
  connected(count?: number): Promise<void>
  /** resolves when nothing is on its way to the app */
  settled(): Promise<void>
  /** resolves with the first answer that is neither undefined, null nor false, looking again after every change (no
   * polling); fails after `timeoutMs` (default 5000, real time) with `what` */
  until<T>(
    look: () => T | undefined | null | false,
    what: string | (() => string),
    timeoutMs?: number,
  ): Promise<T>
  close(): Promise<void>
}
