// Five steps through an escalation. A step's button takes you there; the act is yours, and is checked off when it happened.
import type { LedgerEntry, UserView } from '../protocol.ts'
import { casesIn, climbed, pagedCases, progressOf } from './cases.ts'
import { prefill } from './composer.ts'
import { h, type Child } from './dom.ts'
import { go } from './route.ts'
import { current, nameOf, type World } from './state.ts'
import { redrawComposer } from './writer.ts'

interface Step {
  id: string
  title: string
  text: string
  button: string
  take: (world: World) => void
  done: (world: World) => boolean
}

const titled = (world: World, title: RegExp): UserView | undefined =>
  world.snap.users.find((user) => title.test(user.title) && !user.is_bot)

const channelNamed = (name: string, world: World): string =>
  world.snap.channels.find((channel) => channel.name === name)?.id ?? ''

/** The person of that line who was paged last, or the first of the line. */
function paged(world: World, title: RegExp): UserView | undefined {
  const isOne = (entry: LedgerEntry) =>
    casesIn(entry.text).length > 0 &&
    world.snap.users.some((user) => user.id === entry.user && title.test(user.title))
  const last = world.ledger.findLast(isOne)
  return world.snap.users.find((user) => user.id === last?.user) ?? titled(world, title)
}

function visit(me: UserView | undefined, channel: string, text?: string): void {
  if (!me) return
  if (text !== undefined) prefill(me.id, channel, text)
  if (text !== undefined) redrawComposer()
  go({ me: me.id, at: channel })
}

/** Where a second-line engineer finds the page: the channel it was posted in. */
const lastPage = (world: World, user: UserView | undefined): string | undefined =>
  world.ledger.findLast(
    (entry) => entry.user === user?.id && entry.reason !== 'dm' && casesIn(entry.text).length > 0,
  )?.channel

const allMessages = (world: World) => Object.values(world.snap.messages).flat()

const toSecondLine = (world: World) => {
  const engineer = paged(world, /second/i)
  visit(engineer, lastPage(world, engineer) ?? channelNamed('engineering', world))
}

const STEPS: Step[] = [
  {
    id: 'escalate',
    title: 'Escalate a ticket',
    text: 'You are the support agent, and the customer is waiting. Send the command, and name the customer in the form.',
    button: 'Be the agent',
    take: (world) =>
      visit(
        titled(world, /agent/i),
        channelNamed('support', world),
        '/escalate T-4711 critical Checkout fails for all EU shoppers',
      ),
    done: (world) => pagedCases(world.ledger).length > 0,
  },
  {
    id: 'wait',
    title: 'Let nobody answer',
    text: 'The card is in #frontline and the first line was paged. Leave it there: let time pass with “+15 min” or “Next due” above, and the next tier is paged.',
    button: 'See the card',
    take: (world) => {
      visit(paged(world, /first/i), channelNamed('frontline', world))
      beckon('time')
    },
    done: (world) => climbed(world.ledger),
  },
  {
    id: 'acknowledge',
    title: 'Acknowledge it',
    text: 'You are the second-line engineer now. Press Acknowledge: everybody sees who has it, and the paging stops.',
    button: 'Be the second line',
    take: toSecondLine,
    done: (world) => progressOf(allMessages(world)).acknowledged,
  },
  {
    id: 'resolve',
    title: 'Resolve it',
    text: 'Press Resolve on the card, say what was wrong, and watch every card change.',
    button: 'To the card',
    take: toSecondLine,
    done: (world) => progressOf(allMessages(world)).resolved,
  },
  {
    id: 'digest',
    title: 'Read the digest',
    text: 'You are the manager. Send /escalate digest: what broke its promise, and what will today.',
    button: 'Be the manager',
    take: (world) =>
      visit(titled(world, /manager/i), channelNamed('support-managers', world), '/escalate digest'),
    done: (world) =>
      /manager/i.test(world.snap.me.title) &&
      allMessages(world).some((one) => one.bot_id !== undefined && /digest/i.test(one.text)),
  },
]

/** What happened stays happened, whoever looks; a reset workspace starts the story again. */
const KEPT = 'sandbox.story'
const done = new Set<string>((sessionStorage.getItem(KEPT) ?? '').split(',').filter(Boolean))

function check(world: World): void {
  const before = done.size
  if (world.ledger.length === 0) done.clear()
  for (const step of STEPS) if (!done.has(step.id) && step.done(world)) done.add(step.id)
  if (done.size !== before) sessionStorage.setItem(KEPT, [...done].join(','))
}

/** Checks off what happened, and says whether the panel looks different for it. */
export function storyPrint(world: World): unknown {
  check(world)
  const { snap, ledger } = world
  return [[...done], snap.me.id, ledger.length, snap.channels.map((channel) => channel.id)]
}

export function storyPanel(world: World): Child {
  const next = STEPS.find((step) => !done.has(step.id))
  return [
    h(
      'p',
      { class: 'bench-lead' },
      next
        ? `One escalation, seen by everybody in it. You look as ${nameOf(world.snap.me)}.`
        : 'That was the whole story. Everything here goes on working: try the other tabs.',
    ),
    h(
      'ol',
      { class: 'story', 'aria-label': 'Story' },
      STEPS.map((step, index) => paintStep(step, index + 1, step === next, world)),
    ),
  ]
}

function paintStep(step: Step, number: number, isNext: boolean, world: World): HTMLElement {
  const isDone = done.has(step.id)
  const look = isDone ? 'step done' : isNext ? 'step next' : 'step'
  return h(
    'li',
    {
      class: look,
      'data-step': step.id,
      'data-done': String(isDone),
      'aria-current': isNext ? 'step' : undefined,
    },
    h('span', { class: 'step-mark', 'aria-hidden': 'true' }, isDone ? '✓' : number),
    h(
      'div',
      { class: 'step-main' },
      h('strong', null, step.title, isDone && h('span', { class: 'sr-only' }, ' (done)')),
      h('p', null, step.text),
      h(
        'button',
        {
          type: 'button',
          class: isNext ? 'button button-primary' : 'button',
          'data-focus': `step-${step.id}`,
          on: { click: () => step.take(current() ?? world) },
        },
        step.button,
      ),
    ),
  )
}

/** Draws the eye to something for a moment. */
function beckon(id: string): void {
  const element = document.getElementById(id)
  element?.classList.add('beckon')
  setTimeout(() => element?.classList.remove('beckon'), 3_000)
}
