import type { App } from './apps.ts'
import { validate } from './blockkit.ts'
import type { Courier, Delivered } from './courier.ts'
import { SlackError } from './errors.ts'
import type { Element, Field, StateValue } from './forms.ts'
import type { OptionView } from './protocol.ts'
import type { Answer, ResponseUrls } from './response-urls.ts'
import type { Triggers } from './triggers.ts'
import type { View, ViewDraft, Views } from './views.ts'
import { wireMessage } from './wire.ts'
import { type Channel, type Message, sec } from './workspace.ts'
import type { World } from './world.ts'

type Json = Record<string, unknown>
/** Where an element was used. */
export type Spot = { app: App; user: string; channel?: Channel; message?: Message; view?: View }
export type Submitted = { errors?: Record<string, string>; failed?: string }

/** Tells the app what a person did, and brings the answer back to the person. */
export class Interactivity {
  #world: World
  #courier: Courier
  readonly triggers: Triggers
  readonly urls: ResponseUrls
  readonly views: Views

  constructor(world: World, courier: Courier, triggers: Triggers, urls: ResponseUrls, views: Views) {
    this.#world = world
    this.#courier = courier
    this.triggers = triggers
    this.urls = urls
    this.views = views
  }

  async command(app: App, user: string, channel: Channel, command: string, text: string): Promise<Delivered> {
    const team = this.#world.space.team
    const payload = {
      token: app.verificationToken,
      team_id: team.id,
      team_domain: team.domain,
      channel_id: channel.id,
      channel_name:
        channel.kind === 'im' ? 'directmessage' : channel.kind === 'private' ? 'privategroup' : channel.name,
      user_id: user,
      user_name: this.#world.space.users.get(user)?.name ?? user,
      command,
      text,
      api_app_id: app.id,
      is_enterprise_install: 'false',
      response_url: this.urls.make(app, user, channel),
      trigger_id: this.triggers.make(app, user),
    }
    const entry = this.#world.journal.add({
      kind: 'command',
      name: command,
      app: app.id,
      channel: channel.id,
      ok: true,
      body: payload,
    })
    const delivered = await this.#courier.deliver(app, { kind: 'command', payload })
    if (!delivered.ok) {
      entry.ok = false
      entry.error = delivered.reason
      return delivered
    }
    const answer = spokenAnswer(delivered)
    entry.answer = answer
    const problem = answer && this.urls.say(app, user, channel, answer)
    if (problem && problem !== 'no_text')
      this.#world.notice(user, `${command} answered with ${problem}`, channel.id)
    return delivered
  }

  async shortcut(
    app: App,
    user: string,
    callbackId: string,
    on?: { channel: Channel; message: Message },
  ): Promise<Delivered> {
    const common = {
      token: app.verificationToken,
      action_ts: this.#stamp(),
      team: this.#team(),
      user: this.#user(user),
      is_enterprise_install: false,
      enterprise: null,
      callback_id: callbackId,
      trigger_id: this.triggers.make(app, user),
    }
    if (!on) return await this.#send(app, { type: 'shortcut', ...common })
    return await this.#send(app, {
      type: 'message_action',
      ...common,
      channel: channelRef(on.channel),
      message_ts: on.message.ts,
      message: wireMessage(this.#world, on.channel, on.message),
      response_url: this.urls.make(app, user, on.channel, on.message),
    })
  }

  /** A press or a choice. */
  async action(spot: Spot, field: Field, value: StateValue | undefined, state: Json): Promise<Delivered> {
    const action = {
      ...actionOf(field.element),
      ...value,
      type: field.element.type,
      block_id: field.block.block_id,
      action_ts: this.#stamp(),
    }
    return await this.#send(spot.app, {
      type: 'block_actions',
      ...this.#common(spot),
      trigger_id: this.triggers.make(spot.app, spot.user, spot.view?.id),
      ...this.#where(spot),
      ...(!spot.view && { state: { values: state } }),
      actions: [action],
    })
  }

  async suggest(
    spot: Spot,
    field: Field,
    query: string,
  ): Promise<{
    options?: OptionView[]
    option_groups?: { label: { text: string }; options: OptionView[] }[]
    failed?: string
  }> {
    const delivered = await this.#send(spot.app, {
      type: 'block_suggestion',
      ...this.#common(spot),
      ...this.#where(spot, false),
      action_id: field.element.action_id,
      block_id: field.block.block_id,
      value: query,
    })
    if (!delivered.ok) return { failed: delivered.reason }
    const answer = (delivered.payload ?? {}) as {
      options?: OptionView[]
      option_groups?: { label: { text: string }; options: OptionView[] }[]
    }
    const count = answer.options?.length ?? answer.option_groups?.length
    if (count === undefined || count > 100) return { failed: 'invalid_options' }
    return answer.options ? { options: answer.options } : { option_groups: answer.option_groups! }
  }

  /** Submits a modal and does what the app's answer says. */
  async submit(view: View): Promise<Submitted> {
    const delivered = await this.#send(view.app, {
      type: 'view_submission',
      ...this.#common({ app: view.app, user: view.user }),
      trigger_id: this.triggers.make(view.app, view.user, view.id),
      view: this.views.wire(view),
      response_urls: this.#responseUrls(view),
    })
    if (!delivered.ok) return { failed: delivered.reason }
    const answer = (delivered.payload ?? {}) as {
      response_action?: string
      errors?: Record<string, string>
      view?: ViewDraft
    }
    try {
      return this.#answered(view, answer)
    } catch (error) {
      if (error instanceof SlackError) return { failed: error.code }
      throw error
    }
  }

  /** A modal is closed by hand: this view, or with `all` the whole stack. */
  async closed(view: View, all: boolean): Promise<void> {
    const told = all ? (this.views.get(view.root) ?? view) : view
    const payload = {
      type: 'view_closed',
      ...this.#common({ app: view.app, user: view.user }),
      view: this.views.wire(told),
      is_cleared: all,
    }
    if (all || view.clear_on_close) this.views.clearStack(view.user)
    else this.views.close(view)
    if (told.notify_on_close) await this.#send(view.app, payload)
  }

  #answered(
    view: View,
    answer: { response_action?: string; errors?: Record<string, string>; view?: ViewDraft },
  ): Submitted {
    switch (answer.response_action) {
      case undefined:
        this.views.close(view)
        return {}
      case 'clear':
        this.views.clearStack(view.user)
        return {}
      case 'errors': {
        const known = new Set(
          view.blocks.filter((block) => block.type === 'input').map((block) => block.block_id),
        )
        const errors = answer.errors ?? {}
        if (Object.keys(errors).length === 0 || !Object.keys(errors).every((id) => known.has(id)))
          return { failed: 'invalid_response_action' }
        view.errors = errors
        this.#world.changes.touch()
        return { errors }
      }
      case 'update':
        this.views.update(view, this.#checked(answer.view))
        return {}
      case 'push':
        this.views.push(view.app, view.user, this.#checked(answer.view))
        return {}
      default:
        return { failed: 'invalid_response_action' }
    }
  }

  #checked(view: ViewDraft | undefined): ViewDraft {
    if (!view || validate('modal', view).length > 0) throw new SlackError('invalid_view')
    return view
  }

  #responseUrls(view: View): Json[] {
    return view.blocks.flatMap((block) => {
      const element = block['element'] as Element | undefined
      if (!element || element['response_url_enabled'] !== true) return []
      const kept = view.state[block.block_id!]?.[element.action_id]
      const id = (kept?.['selected_conversation'] ?? kept?.['selected_channel']) as string | undefined
      const channel = id === undefined ? undefined : this.#world.space.channels.get(id)
      if (!channel) return []
      const url = this.urls.make(view.app, view.user, channel)
      return [
        { block_id: block.block_id, action_id: element.action_id, channel_id: channel.id, response_url: url },
      ]
    })
  }

  #common(spot: { app: App; user: string }): Json {
    return {
      team: this.#team(),
      user: this.#user(spot.user),
      api_app_id: spot.app.id,
      token: spot.app.verificationToken,
      enterprise: null,
      is_enterprise_install: false,
    }
  }

  #where(spot: Spot, urls = true): Json {
    if (spot.view)
      return { container: { type: 'view', view_id: spot.view.id }, view: this.views.wire(spot.view) }
    const { channel, message } = spot as { channel: Channel; message: Message }
    const isEphemeral = message.only !== undefined
    return {
      container: {
        type: 'message',
        message_ts: message.ts,
        channel_id: channel.id,
        is_ephemeral: isEphemeral,
        ...(message.thread_ts !== undefined && { thread_ts: message.thread_ts }),
      },
      channel: channelRef(channel),
      ...(!isEphemeral && { message: wireMessage(this.#world, channel, message) }),
      ...(urls && { response_url: this.urls.make(spot.app, spot.user, channel, message) }),
    }
  }

  #user(id: string): Json {
    const user = this.#world.space.users.get(id)
    return {
      id,
      username: user?.name ?? id,
      name: user?.name ?? id,
      team_id: user?.team_id ?? this.#world.space.team.id,
    }
  }

  #team(): Json {
    return { id: this.#world.space.team.id, domain: this.#world.space.team.domain }
  }

  #stamp(): string {
    return `${sec(this.#world.clock.ms)}.${String(Math.floor(this.#world.ids.random() * 1e6)).padStart(6, '0')}`
  }

  async #send(app: App, payload: Json): Promise<Delivered> {
    const channel = (payload['channel'] as { id?: string } | undefined)?.id
    const entry = this.#world.journal.add({
      kind: 'interactive',
      name: String(payload['type']),
      app: app.id,
      ...(channel !== undefined && { channel }),
      ok: true,
      body: payload,
    })
    const delivered = await this.#courier.deliver(app, { kind: 'interactive', payload })
    if (delivered.ok) entry.answer = delivered.payload
    else Object.assign(entry, { ok: false, error: delivered.reason })
    return delivered
  }
}

function channelRef(channel: Channel): Json {
  return { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name }
}

function actionOf(element: Element): Json {
  const kept = new Set([
    'action_id',
    'text',
    'value',
    'style',
    'placeholder',
    'url',
    'accessibility_label',
    'confirm',
  ])
  return Object.fromEntries(Object.entries(element).filter(([key]) => kept.has(key)))
}

function spokenAnswer(delivered: Delivered): Answer | undefined {
  if (!delivered.ok) return undefined
  if (typeof delivered.text === 'string' && delivered.text !== '') return { text: delivered.text }
  if (delivered.payload && typeof delivered.payload === 'object') return delivered.payload
  return undefined
}
