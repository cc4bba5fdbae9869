import type { Escalation, Event } from '#domain/escalation.ts'
import type { Notice } from '#domain/notice.ts'
import { waitAfter } from '#domain/terms.ts'
import type { Ticket } from '#domain/ticket.ts'
import {
  acknowledge,
  changeSeverity,
  handOff,
  note,
  pageLate,
  release,
  reopen,
  resolve,
  resume,
  tellCustomer,
  waitForCustomer,
} from '#domain/verbs.ts'
import type { BeyondFate, DirectNotice, PageFate, PageNotice, Scene } from '#slack/views/scene.ts'
import { monday, Story } from './stories.ts'
import { severities, termsWith } from './terms.ts'

/** A ticket with everything that a source can tell. */
const ticket: Ticket = {
  id: '4711',
  url: 'https://desk.example/t/4711',
  subject: 'Checkout fails for all EU shoppers',
  description: 'Since 09:10 every card payment ends in a 502.\nPayPal still works.',
  status: 'open',
  severity: 'critical',
  customer: { name: 'Acme GmbH', plan: 'enterprise', contact: 'shop-ops@acme.example' },
  tags: ['payments'],
  requestedBy: 'support chat',
  tried: 'Restarted the gateway, rolled back 4.2.1',
  transcript: [
    { from: 'customer', name: 'Shop operations', at: '2026-06-01T07:52:00Z', text: 'Nobody can pay!' },
    { from: 'agent', at: '2026-06-01T07:54:00Z', text: 'We are looking at it.' },
  ],
}

/** A ticket with nothing but what it must have. */
export const bareTicket: Ticket = { id: 'T-1', subject: 'Checkout is down' }

/** Display names: nobody here is anybody. */
export const names: ReadonlyMap<string, string> = new Map([
  ['U0AGENT', 'Support agent'],
  ['U0FRONT', 'Frontline on call'],
  ['U0ENG', 'Engineer on call'],
  ['U0HEAD', 'Head of support'],
])

const ladder = ['frontline', 'engineering', 'management'].map((tier, index) => ({
  tier,
  channel: ['C0FRONT', 'C0ENG', 'C0MGMT'][index] ?? '',
}))

/** What a view is given, as it would be gathered at the end of this story. */
export function sceneOf(story: Story, changes: Partial<Scene> = {}, of: Ticket = ticket): Scene {
  const { is, terms, now } = story
  const waiting = is.state === 'paging' ? (is.waitUntil ?? waitAfter(terms, is.tier, is.severity, now)) : null
  return {
    escalation: { ...is, ticket: of },
    now,
    ladder,
    rounds: terms.rounds,
    severities: Object.keys(severities),
    names,
    pages: pagesOf(story),
    links: new Map(is.channels.map((channel) => [channel, `https://team.example/archives/${channel}/p1`])),
    answerBy: waiting,
    ...changes,
  }
}

/** Every page of the story, delivered at once. */
function pagesOf(story: Story): PageFate[] {
  return story.steps.flatMap(({ notices, now }) =>
    notices.flatMap(({ notice }) => (notice.kind === 'page' ? [fate(notice, now)] : [])),
  )
}

/** What became of a page: it arrived, unless something else is said. */
export function fate(page: PageNotice, at: Date, changes: Partial<PageFate> = {}): PageFate {
  const { number, tier, channel } = page
  const settled = { state: 'sent', attempts: 1, at, settledAt: at, error: null, together: false } as const
  return { number, tier, channel, ...settled, beyond: [], ...changes }
}

/** What became of a request to the webhook: it was taken, unless something else is said. */
export function beyondFate(at: Date, changes: Partial<BeyondFate> = {}): BeyondFate {
  const settled = { state: 'sent', attempts: 1, at, settledAt: at, error: null } as const
  return { way: 'webhook', to: 'webhook', ...settled, ...changes }
}

/** The first page arrived late; its e-mail was refused, and its request was taken. */
export function fellBack(story: Story): PageFate[] {
  const at = new Date(Number(monday) + 60_000)
  const error = 'the mail server: 550 no such <!channel> mailbox'
  const email = { way: 'email', to: 'oncall@example.com', state: 'failed', error } as const
  const beyond = [beyondFate(at, email), beyondFate(at, { attempts: 2 })]
  return [fate(pageOf(story, 1), monday, { settledAt: story.now, attempts: 7, beyond })]
}

/** The page of the story with this number; by default the newest. */
export function pageOf(story: Story, number?: number): PageNotice {
  const pages = story.notices().flatMap(({ notice }) => (notice.kind === 'page' ? [notice] : []))
  const found = number === undefined ? pages.at(-1) : pages.find((page) => page.number === number)
  if (!found) throw new Error(`no page ${number}`)
  return found
}

/** The newest direct message of this kind. */
export function directOf(story: Story, about: DirectNotice['about']): DirectNotice {
  const found = story
    .notices()
    .map(({ notice }): Notice => notice)
    .findLast((notice): notice is DirectNotice => notice.kind === 'direct' && notice.about === about)
  if (!found) throw new Error(`nobody was told ${about}`)
  return found
}

/** The newest event of this kind, and when it happened. */
export function eventOf<K extends Event['kind']>(
  story: Story,
  kind: K,
): { at: Date; event: Extract<Event, { kind: K }> } {
  const found = story.steps.flatMap(({ happened }) => happened).findLast(({ event }) => event.kind === kind)
  if (!found) throw new Error(`nothing was ${kind}`)
  return found as { at: Date; event: Extract<Event, { kind: K }> }
}

/** Stories that end in each state. All begin on a Monday at 08:00 UTC, with a critical ticket. */
export const stories = {
  /** The first page is on its way. */
  opened: () => new Story(),
  paging: () => new Story().delivers().sleeps('5m'),
  acknowledged: () => new Story().delivers().sleeps('5m').does(acknowledge, 'U0FRONT'),
  /** Frontline did not answer: engineering has been asked. */
  climbed: () => new Story().delivers().passes('15m').delivers(),
  /** In the second round, frontline is asked again in its own channel. */
  secondRound: () => new Story().lives('45m').delivers(),
  unanswered: () => new Story().lives('95m'),
  /** Unanswered, and taken after all. */
  takenLate: () => new Story().lives('95m').does(acknowledge, 'U0HEAD'),
  lapsed: () => new Story().delivers().does(acknowledge, 'U0FRONT').passes('1h').delivers(),
  released: () => new Story().delivers().does(acknowledge, 'U0FRONT').does(release, 'U0FRONT').delivers(),
  handedOff: () =>
    new Story()
      .delivers()
      .does(acknowledge, 'U0FRONT')
      .does(handOff('U0ENG', 'The gateway looks fine, the bank does not.'), 'U0FRONT'),
  noted: () =>
    new Story()
      .delivers()
      .does(acknowledge, 'U0FRONT')
      .sleeps('10m')
      .does(note('The bank answers slowly.'), 'U0FRONT'),
  told: () =>
    new Story()
      .delivers()
      .does(acknowledge, 'U0FRONT')
      .sleeps('10m')
      .does(tellCustomer('We found the cause and work on it.', new Date('2026-06-01T09:30:00Z')), 'U0FRONT'),
  waiting: () =>
    new Story()
      .delivers()
      .does(acknowledge, 'U0FRONT')
      .sleeps('10m')
      .does(waitForCustomer, 'U0FRONT')
      .sleeps('3h'),
  resumed: () =>
    new Story()
      .delivers()
      .does(acknowledge, 'U0FRONT')
      .does(waitForCustomer, 'U0FRONT')
      .sleeps('3h')
      .does(resume, 'U0FRONT'),
  lowered: () => new Story().delivers().does(acknowledge, 'U0FRONT').does(changeSeverity('high'), 'U0FRONT'),
  /** The next update was missed, and raised to management. */
  missed: () => {
    const story = new Story({ terms: termsWith({ missedPromise: ['management'] }) }).delivers()
    return story.sleeps('5m').does(acknowledge, 'U0FRONT').passes('56m')
  },
  /** The page could not reach frontline's channel. */
  undeliverable: () => new Story().loses(),
  /** Slack did not take the first page for a minute, so it fell back beyond Slack. */
  fellBack: () => {
    const story = new Story({ terms: termsWith({ email: ['oncall@example.com'] }) }).passes('1m')
    return story
      .does(pageLate(pageOf(story, 1)), 'belay')
      .sleeps('4m')
      .delivers()
  },
  /** Nobody is on call in frontline. */
  nobody: () => new Story({ terms: termsWith({ gone: ['U0FRONT'] }) }).delivers(),
  resolved: () =>
    new Story()
      .delivers()
      .does(acknowledge, 'U0FRONT')
      .sleeps('40m')
      .does(resolve('The bank had a fault; payments go through again.'), 'U0FRONT'),
  reopened: () =>
    new Story()
      .delivers()
      .does(resolve(null), 'U0FRONT')
      .sleeps('2d')
      .does(reopen('It fails again.'), 'U0AGENT')
      .delivers(),
} satisfies Record<string, () => Story>

/** The escalation at the end of a story, with a whole ticket. */
export function escalationOf(story: Story): Escalation {
  return sceneOf(story).escalation
}

export { monday }
