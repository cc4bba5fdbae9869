import type { App } from './apps.ts'
import { SlackError } from './errors.ts'
import { sec } from './workspace.ts'
import type { World } from './world.ts'

const GOOD_FOR_MS = 3_000

export type Trigger = { app: string; user: string; expiresAt: number; used: boolean; view?: string }

/** trigger_ids: good once, for three seconds. */
export class Triggers {
  #world: World
  #known = new Map<string, Trigger>()

  constructor(world: World) {
    this.#world = world
  }

  make(app: App, user: string, view?: string): string {
    const id = `${sec(this.#world.clock.ms)}.${Math.floor(this.#world.ids.random() * 1e12)}.${this.#world.ids.secret(32)}`
    const expiresAt = this.#world.clock.ms + GOOD_FOR_MS
    this.#known.set(id, { app: app.id, user, expiresAt, used: false, ...(view !== undefined && { view }) })
    if (this.#known.size > 2_000) this.#known.delete(this.#known.keys().next().value!)
    return id
  }

  /** Spends one, or says why not. */
  spend(app: App, id: string | undefined): Trigger {
    const trigger = this.#known.get(id ?? '')
    if (!trigger || trigger.app !== app.id) throw new SlackError('invalid_trigger_id')
    if (trigger.used) throw new SlackError('exchanged_trigger_id')
    if (this.#world.clock.ms > trigger.expiresAt) throw new SlackError('expired_trigger_id')
    trigger.used = true
    return trigger
  }

  clear(): void {
    this.#known.clear()
  }
}
