import type { App } from './apps.ts'
import { validate } from './blockkit.ts'
import type { Talk } from './talk.ts'
import { named } from './wire.ts'
import type { Channel, Message } from './workspace.ts'
import type { World } from './world.ts'

const MOST_USES = 5
const GOOD_FOR_MS = 30 * 60_000

type Ticket = {
  app: App
  user: string
  channel: Channel
  message?: Message
  uses: number
  expiresAt: number
}

export type Answer = {
  text?: string
  blocks?: unknown
  attachments?: Record<string, unknown>[]
  response_type?: string
  replace_original?: boolean | string
  delete_original?: boolean | string
  thread_ts?: string
}
export type Reply = { status: number; body: string }

/** response_urls: five answers in half an hour, wherever the app may or may not post. */
export class ResponseUrls {
  #world: World
  #talk: Talk
  #known = new Map<string, Ticket>()

  constructor(world: World, talk: Talk) {
    this.#world = world
    this.#talk = talk
  }

  make(app: App, user: string, channel: Channel, message?: Message): string {
    const id = this.#world.ids.secret(24)
    const expiresAt = this.#world.clock.ms + GOOD_FOR_MS
    this.#known.set(id, { app, user, channel, uses: 0, expiresAt, ...(message && { message }) })
    return `${this.#world.baseUrl}/response/${this.#world.space.team.id}/${id}`
  }

  use(id: string, answer: Answer): Reply {
    const ticket = this.#known.get(id)
    if (!ticket || this.#world.clock.ms > ticket.expiresAt) return refusal(404, 'expired_url')
    if (ticket.uses >= MOST_USES) return refusal(404, 'used_url')
    const wait = this.#world.limits.post(ticket.app.id, ticket.channel.id)
    if (wait)
      return { status: 429, body: JSON.stringify({ ok: false, error: 'ratelimited', retry_after: wait }) }
    const problem = this.say(ticket.app, ticket.user, ticket.channel, answer, ticket.message)
    if (problem) return refusal(400, problem)
    ticket.uses++
    return { status: 200, body: 'ok' }
  }

  /** Puts an answer where it belongs; returns Slack's error code when it cannot. */
  say(app: App, user: string, channel: Channel, answer: Answer, original?: Message): string | undefined {
    if (original && isTrue(answer.delete_original)) {
      this.#talk.unsay(channel, original)
      return undefined
    }
    const blocks = named(this.#world, answer.blocks)
    if (!answer.text && blocks.length === 0 && !answer.attachments?.length) return 'no_text'
    if (answer.blocks !== undefined && validate('message', { blocks: answer.blocks }).length > 0)
      return 'invalid_blocks'
    if (original && isTrue(answer.replace_original)) {
      const revision = { text: answer.text ?? '', blocks, attachments: answer.attachments ?? [], quiet: true }
      this.#talk.edit(channel, original, revision, app.botUserId)
      return undefined
    }
    const draft = {
      user: app.botUserId,
      app,
      text: answer.text ?? '',
      blocks,
      attachments: answer.attachments ?? [],
      ...(answer.thread_ts !== undefined && { thread_ts: answer.thread_ts }),
    }
    if (answer.response_type === 'in_channel') this.#talk.post(channel, draft)
    else this.#talk.whisper(channel, user, draft)
    return undefined
  }

  clear(): void {
    this.#known.clear()
  }
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true'
}

function refusal(status: number, error: string): Reply {
  return { status, body: JSON.stringify({ ok: false, error }) }
}
