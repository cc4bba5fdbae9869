// The middle: what was said in the channel, oldest first, staying at the bottom unless somebody reads above.
import type { ChannelView, MessageView } from '../protocol.ts'
import { dayName } from './dates.ts'
import { byId, h, keyed } from './dom.ts'
import { paintMessage, printOf } from './message.ts'
import { act, channelTitle, type World } from './state.ts'

interface Row {
  key: string
  print: string
  build: () => HTMLElement
}

let shown = ''
/** Where "new" begins: what was unread when the channel was opened. */
let newFrom = ''

export function drawMessages(channel: ChannelView, world: World): void {
  const list = byId('messages')
  const here = `${world.snap.me.id}/${channel.id}`
  const opened = here !== shown
  if (opened) {
    shown = here
    newFrom = channel.unread > 0 ? channel.last_read : ''
  }
  stay(list)
  if (opened) atEnd = true
  const stick = atEnd
  list.setAttribute('aria-label', `Messages in ${channelTitle(channel, world)}`)
  const rows = rowsOf(world.snap.messages[channel.id] ?? [], channel, world)
  keyed(
    list,
    rows,
    (row) => row.key,
    (row) => row.print,
    (row) => row.build(),
  )
  if (stick) list.scrollTop = list.scrollHeight
  if (channel.unread > 0 && channel.is_member && document.visibilityState === 'visible')
    markRead(channel, world)
}

let atEnd = true
let watched: HTMLElement | undefined

/** Who reads the newest goes on doing so when the list gets narrower or lower; who reads above is left there. */
function stay(list: HTMLElement): void {
  if (watched === list) return
  watched = list
  list.addEventListener('scroll', () => {
    atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80
  })
  new ResizeObserver(() => {
    if (atEnd) list.scrollTop = list.scrollHeight
  }).observe(list)
}

let marking = ''
function markRead(channel: ChannelView, world: World): void {
  const last = world.snap.messages[channel.id]?.at(-1)?.ts ?? ''
  const mark = `${world.snap.me.id}/${channel.id}/${last}`
  if (marking === mark) return
  marking = mark
  void act({ type: 'mark_read', as: world.snap.me.id, channel: channel.id })
}

const isReply = (message: MessageView): boolean =>
  message.thread_ts !== undefined && message.thread_ts !== message.ts

function rowsOf(messages: MessageView[], channel: ChannelView, world: World): Row[] {
  const at = { now: Date.parse(world.snap.now) / 1000, zone: world.snap.me.tz }
  const rows: Row[] = [
    { key: `intro-${channel.id}`, print: channel.topic, build: () => intro(channel, world) },
  ]
  let before: MessageView | undefined
  let day = ''
  let isNew = false
  for (const message of messages) {
    if (isReply(message) && !message.broadcast) continue
    const today = dayName(Number(message.ts), at)
    if (today !== day)
      rows.push({ key: `day-${message.ts}`, print: today, build: () => divider(today, 'day') })
    const starts: boolean =
      !isNew && newFrom !== '' && message.ts > newFrom && message.user !== world.snap.me.id
    if (starts) rows.push({ key: `new-${newFrom}`, print: '', build: () => divider('New', 'new') })
    isNew ||= starts
    const shape = { compact: today === day && !starts && follows(message, before), inThread: false }
    rows.push({
      key: `m-${message.ts}`,
      print: printOf(message, shape, world),
      build: () => paintMessage(message, shape, world),
    })
    day = today
    before = message
  }
  return rows
}

export const follows = (message: MessageView, before: MessageView | undefined): boolean =>
  before !== undefined &&
  before.user === message.user &&
  before.username === message.username &&
  before.ephemeral === message.ephemeral &&
  !message.broadcast &&
  message.blocks.length === 0 &&
  Number(message.ts) - Number(before.ts) < 300

const divider = (text: string, kind: 'day' | 'new'): HTMLElement =>
  h('div', { class: `divider divider-${kind}`, role: 'separator', 'aria-label': text }, h('span', null, text))

function intro(channel: ChannelView, world: World): HTMLElement {
  const title = channelTitle(channel, world)
  const isRoom = channel.kind === 'channel' || channel.kind === 'private'
  const text = isRoom
    ? `This is the very beginning of #${title}.`
    : `This is your conversation with ${title}.`
  return h(
    'div',
    { class: 'intro' },
    h('h2', null, isRoom ? `# ${title}` : title),
    h('p', null, text, isRoom && channel.topic !== '' && ` ${channel.topic}.`),
  )
}
