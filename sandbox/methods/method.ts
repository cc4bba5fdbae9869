import type { App } from '../apps.ts'
import { SlackError } from '../errors.ts'
import type { Parts } from '../parts.ts'
import type { Tier } from '../limits.ts'
import type { Channel, Message } from '../workspace.ts'

type Json = Record<string, unknown>
type Kind = 'string' | 'number' | 'boolean' | 'list' | 'json'
type ArgSpec = Record<string, Kind | `${Kind}!`>
type ValueOf<K> = K extends 'string'
  ? string
  : K extends 'number'
    ? number
    : K extends 'boolean'
      ? boolean
      : K extends 'list'
        ? string[]
        : unknown
/** The typed arguments of a call: `!` marks a required one; `list` is a comma-separated string or an array. */
export type Args<S extends ArgSpec> = {
  [N in keyof S]: S[N] extends `${infer K}!` ? ValueOf<K> : ValueOf<S[N]> | undefined
}

/** One call of one method. */
export type Call<A = Record<string, unknown>> = Parts & {
  app: App
  args: A
  warn(message: string): void
}

export type Method = {
  tier: Tier
  /** any one of these bot scopes is enough; empty: none needed */
  scopes: readonly string[]
  token: 'bot' | 'app'
  args: ArgSpec
  /** errors of this method's own, the ones that the sandbox can answer */
  errors: readonly string[]
  run(call: Call<never>): Json | Promise<Json>
}

/** Declares a method; the arguments in `run` are typed by `args`. */
export function method<const S extends ArgSpec>(given: {
  tier: Tier
  scopes?: readonly string[]
  token?: 'bot' | 'app'
  args?: S
  errors?: readonly string[]
  run(call: Call<Args<S>>): Json | Promise<Json>
}): Method {
  return { scopes: [], token: 'bot', errors: [], ...given, args: given.args ?? {} }
}

const FAMILY = { channel: 'channels', private: 'groups', im: 'im', mpim: 'mpim' } as const

/** The channel that the app may know of: public ones, and private ones that it is in. */
export function channelOf(call: Call<unknown>, id: string): Channel {
  const channel = call.world.space.channels.get(id)
  const hidden = channel && channel.kind !== 'channel' && !channel.members.has(call.app.botUserId)
  if (!channel || hidden) throw new SlackError('channel_not_found')
  return channel
}

/** Refuses when the scope for this kind of conversation is missing (`channels:history` for a public one …). */
export function needScope(call: Call<unknown>, channel: Channel, right: string): void {
  const scope = `${FAMILY[channel.kind]}:${right}`
  if (!call.app.scopes.has(scope)) throw missingScope(call.app, [scope])
}

export function missingScope(app: App, needed: readonly string[]): SlackError {
  return new SlackError('missing_scope', { needed: needed.join(','), provided: [...app.scopes].join(',') })
}

export function member(call: Call<unknown>, channel: Channel): void {
  if (!channel.members.has(call.app.botUserId)) throw new SlackError('not_in_channel')
}

export function messageOf(channel: Channel, ts: string, error = 'message_not_found'): Message {
  const message = channel.byTs.get(ts)
  if (!message) throw new SlackError(error)
  return message
}

/** One page of a list by cursor; `next_cursor` is empty at the end. */
export function page<T>(
  list: readonly T[],
  cursor: string | undefined,
  limit: number | undefined,
  most = 1000,
): { items: T[]; response_metadata: { next_cursor: string } } {
  const start = cursor ? decodeCursor(cursor) : 0
  const size = Math.min(Math.max(limit || 100, 1), most)
  const next = start + size < list.length ? encodeCursor(start + size) : ''
  return { items: list.slice(start, start + size), response_metadata: { next_cursor: next } }
}

function encodeCursor(offset: number): string {
  return Buffer.from(`next:${offset}`).toString('base64')
}

function decodeCursor(cursor: string): number {
  const match = /^next:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())
  if (!match) throw new SlackError('invalid_cursor')
  return Number(match[1])
}
