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
import type { FaultView } from './protocol-hands.ts'

export { ClockMove, Control, Fault, Seed } from './protocol-hands.ts'
export type { FaultView, SeedData } from './protocol-hands.ts'
export type { Beside, Sandbox, SandboxClock, SandboxOptions } from './protocol-inprocess.ts'

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
  files: { id: string; name: string; size: number; mimetype: string; url_private: string }[]
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
  /** arguments or payload, the access token removed */
  body: unknown
  /** the answer, or the ack's payload */
  answer?: unknown
  /** arguments the method does not know */
  unknown?: string[]
  attempt?: number
}
