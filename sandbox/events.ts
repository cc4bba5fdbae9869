import type { App } from './apps.ts'
import type { Courier } from './courier.ts'
import type { World } from './world.ts'
import { type Channel, sec } from './workspace.ts'

type Event = { type: string; subtype?: string; [key: string]: unknown }
type Audience = { channel?: Channel; app?: App }

const MESSAGE_EVENTS = {
  channel: 'message.channels',
  private: 'message.groups',
  im: 'message.im',
  mpim: 'message.mpim',
}
const HISTORY = {
  channel: 'channels:history',
  private: 'groups:history',
  im: 'im:history',
  mpim: 'mpim:history',
}
/** Nothing is delivered later than this without Delayed Events. */
const TOO_LATE_MS = 2 * 3_600_000
/** After the first failure: at once, then these waits. */
const RETRY_AFTER_MS = [0, 60_000, 300_000]
const HOUR_MS = 3_600_000

type Parked = { app: string; payload: Record<string, unknown>; since: number }

/** The Events API: who gets which event, and how often it is tried. */
export class Events {
  #world: World
  #courier: Courier
  #parked: Parked[] = []
  #hour = new Map<string, { since: number; sent: number; failed: number; off: boolean; limited: boolean }>()

  constructor(world: World, courier: Courier) {
    this.#world = world
    this.#courier = courier
    courier.sockets.whenOpen((app) => this.#unpark(app))
  }

  /** Sends an event to every app that subscribes to it and may see it. */
  emit(event: Event, audience: Audience = {}): void {
    for (const app of this.#world.apps.values()) {
      if (audience.app && audience.app !== app) continue
      if (!app.installed || !wants(app, event, audience.channel)) continue
      this.#dispatch(app, this.#envelope(app, event, audience.channel))
    }
  }

  clear(): void {
    this.#parked = []
    this.#hour.clear()
  }

  /** app_rate_limited, the one without an inner event. */
  rateLimited(app: App): void {
    const payload = {
      token: app.verificationToken,
      type: 'app_rate_limited',
      team_id: this.#world.space.team.id,
      minute_rate_limited: Math.floor(sec(this.#world.clock.ms) / 60) * 60,
      api_app_id: app.id,
    }
    void this.#attempt(app, payload, 0)
  }

  #envelope(app: App, event: Event, channel: Channel | undefined): Record<string, unknown> {
    const team = this.#world.space.team.id
    return {
      token: app.verificationToken,
      team_id: team,
      context_team_id: team,
      context_enterprise_id: null,
      api_app_id: app.id,
      event,
      type: 'event_callback',
      event_id: this.#world.ids.next('Ev'),
      event_time: sec(this.#world.clock.ms),
      authorizations: [
        {
          enterprise_id: null,
          team_id: team,
          user_id: app.botUserId,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      is_ext_shared_channel: channel?.is_shared ?? false,
      event_context: `4-${this.#world.ids.secret(16)}`,
    }
  }

  #dispatch(app: App, payload: Record<string, unknown>): void {
    const event = payload['event'] as Event
    const channel = typeof event['channel'] === 'string' ? event['channel'] : undefined
    const fault = this.#world.faults.hit(`event:${event.type}`, 'before', channel)
    if (fault?.kind === 'drop' || fault?.kind === 'hang') return
    if (!this.#allowed(app)) return
    if (fault?.kind === 'delay') setTimeout(() => void this.#attempt(app, payload, 0), fault.ms).unref()
    else void this.#attempt(app, payload, 0)
    if (fault?.kind === 'duplicate') void this.#attempt(app, payload, 0)
  }

  async #attempt(
    app: App,
    payload: Record<string, unknown>,
    attempt: number,
    reason?: string,
  ): Promise<void> {
    const event = payload['event'] as Event | undefined
    const entry = this.#world.journal.add({
      kind: 'event',
      name: event?.type ?? String(payload['type']),
      app: app.id,
      ok: true,
      body: payload,
      attempt,
    })
    const delivered = await this.#courier.deliver(app, {
      kind: 'event',
      payload,
      attempt,
      ...(reason && { reason }),
    })
    if (attempt === 0) this.#count(app, delivered.ok)
    if (delivered.ok) return
    entry.ok = false
    entry.error = delivered.reason
    if (delivered.reason === 'no_socket') {
      this.#parked.push({ app: app.id, payload, since: this.#world.clock.ms })
      return
    }
    if (delivered.noRetry || attempt >= RETRY_AFTER_MS.length) return
    const retryReason = delivered.reason
    this.#world.clock.in(
      RETRY_AFTER_MS[attempt]!,
      () => void this.#attempt(app, payload, attempt + 1, retryReason),
    )
  }

  /** What came while no socket was open arrives as a retry once one is. */
  #unpark(app: App): void {
    const due = this.#parked.filter((parked) => parked.app === app.id)
    this.#parked = this.#parked.filter((parked) => parked.app !== app.id)
    for (const { payload, since } of due)
      if (this.#world.clock.ms - since < TOO_LATE_MS) void this.#attempt(app, payload, 1, 'timeout')
  }

  #tally(app: App) {
    const now = this.#world.clock.ms
    let tally = this.#hour.get(app.id)
    if (!tally || (now - tally.since > HOUR_MS && !tally.off)) {
      tally = { since: now, sent: 0, failed: 0, off: false, limited: false }
      this.#hour.set(app.id, tally)
    }
    return tally
  }

  #allowed(app: App): boolean {
    const tally = this.#tally(app)
    if (tally.off) return false
    if (++tally.sent <= this.#world.limits.events.an_hour) return true
    if (!tally.limited) this.rateLimited(app)
    tally.limited = true
    return false
  }

  /** More than 95 % failures in an hour switches the subscriptions off, for apps with 1,000 events an hour or more. */
  #count(app: App, ok: boolean): void {
    const tally = this.#tally(app)
    if (ok) return
    tally.failed++
    if (tally.sent >= this.#world.limits.events.busy && tally.failed > tally.sent * 0.95) tally.off = true
  }
}

/** Which scopes an event needs, where it needs any. */
const EVENT_SCOPES: Record<string, string[]> = {
  app_mention: ['app_mentions:read'],
  reaction_added: ['reactions:read'],
  reaction_removed: ['reactions:read'],
  pin_added: ['pins:read'],
  pin_removed: ['pins:read'],
  subteam_created: ['usergroups:read'],
  subteam_updated: ['usergroups:read'],
  subteam_members_changed: ['usergroups:read'],
  link_shared: ['links:read'],
  dnd_updated_user: ['dnd:read'],
  member_joined_channel: ['channels:read', 'groups:read'],
  member_left_channel: ['channels:read', 'groups:read'],
  channel_archive: ['channels:read'],
  channel_unarchive: ['channels:read'],
  channel_created: ['channels:read'],
  channel_rename: ['channels:read'],
  group_archive: ['groups:read'],
  group_unarchive: ['groups:read'],
  group_rename: ['groups:read'],
}

/** Events about a channel that also reach apps outside it. */
const FROM_OUTSIDE = /^channel_(created|rename|archive|unarchive)$|^link_shared$/

function wants(app: App, event: Event, channel: Channel | undefined): boolean {
  const isMessage = event.type === 'message' && channel
  const name = isMessage ? MESSAGE_EVENTS[channel.kind] : event.type
  if (app.events && !app.events.has(name)) return false
  if (channel && !channel.members.has(app.botUserId) && !FROM_OUTSIDE.test(event.type)) {
    const ownArrival = event['user'] === app.botUserId
    if (!ownArrival) return false
  }
  if (isMessage) return app.scopes.has(HISTORY[channel.kind])
  const needed = EVENT_SCOPES[event.type]
  return !needed || needed.some((scope) => app.scopes.has(scope))
}
