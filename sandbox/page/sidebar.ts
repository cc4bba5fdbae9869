// The left: the workspace, who looks at it, and where they can go.
import { icon } from './icons.ts'
import type { ChannelView } from '../protocol.ts'
import { faceOf } from './avatar.ts'
import { byId, h, refill, type Child } from './dom.ts'
import { openMenu } from './menu.ts'
import { go, routeTo } from './route.ts'
import { act, channelOf, channelTitle, nameOf, type World } from './state.ts'
import { tell } from './surfaces.ts'
import { unseenBy } from './unseen.ts'

export function drawSidebar(world: World): void {
  const { channels, team, apps, users, me } = world.snap
  const counts = users.map((user) => unseenBy(user.id, world))
  const print = JSON.stringify([team, me, users, apps, channels, counts, world.route.at])
  refill(byId('sidebar'), print, () => sidebar(world))
}

function sidebar(world: World): Child {
  const { channels, team, apps } = world.snap
  const rooms = channels.filter(({ kind }) => kind === 'channel' || kind === 'private')
  const talks = channels.filter(({ kind }) => kind === 'im' || kind === 'mpim')
  const appBots = new Set(apps.map((app) => app.bot_user_id))
  const isApp = (channel: ChannelView) =>
    channel.kind === 'im' && channel.members.some((id) => appBots.has(id))
  const mine = rooms.filter((channel) => channel.is_member && !channel.is_archived)
  const others = rooms.filter((channel) => !channel.is_member || channel.is_archived)
  return [
    h(
      'div',
      { class: 'team' },
      h('span', { class: 'team-mark', 'aria-hidden': 'true' }, team.name.slice(0, 1)),
      h('strong', null, team.name),
    ),
    people(world),
    group(
      'Channels',
      mine.map((channel) => entry(channel, world)),
    ),
    group(
      'Direct messages',
      talks.filter((one) => !isApp(one)).map((channel) => entry(channel, world)),
      newTalk(world),
    ),
    group(
      'Apps',
      apps.map((app) =>
        appEntry(
          app,
          talks.find((one) => one.members.includes(app.bot_user_id)),
          world,
        ),
      ),
    ),
    others.length > 0 &&
      group(
        'Elsewhere',
        others.map((channel) => entry(channel, world)),
      ),
  ]
}

function people(world: World): HTMLElement {
  const { me, users } = world.snap
  const one = (user: (typeof users)[number]) => {
    const count = user.id === me.id ? 0 : unseenBy(user.id, world)
    const dnd = user.dnd_until !== undefined && user.dnd_until > world.snap.now
    const unseen = count > 0 ? `, ${count} new` : ''
    return h(
      'button',
      {
        type: 'button',
        role: 'radio',
        class: 'person',
        'aria-checked': String(user.id === me.id),
        tabindex: user.id === me.id ? 0 : -1,
        'aria-label': `${nameOf(user)}${unseen}`,
        'data-person': user.id,
        'data-focus': `person-${user.id}`,
        title: `Look at the workspace as ${nameOf(user)}`,
        on: { click: () => go({ me: user.id, at: world.route.at.startsWith('D') ? '' : world.route.at }) },
      },
      faceOf(user, 'small'),
      h('span', { class: 'person-name' }, nameOf(user)),
      h('span', {
        class: `presence ${dnd ? 'dnd' : user.presence}`,
        title: dnd ? 'Do not disturb' : user.presence,
      }),
      count > 0 && h('span', { class: 'badge' }, count),
    )
  }
  return h(
    'section',
    { class: 'people' },
    h('h2', { id: 'people-title' }, 'You are'),
    h(
      'div',
      { role: 'radiogroup', 'aria-labelledby': 'people-title', on: { keydown: walkPeople } },
      users.filter((user) => !user.is_bot && !user.deleted).map(one),
    ),
  )
}

/** As in every group of radio buttons: the arrows choose. */
function walkPeople(event: KeyboardEvent): void {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }
  const step = steps[event.key]
  if (step === undefined || !(event.currentTarget instanceof HTMLElement)) return
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=radio]')]
  const at = all.findIndex((one) => one === document.activeElement)
  event.preventDefault()
  const next = all.at((at + step) % all.length)
  next?.focus()
  next?.click()
}

function group(title: string, entries: Child[], tool?: Child): HTMLElement {
  return h(
    'nav',
    { class: 'group', 'aria-label': title },
    h('h2', null, title, tool),
    h(
      'ul',
      null,
      entries.map((entry) => h('li', null, entry)),
    ),
  )
}

function entry(channel: ChannelView, world: World): HTMLElement {
  const isHere = !world.route.at.startsWith('A') && channelOf(world)?.id === channel.id
  const title = channelTitle(channel, world)
  const marks = [
    channel.unread > 0 && 'unread',
    isHere && 'here',
    channel.is_archived && 'archived',
    !channel.is_member && 'outside',
  ]
  return h(
    'a',
    {
      href: routeTo({ me: world.snap.me.id, at: channel.id }),
      class: ['place', ...marks].filter(Boolean).join(' '),
      'aria-current': isHere ? 'page' : undefined,
      'data-channel': channel.id,
      'data-focus': `place-${channel.id}`,
      'aria-label': channel.unread > 0 ? `${title}, ${channel.unread} unread` : title,
    },
    h('span', { class: 'sign', 'aria-hidden': 'true' }, sign(channel)),
    h('span', { class: 'place-name' }, title),
    channel.is_shared && h('span', { class: 'tag' }, 'shared'),
    channel.is_archived && h('span', { class: 'tag' }, 'archived'),
    channel.mentions > 0 && h('span', { class: 'badge' }, channel.mentions),
  )
}

const sign = (channel: ChannelView): Child =>
  channel.kind === 'channel' ? '#' : channel.kind === 'private' ? icon('lock') : icon('people')

function appEntry(
  app: World['snap']['apps'][number],
  talk: ChannelView | undefined,
  world: World,
): HTMLElement {
  const isHere = world.route.at === app.id || (talk !== undefined && world.route.at === talk.id)
  const connected = app.delivery === 'http' || app.sockets > 0
  return h(
    'a',
    {
      href: routeTo({ me: world.snap.me.id, at: talk && talk.unread > 0 ? talk.id : app.id }),
      class: ['place', isHere && 'here', talk && talk.unread > 0 && 'unread'].filter(Boolean).join(' '),
      'aria-current': isHere ? 'page' : undefined,
      'data-app': app.id,
      'data-focus': `place-${app.id}`,
    },
    h('span', { class: 'sign app-sign', 'aria-hidden': 'true' }, app.name.slice(0, 1)),
    h('span', { class: 'place-name' }, app.name),
    !connected && h('span', { class: 'tag' }, 'not connected'),
    talk && talk.mentions > 0 && h('span', { class: 'badge' }, talk.mentions),
  )
}

function newTalk(world: World): HTMLElement {
  const { me, users } = world.snap
  const open = async (id: string) => {
    const answer = await act({ type: 'open_dm', as: me.id, users: [id] })
    tell(answer)
    if (answer.ok && answer.channel !== undefined) go({ at: answer.channel })
  }
  const items = users
    .filter((user) => user.id !== me.id && !user.deleted)
    .map((user) => ({ label: nameOf(user), detail: user.title, act: () => open(user.id) }))
  const button: HTMLElement = h(
    'button',
    {
      type: 'button',
      class: 'plain icon',
      'aria-label': 'New direct message',
      'aria-haspopup': 'menu',
      on: { click: () => openMenu(button, items, 'New direct message') },
    },
    icon('plus'),
  )
  return button
}
