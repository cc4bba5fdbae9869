import { permalink } from './methods/chat.ts'
import type { Parts } from './parts.ts'
import type { AppView, ChannelView, MessageView, Snapshot, UserView } from './protocol.ts'
import { wireReactions } from './wire.ts'
import { type Channel, type Message, seek, type User } from './workspace.ts'

/** What one person sees. */
export function snapshot(parts: Parts, as: string, only?: string, limit = 200): Snapshot {
  const { world, views } = parts
  const me = world.space.users.get(as)
  if (!me) throw new Error(`there is no ${as} in this workspace`)
  const visible = [...world.space.channels.values()].filter(
    (channel) => channel.kind === 'channel' || channel.members.has(as),
  )
  const shown = visible.filter((channel) => only === undefined || channel.id === only)
  return {
    revision: world.changes.revision,
    now: world.clock.now().toISOString(),
    frozen: world.clock.frozen,
    team: { ...world.space.team },
    me: showUser(me, world.clock.ms),
    users: [...world.space.users.values()].map((user) => showUser(user, world.clock.ms)),
    usergroups: [...world.space.usergroups.values()].map(({ id, handle, name, users, enabled }) => ({
      id,
      handle,
      name,
      users: [...users],
      enabled,
    })),
    channels: visible.map((channel) => showChannel(parts, channel, as)),
    messages: Object.fromEntries(
      shown.map((channel) => [channel.id, showMessages(parts, channel, as, limit)]),
    ),
    modals: views.stack(as).map((view) => views.show(view)),
    homes: Object.fromEntries(
      [...world.apps.values()].flatMap((app) => {
        const home = views.home(app, as)
        return home ? [[app.id, views.show(home)]] : []
      }),
    ),
    apps: showApps(parts),
    notifications: world.ledger.of(as).slice(-limit),
    notices: [...(world.notices.get(as) ?? [])],
    faults: world.faults.list(),
  }
}

function showUser(user: User, now: number): UserView {
  return {
    id: user.id,
    name: user.name,
    real_name: user.real_name,
    title: user.title,
    is_bot: user.is_bot,
    ...(user.app_id !== undefined && { app_id: user.app_id }),
    team_id: user.team_id,
    tz: user.tz,
    presence: user.presence,
    ...((user.dndUntil ?? 0) > now && { dnd_until: new Date(user.dndUntil!).toISOString() }),
    deleted: user.deleted,
  }
}

function showChannel(parts: Parts, channel: Channel, as: string): ChannelView {
  const lastRead = channel.reads.get(as) ?? '0'
  const unread = channel.roots.length - seek(channel.roots, `${lastRead}~`)
  const notified = parts.world.ledger
    .of(as)
    .filter((entry) => entry.channel === channel.id && entry.ts > lastRead)
  return {
    id: channel.id,
    kind: channel.kind,
    name: channel.name,
    topic: channel.topic,
    is_member: channel.members.has(as),
    is_archived: channel.is_archived,
    is_shared: channel.is_shared,
    members: [...channel.members],
    unread: channel.members.has(as) ? unread : 0,
    mentions: notified.length,
    last_read: lastRead,
  }
}

/** The newest messages of a channel, replies and this person's ephemerals among them, oldest first. */
export function showMessages(
  parts: Parts,
  channel: Channel,
  as: string | undefined,
  limit: number,
): MessageView[] {
  const roots = channel.roots.slice(-limit)
  const replies = roots.flatMap(
    (root) => channel.threads.get(root.ts)?.replies.filter((reply) => !reply.broadcast) ?? [],
  )
  const whispers = as === undefined ? [] : channel.ephemerals.filter((message) => message.only === as)
  return [...new Set([...roots, ...replies, ...whispers])]
    .sort((a, b) => (a.ts < b.ts ? -1 : 1))
    .map((message) => showMessage(parts, channel, message, as))
}

function showMessage(parts: Parts, channel: Channel, message: Message, as?: string): MessageView {
  const thread = channel.threads.get(message.ts)
  const hasReplies = thread && thread.replies.length > 0
  return {
    ts: message.ts,
    channel: channel.id,
    user: message.user,
    ...(message.bot_id !== undefined && { bot_id: message.bot_id }),
    ...(message.app_id !== undefined && { app_id: message.app_id }),
    ...(message.username !== undefined && { username: message.username }),
    ...(message.subtype !== undefined && { subtype: message.subtype }),
    text: message.text,
    blocks: message.blocks,
    attachments: message.attachments,
    ...(message.thread_ts !== undefined && { thread_ts: message.thread_ts }),
    ...(hasReplies && {
      reply_count: thread.replies.length,
      reply_users: [...thread.users],
      latest_reply: thread.replies.at(-1)!.ts,
    }),
    broadcast: message.broadcast,
    ...(message.edited && { edited: { ...message.edited } }),
    reactions: wireReactions(message),
    pinned: channel.pins.has(message.ts),
    files: message.files.map((file) => ({ ...file })),
    ephemeral: message.only !== undefined,
    permalink: permalink(parts.world.baseUrl, channel.id, message),
    ...(message.metadata && { metadata: message.metadata }),
    state: as === undefined ? {} : parts.appActs.stateOf(as, message),
  }
}

function showApps({ world, sockets }: Parts): AppView[] {
  return [...world.apps.values()].map((app) => ({
    id: app.id,
    name: app.name,
    bot_user_id: app.botUserId,
    commands: app.commands.map(({ command, description, usage_hint }) => ({
      command,
      description,
      usage_hint,
    })),
    shortcuts: app.shortcuts.map((shortcut) => ({ ...shortcut })),
    home_tab: app.homeTab,
    delivery: app.requestUrl === null ? 'socket' : 'http',
    sockets: sockets.count(app),
  }))
}
