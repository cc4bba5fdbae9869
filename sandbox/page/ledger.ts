// Whose phone lit up, by what and why: a strip with the newest, and the whole list on the workbench.
import type { LedgerEntry } from '../protocol.ts'
import { avatar } from './avatar.ts'
import { clockTime } from './dates.ts'
import { byId, fill, h, keyed, type Child } from './dom.ts'
import { flatText } from './paint.ts'
import { toldOf } from './reasons.ts'
import { go } from './route.ts'
import { sceneOf, type World } from './state.ts'

const open = (entry: LedgerEntry) => () =>
  go({
    me: entry.user,
    at: entry.channel,
    ...(entry.thread_ts && entry.thread_ts !== entry.ts ? { thread: entry.thread_ts } : {}),
  })

export function drawStrip(world: World): void {
  const newest = world.ledger.slice(-6).toReversed()
  const strip = byId('strip')
  if (newest.length === 0)
    return fill(strip, h('span', { class: 'strip-none' }, 'Nobody has been notified yet.'))
  keyed(
    strip,
    newest,
    (entry) => entry.id,
    (entry) => JSON.stringify([entry, toldOf(entry, world)]),
    (entry) => chip(entry, world),
  )
}

function chip(entry: LedgerEntry, world: World): HTMLElement {
  const { who, why, where } = toldOf(entry, world)
  return h(
    'button',
    {
      type: 'button',
      class: entry.silent ? 'chip silent' : 'chip',
      title: `${entry.text}\nLook as ${who}`,
      'data-user': entry.user,
      'data-reason': entry.reason,
      on: { click: open(entry) },
    },
    avatar(entry.user, who, false, 'tiny'),
    h('strong', null, who),
    h('span', null, `${why}${where ? ` in ${where}` : ''}`),
    h('time', null, clockTime(Date.parse(entry.at) / 1000, world.snap.me.tz)),
  )
}

export function ledgerPanel(world: World): Child {
  if (world.ledger.length === 0)
    return h(
      'p',
      { class: 'nothing' },
      'Nobody has been notified yet. Every phone that would light up is written down here, with the reason.',
    )
  const scene = sceneOf(world)
  return h(
    'ol',
    { class: 'ledger', 'aria-label': 'Notifications' },
    world.ledger
      .slice(-100)
      .toReversed()
      .map((entry) => {
        const { who, why, where, from } = toldOf(entry, world)
        return h(
          'li',
          {
            class: entry.silent ? 'silent' : undefined,
            'data-user': entry.user,
            'data-reason': entry.reason,
          },
          avatar(entry.user, who, false, 'small'),
          h(
            'div',
            null,
            h(
              'div',
              { class: 'ledger-head' },
              h(
                'button',
                {
                  type: 'button',
                  class: 'plain link',
                  'data-focus': `ledger-${entry.id}`,
                  on: { click: open(entry) },
                },
                who,
              ),
              h('time', null, clockTime(Date.parse(entry.at) / 1000, world.snap.me.tz)),
            ),
            h('div', { class: 'ledger-why' }, `${why}${where ? ` in ${where}` : ''} · from ${from}`),
            h('div', { class: 'ledger-text' }, flatText(entry.text, scene)),
          ),
        )
      }),
  )
}
