import type { App } from './apps.ts'
import { validate } from './blockkit.ts'
import type { Courier, Delivered } from './courier.ts'
import { SlackError } from './errors.ts'
import type { Field, StateValue } from './forms.ts'
import { actionOf, channelRef, Payloads, type Spot } from './payloads.ts'
import type { OptionView } from './protocol.ts'
import type { Answer, ResponseUrls } from './response-urls.ts'
import type { Triggers } from './triggers.ts'
import type { View, ViewDraft, Views } from './views.ts'
import { wireMessage } from './wire.ts'
import type { Channel, Message } from './workspace.ts'
import type { World } from './world.ts'

type Json = Record<string, unknown>
export type Submitted = { errors?: Record<string, string>; failed?: string }

/** Tells the app what a person did, and brings the answer back to the person. */
export class Interactivity {
  #world: World
  #courier: Courier
  readonly triggers: Triggers
  readonly urls: ResponseUrls
  readonly views: Views
  readonly payloads: Payloads

  constructor(world: World, courier: Courier, triggers: Triggers, urls: ResponseUrls, views: Views) {
    this.#world = world
    this.#courier = courier
    this.triggers = triggers
    this.urls = urls
    this.views = views
    this.payloads = new Payloads(world, views, urls)
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
      action_ts: this.payloads.stamp(),
      team: this.payloads.team(),
      user: this.payloads.user(user),
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
      action_ts: this.payloads.stamp(),
    }
    return await this.#send(spot.app, {
      type: 'block_actions',
      ...this.payloads.common(spot),
      trigger_id: this.triggers.make(spot.app, spot.user, spot.view?.id),
      ...this.payloads.where(spot),
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
      ...this.payloads.common(spot),
      ...this.payloads.where(spot, false),
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
      ...this.payloads.common({ app: view.app, user: view.user }),
      trigger_id: this.triggers.make(view.app, view.user, view.id),
      view: this.views.wire(view),
      response_urls: this.payloads.responseUrls(view),
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
      ...this.payloads.common({ app: view.app, user: view.user }),
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

function spokenAnswer(delivered: Delivered): Answer | undefined {
  if (!delivered.ok) return undefined
  if (typeof delivered.text === 'string' && delivered.text !== '') return { text: delivered.text }
  if (delivered.payload && typeof delivered.payload === 'object') return delivered.payload
  return undefined
}
