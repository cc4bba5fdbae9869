import type { ActResult } from './protocol.ts'
import type { Channel, Message } from './workspace.ts'
import type { World } from './world.ts'

export type Refusal = Extract<ActResult, { ok: false }>

/** An act that did not happen, with the sentence that the person reads. */
export function no(error: string, text: string): Refusal {
  return { ok: false, error, text }
}

/** Whether a person can look into a channel. */
export function sees(channel: Channel, user: string): boolean {
  return channel.kind === 'channel' || channel.members.has(user)
}

/** A message that this person can see. */
export function seenMessage(
  world: World,
  user: string,
  channelId: string,
  ts: string,
): { channel: Channel; message: Message } | undefined {
  const channel = world.space.find(channelId)
  const message = channel && sees(channel, user) ? world.space.anyMessage(channel, ts) : undefined
  if (!channel || !message || (message.only !== undefined && message.only !== user)) return undefined
  return { channel, message }
}
