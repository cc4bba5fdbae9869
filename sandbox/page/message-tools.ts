// The buttons that appear at a message: react, reply, and the menu with the apps' message shortcuts.
import { icon } from './icons.ts'
import type { MessageView } from '../protocol.ts'
import { h } from './dom.ts'
import { editor } from './editor.ts'
import { openMenu, type MenuItem } from './menu.ts'
import { paintEmoji } from './paint.ts'
import { go } from './route.ts'
import { act, type World } from './state.ts'
import { tell } from './surfaces.ts'

const QUICK = ['eyes', '+1', 'white_check_mark']

export const quickReaction = async (message: MessageView, name: string, remove: boolean, as: string) =>
  tell(await act({ type: 'react', as, channel: message.channel, ts: message.ts, name, remove }))

export function messageTools(message: MessageView, inThread: boolean, world: World): HTMLElement {
  const as = world.snap.me.id
  const tools = h('div', { class: 'message-tools', role: 'group', 'aria-label': 'Message actions' })
  if (message.ephemeral) {
    tools.append(
      tool('Dismiss', icon('close'), message, async () =>
        tell(await act({ type: 'dismiss', as, id: message.ts })),
      ),
    )
    return tools
  }
  for (const name of QUICK) {
    const mine = message.reactions.some((one) => one.name === name && one.users.includes(as))
    tools.append(
      tool(`React with ${name}`, paintEmoji(name), message, () => quickReaction(message, name, mine, as)),
    )
  }
  if (!inThread)
    tools.append(
      tool('Reply in thread', icon('thread'), message, () =>
        go({ at: message.channel, thread: message.thread_ts ?? message.ts }),
      ),
    )
  const more = tool('More actions', icon('more'), message, () =>
    openMenu(more, menuOf(message, inThread, world), 'Message actions'),
  )
  more.setAttribute('aria-haspopup', 'menu')
  tools.append(more)
  return tools
}

function tool(
  label: string,
  sign: Parameters<typeof h>[2],
  message: MessageView,
  run: () => unknown,
): HTMLElement {
  return h(
    'button',
    {
      type: 'button',
      class: 'tool',
      'aria-label': label,
      title: label,
      'data-focus': `${label}-${message.ts}`,
      on: { click: run },
    },
    sign,
  )
}

function menuOf(message: MessageView, inThread: boolean, world: World): MenuItem[] {
  const { me, apps } = world.snap
  const at = { as: me.id, channel: message.channel, ts: message.ts }
  const shortcuts = apps.flatMap((app) =>
    app.shortcuts
      .filter((shortcut) => shortcut.type === 'message')
      .map((shortcut) => ({
        label: shortcut.name,
        detail: app.name,
        act: async () =>
          tell(await act({ type: 'message_shortcut', ...at, callback_id: shortcut.callback_id })),
      })),
  )
  const own: MenuItem[] = [
    { label: 'Edit message', act: () => editor(message, me.id) },
    { label: 'Delete message', danger: true, act: async () => tell(await act({ type: 'delete', ...at })) },
  ]
  const reply = () => go({ at: message.channel, thread: message.thread_ts ?? message.ts })
  return [
    ...shortcuts,
    ...(inThread ? [] : [{ label: 'Reply in thread', act: reply }]),
    { label: 'Copy link', act: () => void navigator.clipboard?.writeText(message.permalink) },
    ...(message.user === me.id && !message.bot_id ? own : []),
  ]
}
