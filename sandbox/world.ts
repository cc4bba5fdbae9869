import { createHash } from 'node:crypto'
import { type App, installApp } from './apps.ts'
import { Changes } from './changes.ts'
import { Clock } from './clock.ts'
import { defaultSeed } from './default-seed.ts'
import { Faults } from './faults.ts'
import { Ids } from './ids.ts'
import { Journal } from './journal.ts'
import { Ledger } from './ledger.ts'
import { Limits } from './limits.ts'
import { type NoticeView, Seed } from './protocol.ts'
import type { SandboxOptions } from './protocol.ts'
import { type Channel, Workspace } from './workspace.ts'

type Scheduled = {
  id: string
  channel: string
  post_at: number
  text: string
  app: string
  cancel: () => void
}

/** The same people's conversation has the same id after a reset too: an app may have kept it. */
function idOfTalk(people: string[]): string {
  const digest = createHash('sha1').update(people.join(' ')).digest('hex')
  const letters = BigInt(`0x${digest.slice(0, 12)}`)
    .toString(36)
    .toUpperCase()
  return `${people.length > 2 ? 'G' : 'D'}0${letters.padStart(9, '0').slice(-9)}`
}

/** Everything that the rooms of the sandbox share. It holds state and does nothing on its own. */
export class World {
  readonly options: SandboxOptions
  readonly clock: Clock
  readonly changes = new Changes()
  readonly journal: Journal
  readonly faults = new Faults()
  readonly limits: Limits
  readonly ledger = new Ledger()
  ids: Ids
  space = new Workspace()
  readonly apps = new Map<string, App>()
  /** messages booked for later */
  readonly scheduled = new Map<string, Scheduled>()
  readonly notices = new Map<string, NoticeView[]>()
  /** new messages stay out of history for this long */
  historyLagMs = 0
  dedupeClientMsgId = false
  /** added to the time in signatures */
  skewMs = 0
  /** `http://127.0.0.1:<port>` once listening */
  baseUrl = ''
  /** deliveries that wait for the app's answer */
  inFlight = 0
  /** real time the app has to acknowledge */
  ackMs: number

  constructor(options: SandboxOptions = {}) {
    this.options = options
    this.ids = new Ids(options.random)
    this.clock = new Clock(options.now, options.frozen, () => this.changes.touch())
    this.journal = new Journal(() => this.clock.now())
    this.limits = new Limits(this.clock, options.limits)
    this.ackMs = options.ackMs ?? 3_000
    this.load()
  }

  /** The workspace as seeded; apps keep their tokens. */
  load(): void {
    const talks = [...this.space.channels.values()].filter(({ kind }) => kind === 'im' || kind === 'mpim')
    this.ids = new Ids(this.options.random)
    this.space = new Workspace()
    for (const part of [this.journal, this.ledger, this.limits, this.clock]) part.clear()
    this.notices.clear()
    this.scheduled.clear()
    this.faults.remove()
    this.historyLagMs = 0
    this.dedupeClientMsgId = false
    this.skewMs = 0
    this.seed({ ...defaultSeed, ...this.options.seed })
    for (const { members } of talks)
      if ([...members].every((id) => this.space.users.has(id))) this.directMessage(...members)
  }

  seed(given: Seed): void {
    const seed = Seed.parse(given)
    this.space.seed(seed, this.clock.ms)
    for (const app of seed.apps ?? []) {
      const known = this.apps.get(app.id)
      const tokens = known && {
        bot_token: known.botToken,
        app_token: known.appToken,
        signing_secret: known.signingSecret,
      }
      this.apps.set(app.id, installApp({ ...tokens, ...app }, this.ids))
      this.space.addUser({
        id: app.bot_user_id,
        name: app.name.toLowerCase().replaceAll(' ', '-'),
        real_name: app.name,
        title: '',
        email: '',
        tz: 'Etc/UTC',
        team_id: this.space.team.id,
        is_admin: false,
        is_restricted: false,
        is_bot: true,
        app_id: app.id,
        bot_id: app.bot_id,
        presence: 'active',
        deleted: false,
        updated: Math.floor(this.clock.ms / 1000),
      })
    }
    const withBots = new Set(
      (seed.channels ?? []).filter((channel) => channel.bots).map((channel) => channel.id),
    )
    for (const id of withBots)
      for (const app of this.apps.values()) this.space.channels.get(id)?.members.add(app.botUserId)
    this.changes.touch()
  }

  /** The app meant by an optional id: the first one without. */
  app(id?: string): App {
    const app = id ? this.apps.get(id) : this.apps.values().next().value
    if (!app) throw new Error(`no such app: ${id ?? '(none installed)'}`)
    return app
  }

  appOfUser(user: string): App | undefined {
    for (const app of this.apps.values()) if (app.botUserId === user) return app
    return undefined
  }

  /** The DM of a person and an app, made when there is none yet. */
  directMessage(...users: string[]): Channel {
    return this.space.conversation(users, {
      id: (people) => idOfTalk(people),
      now: this.clock.ms,
    })!
  }

  /** A sentence that Slack itself shows to one person. */
  notice(user: string, text: string, channel?: string): void {
    const list = this.notices.get(user) ?? []
    list.push({
      id: this.ids.next('X'),
      at: this.clock.now().toISOString(),
      text,
      ...(channel !== undefined && { channel }),
    })
    this.notices.set(user, list)
    this.changes.touch(channel)
  }
}
