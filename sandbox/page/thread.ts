// The pane at the right: a thread's root, its replies, and a composer of its own.
import { icon } from './icons.ts'
import type { MessageView } from '../protocol.ts'
import { composer } from './composer.ts'
import { byId, fill, h, keyed } from './dom.ts'
import { paintMessage, printOf } from './message.ts'
import { follows } from './messages.ts'
import { go } from './route.ts'
import { channelOf, channelTitle, type World } from './state.ts'

let shown = ''

export function drawThread(world: World): void {
  const pane = byId('thread')
  const channel = channelOf(world)
  const { thread } = world.route
  pane.hidden = thread === undefined || channel === undefined
  document.body.classList.toggle('has-thread', !pane.hidden)
  if (thread === undefined || channel === undefined) {
    shown = ''
    return pane.replaceChildren()
  }
  const messages = (world.snap.messages[channel.id] ?? []).filter(
    (message) => message.ts === thread || message.thread_ts === thread,
  )
  const here = `${world.snap.me.id}/${channel.id}/${thread}`
  if (here !== shown) {
    shown = here
    frame(pane, channelTitle(channel, world), composer({ channel: channel.id, thread }))
  }
  const list = byId('thread-messages')
  const stick = list.scrollHeight - list.scrollTop - list.clientHeight < 80
  drawList(list, messages, thread, world)
  if (stick) list.scrollTop = list.scrollHeight
}

export function closeThread(): void {
  go({})
  byId('messages').focus()
}

function frame(pane: HTMLElement, title: string, writer: HTMLElement): void {
  fill(
    pane,
    h(
      'header',
      { class: 'bar' },
      h('h2', null, 'Thread', h('small', null, ` # ${title}`)),
      h(
        'button',
        { type: 'button', class: 'plain icon', 'aria-label': 'Close thread', on: { click: closeThread } },
        icon('close'),
      ),
    ),
    h('div', { id: 'thread-messages', class: 'messages', role: 'log', 'aria-label': 'Thread', tabindex: 0 }),
    writer,
  )
}

function drawList(list: HTMLElement, messages: MessageView[], root: string, world: World): void {
  const rows = messages.map((message, index) => {
    const before = messages[index - 1]
    const afterRoot = before?.ts === root
    return { message, shape: { compact: !afterRoot && follows(message, before), inThread: true } }
  })
  keyed(
    list,
    rows,
    ({ message }) => `t-${message.ts}`,
    ({ message, shape }) => printOf(message, shape, world),
    ({ message, shape }) => paintMessage(message, shape, world),
  )
}
