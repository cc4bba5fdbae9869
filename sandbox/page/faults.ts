// Things that go wrong on purpose.
import type { Fault, FaultView } from '../protocol.ts'
import { addFault, control, removeFault, reset } from './api.ts'
import { h, type Child } from './dom.ts'
import { toast } from './dialogs.ts'
import { act, channelOf, channelTitle, nameOf, refresh, type World } from './state.ts'
import { tell } from './surfaces.ts'

interface Trouble {
  name: string
  detail: string
  fault: Fault
}

const TROUBLES: Trouble[] = [
  {
    name: 'Slack is down',
    detail: 'Every call is answered with 503 until you end it',
    fault: { on: '*', times: 0, effect: { kind: 'status', status: 503 } },
  },
  {
    name: 'Rate limited',
    detail: 'Messages are refused with “try again in 10 seconds”, five times',
    fault: { on: 'chat.*', times: 5, effect: { kind: 'ratelimited', retry_after: 10 } },
  },
  {
    name: 'Lost answer',
    detail: 'The next message is posted, but the app never hears of it',
    fault: { on: 'chat.postMessage', times: 1, when: 'after', effect: { kind: 'drop' } },
  },
  {
    name: 'Slow Slack',
    detail: 'Every answer takes 2 seconds',
    fault: { on: '*', times: 0, effect: { kind: 'delay', ms: 2_000 } },
  },
]

/** Runs one order to the sandbox and shows the outcome. */
async function order(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    toast(error instanceof Error ? error.message : 'The sandbox did not answer')
  }
  await refresh()
}

export function faultsPanel(world: World): Child {
  const { faults } = world.snap
  return [
    h('p', { class: 'bench-lead' }, 'Break something, and see what the app makes of it.'),
    h(
      'div',
      { class: 'troubles' },
      TROUBLES.map((one) => trouble(one, faults)),
      sockets(),
      archive(world),
      quiet(world),
    ),
    h('h3', null, 'Wrong right now'),
    faults.length === 0
      ? h('p', { class: 'nothing' }, 'Nothing.')
      : h('ul', { class: 'faults', 'aria-label': 'Active faults' }, faults.map(active)),
    faults.length > 1 && button('End all', () => order(() => removeFault())),
    h('h3', null, 'Start over'),
    button('Reset the workspace', () => order(reset), 'button button-danger'),
  ]
}

const isOf = (fault: FaultView, one: Trouble): boolean =>
  one.fault.on === fault.on && one.fault.effect.kind === fault.effect.kind

/** A second press ends it: nothing is wrong twice. */
function trouble(one: Trouble, faults: FaultView[]): Child {
  const on = faults.find((fault) => isOf(fault, one))
  const press = () => order(() => (on ? removeFault(on.id) : addFault(one.fault)))
  const node = row(one.name, one.detail, press)
  node.setAttribute('aria-pressed', String(on !== undefined))
  return node
}

const row = (name: string, detail: string, run: () => unknown): HTMLElement =>
  h(
    'button',
    { type: 'button', class: 'trouble', 'data-focus': `trouble-${name}`, on: { click: run } },
    h('strong', null, name),
    h('small', null, detail),
  )

const sockets = (): HTMLElement =>
  row('Cut the connection', 'The app’s sockets break without a word', () =>
    order(() => control({ type: 'cut_sockets' })),
  )

function archive(world: World): Child {
  const channel = channelOf(world)
  if (!channel || channel.kind === 'im' || channel.kind === 'mpim') return null
  const type = channel.is_archived ? 'unarchive' : 'archive'
  const name = `${channel.is_archived ? 'Unarchive' : 'Archive'} #${channelTitle(channel, world)}`
  const run = async () => {
    tell(await act({ type, as: world.snap.me.id, channel: channel.id }))
  }
  return row(
    name,
    channel.is_archived ? 'Messages can be posted again' : 'No message can be posted there any more',
    run,
  )
}

/** Who does not want to be disturbed is told silently: the ledger says so. */
function quiet(world: World): Child {
  const { me, now } = world.snap
  const isQuiet = me.dnd_until !== undefined && me.dnd_until > now
  const until = isQuiet ? null : new Date(Date.parse(now) + 3_600_000).toISOString()
  const run = async () => tell(await act({ type: 'dnd', as: me.id, until }))
  return row(
    isQuiet ? `Wake ${nameOf(me)}` : `Do not disturb ${nameOf(me)}`,
    isQuiet ? 'The phone rings again' : 'For an hour, the phone makes no sound',
    run,
  )
}

function active(fault: FaultView): Child {
  const { effect } = fault
  const known = TROUBLES.find((one) => isOf(fault, one))
  const left = fault.times === 0 ? 'until ended' : `${Math.max(0, fault.times - fault.hits)} left`
  return h(
    'li',
    { 'data-fault': fault.id },
    h(
      'div',
      null,
      h('strong', null, known?.name ?? effect.kind),
      h('small', null, `${fault.on} · ${left} · hit ${fault.hits}×`),
    ),
    button('End', () => order(() => removeFault(fault.id)), 'button', `End ${known?.name ?? effect.kind}`),
  )
}

const button = (text: string, run: () => unknown, look = 'button', label?: string): HTMLElement =>
  h(
    'button',
    { type: 'button', class: look, 'aria-label': label, 'data-focus': label ?? text, on: { click: run } },
    text,
  )
