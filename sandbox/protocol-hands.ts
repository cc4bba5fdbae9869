/** The hands behind the workspace: moving time, breaking things, seeding. Part of protocol.ts. */
import { z } from 'zod'

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
  /** cuts the TCP connections without a word: all, or so many of them, the oldest first */
  z.object({
    type: z.literal('cut_sockets'),
    count: z.number().int().min(1).optional(),
    app: z.string().optional(),
  }),
  z.object({ type: z.literal('socket_mode'), enabled: z.boolean(), app: z.string().optional() }),
  z.object({ type: z.literal('revoke_tokens'), app: z.string().optional() }),
  z.object({ type: z.literal('uninstall'), app: z.string().optional() }),
  /** null: deliver over sockets; a URL: sign and POST there (events, commands and interactivity) */
  z.object({
    type: z.literal('request_url'),
    url: z.string().nullable(),
    app: z.string().optional(),
    /** sends url_verification first, as Slack does when the URL is entered; the journal has the outcome */
    verify: z.boolean().optional(),
  }),
  z.object({ type: z.literal('scopes'), scopes: z.array(z.string()), app: z.string().optional() }),
  /** Slack's dedupe by client_msg_id, off by default */
  z.object({ type: z.literal('client_msg_id'), dedupe: z.boolean() }),
  z.object({
    type: z.literal('limits'),
    methods: z.boolean().optional(),
    channel: z.object({ per_second: z.number(), burst: z.number() }).nullable().optional(),
    /** 30,000 events an hour; from 1,000 on, 95 % failures switch them off */
    events: z.object({ an_hour: z.number(), busy: z.number() }).optional(),
  }),
  /** answers as read-only: `restricted_action` for posts */
  z.object({ type: z.literal('read_only'), channel: z.string(), on: z.boolean() }),
  /** real milliseconds the app has to acknowledge, from now on */
  z.object({ type: z.literal('ack_ms'), ms: z.number().min(1) }),
  /** added to the time in the signatures of requests to the app, which otherwise is the real time */
  z.object({ type: z.literal('clock_skew'), ms: z.number() }),
  /** asks the app's URL for a sign of life, as Slack does now and then; the journal has the outcome */
  z.object({ type: z.literal('ssl_check'), app: z.string().optional() }),
  /** new sockets stay open below after their close handshake, until the other side hangs up */
  z.object({ type: z.literal('linger'), on: z.boolean() }),
  /** a workflow reached the app's step: the event alone, there are no workflows here */
  z.object({
    type: z.literal('function_executed'),
    callback_id: z.string(),
    inputs: z.record(z.string(), z.unknown()).default({}),
    app: z.string().optional(),
  }),
  /** the app_rate_limited event, which has no inner event */
  z.object({ type: z.literal('app_rate_limited'), app: z.string().optional() }),
])
export type Control = z.input<typeof Control>

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
  deleted: z.boolean().default(false),
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
  /** links to these domains in people's messages become link_shared */
  unfurl_domains: z.array(z.string()).default([]),
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
