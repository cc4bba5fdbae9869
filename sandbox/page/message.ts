// One message: who, when, what, and what can be done with it.
import { icon } from './icons.ts'
import type { MessageView } from '../protocol.ts'
import { avatar } from './avatar.ts'
import { image } from './blocks/image.ts'
import { paintBlocks } from './blocks/index.ts'
import type { Surface } from './blocks/surface.ts'
import { clockTime, fullDate } from './dates.ts'
import { h, type Child } from './dom.ts'
import { messageTools, quickReaction } from './message-tools.ts'
import { safeUrl } from './mrkdwn.ts'
import { flatText, paintEmoji, paintMrkdwn } from './paint.ts'
import { go } from './route.ts'
import { nameOf, sceneOf, type World } from './state.ts'
import { minuteOf, surfaceOf } from './surfaces.ts'

export interface Shape {
  /** Follows a message of the same person closely: no face and no name. */
  compact: boolean
  /** Inside the thread pane: no reply count, no "replied to a thread". */
  inThread: boolean
}

const author = (message: MessageView, world: World): { name: string; bot: boolean } => {
  const user = world.snap.users.find((user) => user.id === message.user)
  const app = world.snap.apps.find((app) => app.id === message.app_id || app.bot_user_id === message.user)
  const name = message.username ?? (user ? nameOf(user) : app?.name) ?? message.user
  return { name, bot: message.bot_id !== undefined || user?.is_bot === true }
}

/** Changes exactly when the message has to be drawn anew. */
export const printOf = (message: MessageView, shape: Shape, world: World): string =>
  JSON.stringify([
    message,
    shape,
    world.snap.me.id,
    world.snap.users.length,
    minuteOf(message.blocks, message.text, Date.parse(world.snap.now) / 1000),
  ])

export function paintMessage(message: MessageView, shape: Shape, world: World): HTMLElement {
  const { name, bot } = author(message, world)
  const { tz } = world.snap.me
  const time = clockTime(Number(message.ts), tz)
  const classes = [
    'message',
    shape.compact && 'compact',
    message.ephemeral && 'ephemeral',
    message.pinned && 'pinned',
  ]
  const when = h('time', { class: 'message-time', title: fullDate(Number(message.ts), tz) }, time)
  return h(
    'article',
    {
      class: classes.filter(Boolean).join(' '),
      'data-ts': message.ts,
      'data-user': message.user,
      'data-ephemeral': message.ephemeral,
      'aria-label': `${name}, ${time}`,
      tabindex: -1,
    },
    h(
      'div',
      { class: 'message-gutter' },
      shape.compact ? when.cloneNode(true) : avatar(message.user, name, bot),
    ),
    h(
      'div',
      { class: 'message-main' },
      message.ephemeral && h('div', { class: 'only-you' }, icon('eye'), ' Only visible to you'),
      !shape.inThread && message.broadcast && repliedTo(message, world),
      !shape.compact &&
        h(
          'div',
          { class: 'message-head' },
          h('span', { class: 'message-author' }, name),
          bot && h('span', { class: 'app-mark' }, 'App'),
          when,
        ),
      body(message, shape, world),
      reactions(message, world),
      !shape.inThread && replies(message, world),
    ),
    messageTools(message, shape.inThread, world),
  )
}

const surface = (message: MessageView, shape: Shape, world: World): Surface =>
  surfaceOf(
    {
      id: `m-${message.channel}-${message.ts}${shape.inThread ? '-t' : ''}`,
      kind: 'message',
      place: { in: 'message', channel: message.channel, ts: message.ts },
      blocks: message.blocks,
      state: message.state,
    },
    world,
  )

function body(message: MessageView, shape: Shape, world: World): HTMLElement {
  const on = surface(message, shape, world)
  const written =
    message.blocks.length > 0 ? paintBlocks(message.blocks, on) : paintMrkdwn(message.text, on.scene)
  return h(
    'div',
    { class: message.subtype && !message.bot_id ? 'message-body subtype' : 'message-body' },
    written,
    message.attachments.map((one) => attachment(one, on)),
    message.files.map(fileLink),
    message.edited && h('span', { class: 'edited' }, '(edited)'),
  )
}

function fileLink(file: MessageView['files'][number]): Child {
  const url = safeUrl(file.url_private)
  if (url && file.mimetype.startsWith('image/'))
    return h(
      'figure',
      { class: 'block-image' },
      h('figcaption', null, file.name),
      image({ alt_text: file.name, image_url: url }, 'large'),
    )
  const content = [icon('file'), h('span', null, file.name), h('small', null, `${file.size} bytes`)]
  return url
    ? h('a', { class: 'file', href: url, download: file.name, rel: 'noopener' }, content)
    : h('div', { class: 'file' }, content)
}

function attachment(one: Record<string, unknown>, on: Surface): HTMLElement {
  const text = (name: string) => (typeof one[name] === 'string' ? one[name] : undefined)
  const blocks = Array.isArray(one['blocks']) ? (one['blocks'] as MessageView['blocks']) : []
  const line = (name: string, look: string): Child => {
    const value = text(name)
    return value !== undefined && h('div', { class: look }, paintMrkdwn(value, on.scene))
  }
  const bar = h(
    'div',
    { class: 'attachment' },
    line('pretext', 'attachment-pretext'),
    line('title', 'attachment-title'),
    line(text('text') === undefined && blocks.length === 0 ? 'fallback' : 'text', 'attachment-text'),
    paintBlocks(blocks, on),
  )
  const color = text('color')
  if (color && /^#?[0-9a-f]{6}$/i.test(color))
    bar.style.borderLeftColor = color.startsWith('#') ? color : `#${color}`
  return bar
}

function reactions(message: MessageView, world: World): Child {
  const { me, users } = world.snap
  if (message.reactions.length === 0) return null
  return h(
    'div',
    { class: 'reactions' },
    message.reactions.map((reaction) => {
      const mine = reaction.users.includes(me.id)
      const names = reaction.users
        .map((id) => users.find((user) => user.id === id)?.real_name ?? id)
        .join(', ')
      return h(
        'button',
        {
          type: 'button',
          class: mine ? 'reaction mine' : 'reaction',
          'aria-pressed': String(mine),
          'aria-label': `${reaction.name}, ${reaction.count}: ${names}`,
          title: `${names} reacted with :${reaction.name}:`,
          'data-focus': `react-${message.ts}-${reaction.name}`,
          on: { click: () => void quickReaction(message, reaction.name, mine, me.id) },
        },
        paintEmoji(reaction.name),
        h('span', null, reaction.count),
      )
    }),
  )
}

function replies(message: MessageView, world: World): Child {
  const count = message.reply_count ?? 0
  if (count === 0) return null
  const faces = (message.reply_users ?? []).slice(0, 4).map((id) => {
    const user = world.snap.users.find((user) => user.id === id)
    return avatar(id, user ? nameOf(user) : id, user?.is_bot, 'tiny')
  })
  const last = message.latest_reply
    ? `last at ${clockTime(Number(message.latest_reply), world.snap.me.tz)}`
    : ''
  return h(
    'button',
    {
      type: 'button',
      class: 'replies',
      'data-focus': `replies-${message.ts}`,
      on: { click: () => go({ at: message.channel, thread: message.ts }) },
    },
    h('span', { class: 'faces' }, faces),
    h('strong', null, count === 1 ? '1 reply' : `${count} replies`),
    h('small', null, last),
  )
}

function repliedTo(message: MessageView, world: World): Child {
  const root = (world.snap.messages[message.channel] ?? []).find((one) => one.ts === message.thread_ts)
  const quote = root ? flatText(root.text, sceneOf(world)).slice(0, 160) : 'a message'
  return h(
    'div',
    { class: 'replied' },
    h('span', null, 'replied to a thread:'),
    h(
      'button',
      {
        type: 'button',
        class: 'plain link',
        on: { click: () => go({ at: message.channel, thread: message.thread_ts ?? message.ts }) },
      },
      quote,
    ),
  )
}
