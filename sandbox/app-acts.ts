import type { Events } from './events.ts'
import { complaints, type Field, fields, findField, openState, type State, typeIn, valueOf } from './forms.ts'
import type { Interactivity } from './interactivity.ts'
import type { Spot } from './payloads.ts'
import type { Act, ActResult, OptionView, Place } from './protocol.ts'
import { no, type Refusal, seenMessage, sees } from './seeing.ts'
import { typed } from './wire.ts'
import type { Message } from './workspace.ts'
import type { World } from './world.ts'

type Used = Extract<Act, { place: Place }>
type Found = { spot: Spot; field: Field; state: State }

const NOT_DISPATCHED = new Set(['button', 'workflow_button', 'overflow'])

/** What people do that an app hears of: commands, shortcuts, elements, modals, the App Home. */
export class AppActs {
  #world: World
  #events: Events
  #tell: Interactivity
  /** values chosen in messages, by person and message */
  #states = new Map<string, State>()
  /** the latest options of external selects */
  #suggested = new Map<string, OptionView[]>()

  constructor(world: World, events: Events, tell: Interactivity) {
    this.#world = world
    this.#events = events
    this.#tell = tell
  }

  clear(): void {
    this.#states.clear()
    this.#suggested.clear()
  }

  async command(user: string, channelId: string, line: string): Promise<ActResult> {
    const channel = this.#world.space.find(channelId)
    if (!channel || !sees(channel, user)) return no('not_found', 'No such channel.')
    const [, command = '', rest = ''] = /^(\/\S+)\s*([\s\S]*)$/.exec(line) ?? []
    // Of two apps with one command the last installed wins.
    const app = [...this.#world.apps.values()].findLast(
      (candidate) => candidate.installed && candidate.commands.some((known) => known.command === command),
    )
    if (!app) return this.#shown(user, channel.id, 'unknown_command', `${command} is not a valid command.`)
    const escape = app.commands.find((known) => known.command === command)!.should_escape
    const delivered = await this.#tell.command(
      app,
      user,
      channel,
      command,
      escape ? typed(this.#world, rest) : rest,
    )
    if (delivered.ok) return { ok: true, channel: channel.id }
    const error = plainReason(delivered.reason)
    return this.#shown(user, channel.id, error, `${command} failed with the error "${error}"`)
  }

  async shortcut(act: Extract<Act, { type: 'message_shortcut' | 'global_shortcut' }>): Promise<ActResult> {
    const kind = act.type === 'message_shortcut' ? 'message' : 'global'
    const app = [...this.#world.apps.values()].find((candidate) =>
      candidate.shortcuts.some((known) => known.callback_id === act.callback_id && known.type === kind),
    )
    if (!app) return no('not_found', `No app has the ${kind} shortcut ${act.callback_id}.`)
    if (act.type === 'global_shortcut')
      return this.#outcome(act.as, await this.#tell.shortcut(app, act.as, act.callback_id))
    const on = seenMessage(this.#world, act.as, act.channel, act.ts)
    if (!on) return no('not_found', 'No such message.')
    return this.#outcome(act.as, await this.#tell.shortcut(app, act.as, act.callback_id, on))
  }

  async use(act: Extract<Act, { type: 'press' | 'choose' }>): Promise<ActResult> {
    const found = this.#locate(act)
    if (!found) return changed(act)
    const { spot, field, state } = found
    const problems = typeIn(blocksOf(spot), state, act.values, this.#suggestions(act.place))
    if (problems.length > 0) return no('invalid_value', problems.join('; '))
    const confirm = field.element['confirm'] as Refusal['confirm']
    if (confirm && !act.confirmed)
      return { ...no('confirm_needed', confirm.text?.text ?? 'Are you sure?'), confirm }
    let value
    if (act.type === 'choose') {
      value = valueOf(field.element, act.value, this.#suggestions(act.place)(act.block_id, act.action_id))
      if (!value) return no('invalid_value', `${act.action_id} does not take ${JSON.stringify(act.value)}.`)
      if (!NOT_DISPATCHED.has(field.element.type)) (state[act.block_id] ??= {})[act.action_id] = value
    } else if (!NOT_DISPATCHED.has(field.element.type))
      return no('invalid_value', `${act.action_id} is not a button.`)
    if (field.block.type === 'input' && field.block['dispatch_action'] !== true) return { ok: true }
    return this.#outcome(act.as, await this.#tell.action(spot, field, value, state))
  }

  async suggest(act: Extract<Act, { type: 'suggest' }>): Promise<ActResult> {
    const found = this.#locate(act)
    if (!found) return changed(act)
    const { failed, ...answer } = await this.#tell.suggest(found.spot, found.field, act.query)
    if (failed) return no(plainReason(failed), 'The options could not be loaded.')
    const options = answer.options ?? answer.option_groups?.flatMap((group) => group.options) ?? []
    this.#suggested.set(placeKey(act.place, act.block_id, act.action_id), options)
    return { ok: true, ...answer }
  }

  async submit(act: Extract<Act, { type: 'submit' }>): Promise<ActResult> {
    const view = this.#tell.views.get(act.view)
    if (!view || this.#tell.views.stack(act.as).at(-1) !== view)
      return no('not_found', 'This modal is not open.')
    if (view.submit_disabled) return no('submit_disabled', 'This modal cannot be submitted yet.')
    const problems = typeIn(
      view.blocks,
      view.state,
      act.values,
      this.#suggestions({ in: 'view', view: view.id }),
    )
    if (problems.length > 0) return no('invalid_value', problems.join('; '))
    delete view.error
    view.errors = complaints(view.blocks, view.state)
    if (Object.keys(view.errors).length > 0)
      return { ...no('field_errors', 'Some fields need attention.'), errors: view.errors }
    view.busy = true
    this.#world.changes.touch()
    const submitted = await this.#tell.submit(view)
    view.busy = false
    if (submitted.errors)
      return { ...no('field_errors', 'Some fields need attention.'), errors: submitted.errors }
    if (submitted.failed === undefined) return { ok: true }
    view.error = 'We had some trouble connecting. Try again?'
    return this.#shown(act.as, undefined, plainReason(submitted.failed), view.error)
  }

  async close(act: Extract<Act, { type: 'close' }>): Promise<ActResult> {
    const view = this.#tell.views.get(act.view)
    if (!view || !this.#tell.views.stack(act.as).includes(view))
      return no('not_found', 'This modal is not open.')
    await this.#tell.closed(view, act.all ?? false)
    return { ok: true }
  }

  openHome(act: Extract<Act, { type: 'open_home' }>): ActResult {
    const app = this.#world.app(act.app)
    const channel = this.#world.directMessage(act.as, app.botUserId)
    const tab = act.tab ?? 'home'
    if (tab === 'home' && !app.homeTab) return no('not_enabled', `${app.name} has no Home tab.`)
    const view = this.#tell.views.home(app, act.as)
    this.#events.emit(
      {
        type: 'app_home_opened',
        user: act.as,
        channel: channel.id,
        tab,
        ...(view && { view: this.#tell.views.wire(view) }),
        event_ts: `${this.#world.clock.ms / 1000}`,
      },
      { app },
    )
    return { ok: true, channel: channel.id }
  }

  stateOf(user: string, message: Message): State {
    const key = `${user} ${message.channel} ${message.ts}`
    return openState(message.blocks, this.#states.get(key))
  }

  #locate(act: Used): Found | undefined {
    if (act.place.in === 'view') {
      const view = this.#tell.views.get(act.place.view)
      if (!view || view.user !== act.as) return undefined
      const field = findField(view.blocks, act.block_id, act.action_id)
      return field && { spot: { app: view.app, user: act.as, view }, field, state: view.state }
    }
    const found = seenMessage(this.#world, act.as, act.place.channel, act.place.ts)
    const app = found?.message.app_id === undefined ? undefined : this.#world.apps.get(found.message.app_id)
    const field = found && findField(found.message.blocks, act.block_id, act.action_id)
    if (!found || !app || !field) return undefined
    const state = this.stateOf(act.as, found.message)
    if (fields(found.message.blocks).length > 0)
      this.#states.set(`${act.as} ${found.channel.id} ${found.message.ts}`, state)
    return { spot: { app, user: act.as, ...found }, field, state }
  }

  #suggestions(place: Place) {
    return (blockId: string, actionId: string) =>
      this.#suggested.get(placeKey(place, blockId, actionId)) ?? []
  }

  #outcome(user: string, delivered: { ok: boolean; reason?: string }): ActResult {
    if (delivered.ok) return { ok: true }
    return this.#shown(
      user,
      undefined,
      plainReason(delivered.reason ?? ''),
      'This app did not respond. Try again.',
    )
  }

  #shown(user: string, channel: string | undefined, error: string, text: string): Refusal {
    this.#world.notice(user, text, channel)
    return no(error, text)
  }
}

/** Blocks without an id of their own get a new one with every edit: who is a moment late presses what is not there. */
function changed({ block_id, action_id }: { block_id: string; action_id: string }): Refusal {
  return no('not_found', `This has just changed, and has no ${block_id}/${action_id} any more. Try again.`)
}

function blocksOf(spot: Spot) {
  return spot.view?.blocks ?? spot.message!.blocks
}

function placeKey(place: Place, blockId: string, actionId: string): string {
  return [place.in === 'view' ? place.view : `${place.channel} ${place.ts}`, blockId, actionId].join(' ')
}

function plainReason(reason: string): string {
  if (reason === 'timeout' || reason === 'http_timeout') return 'operation_timeout'
  if (reason === 'invalid_view' || reason.startsWith('invalid_')) return reason
  return 'dispatch_failed'
}
