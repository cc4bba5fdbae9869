import type { App } from './apps.ts'
import type { Element } from './forms.ts'
import type { ResponseUrls } from './response-urls.ts'
import type { View, Views } from './views.ts'
import { wireMessage } from './wire.ts'
import { type Channel, type Message, sec } from './workspace.ts'
import type { World } from './world.ts'

type Json = Record<string, unknown>
/** Where an element was used. */
export type Spot = { app: App; user: string; channel?: Channel; message?: Message; view?: View }

/** The parts that interactive payloads are made of. */
export class Payloads {
  #world: World
  #views: Views
  #urls: ResponseUrls

  constructor(world: World, views: Views, urls: ResponseUrls) {
    this.#world = world
    this.#views = views
    this.#urls = urls
  }

  responseUrls(view: View): Json[] {
    return view.blocks.flatMap((block) => {
      const element = block['element'] as Element | undefined
      if (!element || element['response_url_enabled'] !== true) return []
      const kept = view.state[block.block_id!]?.[element.action_id]
      const id = (kept?.['selected_conversation'] ?? kept?.['selected_channel']) as string | undefined
      const channel = id === undefined ? undefined : this.#world.space.channels.get(id)
      if (!channel) return []
      const url = this.#urls.make(view.app, view.user, channel)
      return [
        { block_id: block.block_id, action_id: element.action_id, channel_id: channel.id, response_url: url },
      ]
    })
  }

  common(spot: { app: App; user: string }): Json {
    return {
      team: this.team(),
      user: this.user(spot.user),
      api_app_id: spot.app.id,
      token: spot.app.verificationToken,
      enterprise: null,
      is_enterprise_install: false,
    }
  }

  where(spot: Spot, urls = true): Json {
    if (spot.view)
      return { container: { type: 'view', view_id: spot.view.id }, view: this.#views.wire(spot.view) }
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
      ...(urls && { response_url: this.#urls.make(spot.app, spot.user, channel, message) }),
    }
  }

  user(id: string): Json {
    const user = this.#world.space.users.get(id)
    return {
      id,
      username: user?.name ?? id,
      name: user?.name ?? id,
      team_id: user?.team_id ?? this.#world.space.team.id,
    }
  }

  team(): Json {
    return { id: this.#world.space.team.id, domain: this.#world.space.team.domain }
  }

  stamp(): string {
    return `${sec(this.#world.clock.ms)}.${String(Math.floor(this.#world.ids.random() * 1e6)).padStart(6, '0')}`
  }
}

/** A channel as payloads name it. */
export function channelRef(channel: Channel): Json {
  return { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name }
}

/** What a payload repeats of the element. */
export function actionOf(element: Element): Json {
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
