import type { App } from './apps.ts'
import { limits } from './blockkit-limits.ts'
import { SlackError } from './errors.ts'
import { openState, type State } from './forms.ts'
import type { Block, TextView, ViewView } from './protocol.ts'
import type { Trigger } from './triggers.ts'
import { named } from './wire.ts'
import type { World } from './world.ts'

const KEYS = ['title', 'submit', 'close', 'private_metadata', 'callback_id', 'external_id'] as const
const FLAGS = ['clear_on_close', 'notify_on_close', 'submit_disabled'] as const

export type ViewDraft = {
  [key: string]: unknown
  type: 'modal' | 'home'
  blocks: unknown
  title?: TextView
  submit?: TextView
  close?: TextView
  private_metadata?: string
  callback_id?: string
  external_id?: string
  clear_on_close?: boolean
  notify_on_close?: boolean
  submit_disabled?: boolean
}

export type View = ViewDraft & {
  id: string
  app: App
  user: string
  hash: string
  blocks: Block[]
  state: State
  errors: Record<string, string>
  error?: string
  busy: boolean
  root: string
  previous: string | null
}

/** Open modals and App Homes. */
export class Views {
  #world: World
  #byId = new Map<string, View>()
  #stacks = new Map<string, View[]>()
  #homes = new Map<string, View>()

  constructor(world: World) {
    this.#world = world
  }

  get(id: string): View | undefined {
    return this.#byId.get(id)
  }

  stack(user: string): View[] {
    return this.#stacks.get(user) ?? []
  }

  home(app: App, user: string): View | undefined {
    return this.#homes.get(`${app.id} ${user}`)
  }

  external(app: App, externalId: string): View | undefined {
    for (const view of this.#byId.values())
      if (view.app === app && view.external_id === externalId) return view
    return undefined
  }

  /** A new root modal in front of the person. */
  open(app: App, trigger: Trigger, draft: ViewDraft): View {
    this.#unique(app, draft)
    for (const view of this.stack(trigger.user)) this.#byId.delete(view.id)
    const view = this.#make(app, trigger.user, draft)
    this.#stacks.set(trigger.user, [view])
    this.#world.changes.touch()
    return view
  }

  /** A modal on top of the one that is open. */
  push(app: App, user: string, draft: ViewDraft): View {
    this.#unique(app, draft)
    const stack = this.stack(user)
    const top = stack.at(-1)
    if (!top || top.app !== app) throw new SlackError('not_found')
    if (stack.length >= limits.view.stack) throw new SlackError('push_limit_reached')
    const view = this.#make(app, user, draft, top)
    stack.push(view)
    this.#world.changes.touch()
    return view
  }

  update(view: View, draft: ViewDraft, hash?: string): View {
    if (hash !== undefined && hash !== view.hash) throw new SlackError('hash_conflict')
    if (draft.external_id !== view.external_id) this.#unique(view.app, draft)
    for (const key of [...KEYS, ...FLAGS]) delete view[key]
    Object.assign(view, pickKnown(draft))
    view.blocks = named(this.#world, draft.blocks)
    view.state = openState(view.blocks, view.state)
    view.errors = {}
    delete view.error
    view.hash = this.#hash()
    this.#world.changes.touch()
    return view
  }

  publish(app: App, user: string, draft: ViewDraft, hash?: string): View {
    const known = this.home(app, user)
    if (known) return this.update(known, draft, hash)
    this.#unique(app, draft)
    const view = this.#make(app, user, draft)
    this.#homes.set(`${app.id} ${user}`, view)
    this.#world.changes.touch()
    return view
  }

  /** Takes this view and everything above it off the stack. */
  close(view: View): void {
    const stack = this.stack(view.user)
    const index = stack.indexOf(view)
    if (index < 0) return
    for (const gone of stack.splice(index)) this.#byId.delete(gone.id)
    this.#world.changes.touch()
  }

  clearStack(user: string): void {
    for (const view of this.stack(user)) this.#byId.delete(view.id)
    this.#stacks.delete(user)
    this.#world.changes.touch()
  }

  clear(): void {
    this.#byId.clear()
    this.#stacks.clear()
    this.#homes.clear()
  }

  /** As payloads and answers show it. */
  wire(view: View): Record<string, unknown> {
    return {
      id: view.id,
      team_id: this.#world.space.team.id,
      type: view.type,
      blocks: view.blocks,
      private_metadata: view.private_metadata ?? '',
      callback_id: view.callback_id ?? '',
      state: { values: view.state },
      hash: view.hash,
      title: view.title ?? null,
      close: view.close ?? null,
      submit: view.submit ?? null,
      clear_on_close: view.clear_on_close ?? false,
      notify_on_close: view.notify_on_close ?? false,
      submit_disabled: view.submit_disabled ?? false,
      previous_view_id: view.previous,
      root_view_id: view.root,
      app_id: view.app.id,
      external_id: view.external_id ?? '',
      app_installed_team_id: this.#world.space.team.id,
      bot_id: view.app.botId,
    }
  }

  /** As the person sees it. */
  show(view: View): ViewView {
    return {
      id: view.id,
      type: view.type,
      app_id: view.app.id,
      hash: view.hash,
      callback_id: view.callback_id ?? '',
      ...(view.title && { title: view.title }),
      ...(view.submit && { submit: view.submit }),
      ...(view.close && { close: view.close }),
      blocks: view.blocks,
      state: structuredClone(view.state),
      errors: { ...view.errors },
      ...(view.error !== undefined && { error: view.error }),
      busy: view.busy,
    }
  }

  #make(app: App, user: string, draft: ViewDraft, below?: View): View {
    const id = this.#world.ids.next('V')
    const blocks = named(this.#world, draft.blocks)
    const view: View = {
      ...pickKnown(draft),
      id,
      app,
      user,
      hash: this.#hash(),
      blocks,
      state: openState(blocks),
      errors: {},
      busy: false,
      root: below?.root ?? id,
      previous: below?.id ?? null,
    }
    this.#byId.set(id, view)
    return view
  }

  #hash(): string {
    return `${Math.floor(this.#world.clock.ms / 1000)}.${this.#world.ids.secret(8)}`
  }

  #unique(app: App, draft: ViewDraft): void {
    if (draft.external_id && this.external(app, draft.external_id))
      throw new SlackError('duplicate_external_id')
  }
}

function pickKnown(
  draft: ViewDraft,
): Pick<ViewDraft, 'type' | (typeof KEYS)[number] | (typeof FLAGS)[number]> {
  const known = Object.entries(draft).filter(([key]) =>
    ([...KEYS, ...FLAGS, 'type'] as string[]).includes(key),
  )
  return Object.fromEntries(known) as unknown as ViewDraft
}
