// Over the messages: where we are, who is there, and an app's two tabs.
import { icon } from './icons.ts'
import type { AppView, ChannelView } from '../protocol.ts'
import { byId, h, refill, type Child } from './dom.ts'
import { openMenu, type MenuItem } from './menu.ts'
import { go, isHome } from './route.ts'
import { act, channelTitle, nameOf, type World } from './state.ts'
import { tell } from './surfaces.ts'

function appOf(world: World, channel: ChannelView | undefined): AppView | undefined {
  const { apps } = world.snap
  if (isHome(world.route)) return apps.find((app) => app.id === world.route.at)
  return channel?.kind === 'im' ? apps.find((app) => channel.members.includes(app.bot_user_id)) : undefined
}

export function drawHeader(channel: ChannelView | undefined, world: World): void {
  const app = appOf(world, channel)
  const print = JSON.stringify([world.snap.me.id, world.snap.users, channel, app, world.route.at])
  refill(byId('header'), print, () => [
    h(
      'button',
      {
        type: 'button',
        class: 'plain icon only-narrow',
        'aria-label': 'Show the sidebar',
        'data-focus': 'drawer',
        on: { click: () => document.body.classList.toggle('drawer-open') },
      },
      icon('bars'),
    ),
    app ? appTabs(app, world) : channel && title(channel, world),
    channel && !app && h('div', { class: 'bar-tools' }, tools(channel, world)),
  ])
}

function title(channel: ChannelView, world: World): Child {
  const isRoom = channel.kind === 'channel' || channel.kind === 'private'
  return h(
    'div',
    { class: 'bar-title' },
    h(
      'h1',
      null,
      isRoom && h('span', { class: 'sign' }, channel.kind === 'private' ? icon('lock') : '#'),
      channelTitle(channel, world),
    ),
    h('p', { class: 'topic' }, channel.topic),
  )
}

/** Home and Messages, as an app has them. */
function appTabs(app: AppView, world: World): Child {
  const atHome = isHome(world.route)
  const toMessages = async () => {
    const as = world.snap.me.id
    const opened = await act({ type: 'open_dm', as, users: [app.bot_user_id] })
    tell(opened)
    if (!opened.ok || opened.channel === undefined) return
    go({ at: opened.channel })
    await act({ type: 'open_home', as, app: app.id, tab: 'messages' })
  }
  const tab = (name: string, on: boolean, open: () => unknown) =>
    h(
      'button',
      {
        type: 'button',
        role: 'tab',
        class: 'tab',
        'aria-selected': String(on),
        'data-focus': `tab-${name}`,
        on: { click: open },
      },
      name,
    )
  return h(
    'div',
    { class: 'bar-title' },
    h('h1', null, app.name, h('span', { class: 'app-mark' }, 'App')),
    h(
      'div',
      { class: 'tabs', role: 'tablist', 'aria-label': app.name },
      app.home_tab && tab('Home', atHome, () => go({ at: app.id })),
      tab('Messages', !atHome, toMessages),
    ),
  )
}

function tools(channel: ChannelView, world: World): Child[] {
  const isRoom = channel.kind === 'channel' || channel.kind === 'private'
  const names = channel.members.map((id) => {
    const user = world.snap.users.find((user) => user.id === id)
    return user ? nameOf(user) : id
  })
  const members: HTMLElement = h(
    'button',
    {
      type: 'button',
      class: 'button button-quiet',
      'aria-haspopup': 'menu',
      'aria-label': `${names.length} members`,
      'data-focus': 'members',
      on: { click: () => openMenu(members, memberMenu(channel, names, world), 'Members') },
    },
    icon('people'),
    ` ${names.length}`,
  )
  const join = () => perform({ type: 'join', as: world.snap.me.id, channel: channel.id })
  return [
    channel.is_archived && h('span', { class: 'tag tag-warn' }, 'archived'),
    isRoom && members,
    isRoom &&
      !channel.is_member &&
      !channel.is_archived &&
      h('button', { type: 'button', class: 'button button-primary', on: { click: join } }, 'Join'),
  ]
}

const perform = async (what: Parameters<typeof act>[0]) => tell(await act(what))

function memberMenu(channel: ChannelView, names: string[], world: World): MenuItem[] {
  const as = world.snap.me.id
  const outside = world.snap.users.filter((user) => !channel.members.includes(user.id) && !user.deleted)
  return [
    ...names.toSorted((a, b) => a.localeCompare(b)).map((label) => ({ label })),
    ...outside.map((user) => ({
      label: `Invite ${nameOf(user)}`,
      act: () => perform({ type: 'invite', as, channel: channel.id, users: [user.id] }),
    })),
    ...(channel.is_member
      ? [
          {
            label: 'Leave channel',
            danger: true,
            act: () => perform({ type: 'leave', as, channel: channel.id }),
          },
        ]
      : []),
  ]
}
