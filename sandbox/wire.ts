import type { Block } from './protocol.ts'
import { type Channel, type Message, type User, type Usergroup, sec } from './workspace.ts'
import type { World } from './world.ts'

type Json = Record<string, unknown>
const ENTITY = /<([@#!]?)([^>|]*)(?:\|([^>]*))?>/g

/** A message as Slack's API and events show it. Without `metadata` only the event type comes back. */
export function wireMessage(world: World, channel: Channel, message: Message, metadata = false): Json {
  const thread = channel.threads.get(message.ts)
  const replied = thread && thread.replies.length > 0
  const app = message.app_id === undefined ? undefined : world.apps.get(message.app_id)
  const subtype = message.broadcast ? 'thread_broadcast' : message.subtype
  const rootTs = message.thread_ts ?? (replied ? message.ts : undefined)
  return {
    type: 'message',
    ...(subtype !== undefined && { subtype }),
    user: message.user,
    text: message.text,
    ts: message.ts,
    team: world.space.users.get(message.user)?.team_id ?? world.space.team.id,
    ...(message.client_msg_id !== undefined && { client_msg_id: message.client_msg_id }),
    ...(message.bot_id !== undefined && { bot_id: message.bot_id, app_id: message.app_id }),
    ...(app && {
      bot_profile: {
        id: app.botId,
        app_id: app.id,
        name: app.name,
        deleted: false,
        updated: 0,
        team_id: world.space.team.id,
      },
    }),
    ...(message.username !== undefined && { username: message.username }),
    ...(message.icons && { icons: message.icons }),
    ...wireBlocks(message),
    ...(message.attachments.length > 0 && { attachments: message.attachments }),
    ...(message.files.length > 0 && { files: message.files }),
    ...(rootTs !== undefined && { thread_ts: rootTs }),
    ...(message.thread_ts !== undefined && { parent_user_id: channel.byTs.get(message.thread_ts)?.user }),
    ...(replied && {
      reply_count: thread.replies.length,
      reply_users_count: thread.users.size,
      reply_users: [...thread.users],
      latest_reply: thread.replies.at(-1)!.ts,
      is_locked: false,
      subscribed: false,
    }),
    ...(message.edited && { edited: message.edited }),
    ...(message.reactions.size > 0 && { reactions: wireReactions(message) }),
    ...(channel.pins.has(message.ts) && { pinned_to: [channel.id] }),
    ...(message.metadata && {
      metadata: metadata ? message.metadata : { event_type: message.metadata.event_type },
    }),
  }
}

export function wireReactions(message: Message) {
  return [...message.reactions].map(([name, users]) => ({ name, users: [...users], count: users.size }))
}

function wireBlocks(message: Message): Json {
  if (message.blocks.length > 0) return { blocks: message.blocks }
  if (message.bot_id !== undefined || !message.text || message.subtype) return {}
  const section = { type: 'rich_text_section', elements: richElements(message.text) }
  return { blocks: [{ type: 'rich_text', block_id: message.ts.slice(-5), elements: [section] }] }
}

function richElements(text: string): Json[] {
  const elements: Json[] = []
  let end = 0
  const plain = (value: string) => value && elements.push({ type: 'text', text: decode(value) })
  for (const match of text.matchAll(ENTITY)) {
    plain(text.slice(end, match.index))
    end = match.index + match[0].length
    elements.push(richEntity(match[1]!, match[2]!, match[3]))
  }
  plain(text.slice(end))
  return elements
}

function richEntity(mark: string, body: string, label: string | undefined): Json {
  if (mark === '@') return { type: 'user', user_id: body }
  if (mark === '#') return { type: 'channel', channel_id: body }
  if (mark === '!' && body.startsWith('subteam^')) return { type: 'usergroup', usergroup_id: body.slice(8) }
  if (mark === '!') return { type: 'broadcast', range: body }
  return { type: 'link', url: decode(body), ...(label !== undefined && { text: decode(label) }) }
}

function decode(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/** What Slack's client sends for a typed line: `@name`, `@group`, `@here` and `#channel` become entities, the rest is escaped. */
export function typed(world: World, text: string): string {
  const kept: string[] = []
  const keep = (entity: string) => `\uE000${kept.push(entity) - 1}\uE001`
  const users = new Map([...world.space.users.values()].map((user) => [user.name, user.id]))
  return text
    .replace(/<(?:[@#!][^<>\s][^<>]*|https?:[^<>\s]+|mailto:[^<>\s]+)>/g, keep)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/(?<![\w/])@([a-z0-9._-]*[a-z0-9_])/gi, (whole, name: string) => {
      if (/^(here|channel|everyone)$/.test(name)) return keep(`<!${name}>`)
      const group = world.space.groupNamed(name)
      if (group) return keep(`<!subteam^${group.id}>`)
      const user = users.get(name) ?? (world.space.users.has(name) ? name : undefined)
      return user ? keep(`<@${user}>`) : whole
    })
    .replace(/(?<![\w/&])#([a-z0-9_-]+)/g, (whole, name: string) => {
      const channel = world.space.find(name)
      return channel ? keep(`<#${channel.id}|${channel.name}>`) : whole
    })
    .replace(/(?<![\w"=])https?:\/\/[^\s\uE000]+[^\s\uE000.,;:!?)]/g, (url) => keep(`<${url}>`))
    .replace(/\uE000(\d+)\uE001/g, (_, index: string) => kept[Number(index)]!)
}

/** Fills in the ids that the app left out, in place: the blocks were parsed from a request and belong to nobody else. */
export function named(world: World, blocks: unknown): Block[] {
  if (!Array.isArray(blocks)) return []
  const own = blocks as Block[]
  for (const block of own) nameOne(world, block)
  return own
}

function nameOne(world: World, block: Block): void {
  block.block_id ||= world.ids.secret(5)
  const elements = [block['elements'], block['accessory'], block['element']].flat() as (Json | undefined)[]
  for (const element of elements)
    if (element && isActive(element)) element['action_id'] ||= world.ids.secret(5)
  const children = block['child_blocks']
  if (Array.isArray(children)) for (const child of children as Block[]) nameOne(world, child)
}

function isActive(element: Json): boolean {
  return /button|select|menu|overflow|picker|input|checkboxes|feedback/.test(String(element['type']))
}

export function wireChannel(world: World, channel: Channel, viewer: string, members = false): Json {
  const isIm = channel.kind === 'im'
  const peer = [...channel.members].find((id) => id !== viewer)
  const common = {
    id: channel.id,
    created: channel.created,
    is_archived: channel.is_archived,
    is_im: isIm,
    is_org_shared: false,
    context_team_id: world.space.team.id,
    updated: channel.created * 1000,
    ...(members && { num_members: channel.members.size }),
  }
  if (isIm) return { ...common, user: peer ?? viewer, is_user_deleted: false, priority: 0, is_open: true }
  const text = (value: string) => ({
    value,
    creator: value ? channel.creator : '',
    last_set: value ? channel.created : 0,
  })
  return {
    ...common,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === 'channel',
    is_group: channel.kind === 'private',
    is_mpim: channel.kind === 'mpim',
    is_private: channel.kind !== 'channel',
    is_general: channel.is_general,
    is_shared: channel.is_shared,
    is_ext_shared: channel.is_shared,
    is_pending_ext_shared: false,
    is_member: channel.members.has(viewer),
    unlinked: 0,
    creator: channel.creator,
    topic: text(channel.topic),
    purpose: text(channel.purpose),
    previous_names: [],
  }
}

export function wireUser(world: World, user: User, email: boolean, locale = false): Json {
  const stranger = user.team_id !== world.space.team.id
  return {
    id: user.id,
    team_id: user.team_id,
    name: user.name,
    deleted: user.deleted,
    real_name: user.real_name,
    tz: user.tz,
    tz_label: user.tz,
    tz_offset: zoneOffset(user.tz, world.clock.now()),
    profile: {
      title: user.title,
      real_name: user.real_name,
      real_name_normalized: user.real_name,
      display_name: user.real_name,
      display_name_normalized: user.real_name,
      status_text: '',
      status_emoji: '',
      ...(email && user.email && { email: user.email }),
      ...(user.bot_id !== undefined && { bot_id: user.bot_id, api_app_id: user.app_id }),
    },
    is_admin: user.is_admin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.is_restricted,
    is_ultra_restricted: false,
    is_bot: user.is_bot,
    is_app_user: false,
    ...(stranger && { is_stranger: true }),
    is_email_confirmed: true,
    updated: user.updated,
    ...(locale && { locale: 'en-US' }),
  }
}

/** By zone: making one is what costs. */
const formats = new Map<string, Intl.DateTimeFormat>()

function zoneOffset(zone: string, now: Date): number {
  let format = formats.get(zone)
  if (!format)
    formats.set(
      zone,
      (format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })),
    )
  const name = format.formatToParts(now).find((part) => part.type === 'timeZoneName')?.value
  const match = /GMT([+-])(\d\d):(\d\d)/.exec(name ?? '')
  if (!match) return 0
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60)
}

export function wireGroup(world: World, group: Usergroup, users = true): Json {
  return {
    id: group.id,
    team_id: world.space.team.id,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    description: group.description,
    handle: group.handle,
    is_external: false,
    date_create: group.created,
    date_update: group.updated,
    date_delete: group.enabled ? 0 : sec(world.clock.ms),
    auto_type: null,
    auto_provision: false,
    enterprise_subteam_id: '',
    created_by: 'U0',
    updated_by: 'U0',
    deleted_by: null,
    prefs: { channels: [], groups: [] },
    user_count: group.users.length,
    ...(users && { users: group.users }),
  }
}
