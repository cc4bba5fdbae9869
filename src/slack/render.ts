import { createHash } from 'node:crypto'
import type { Block, KnownBlock } from '@slack/types'
import type { Escalation } from '../domain/escalation.ts'
import { asks } from '../domain/notice.ts'
import type { Notice } from '../domain/notice.ts'
import { cardIn } from '../store/cards.ts'
import type { Live } from '../store/cards.ts'
import type { CardRow, Claim, NoticeRow } from '../store/outbox.ts'
import { pageIsPending } from '../store/outbox.ts'
import type { CardShape } from '../store/schema.ts'
import { entryOf } from '../store/timeline.ts'
import { digestMessage } from './digest-message.ts'
import type { Gathering } from './gather.ts'
import { gather, gatherMany, peopleOf } from './gather.ts'
import { names } from './names.ts'
import { alarm } from './views/alarm.ts'
import { card } from './views/card.ts'
import { direct } from './views/direct.ts'
import { line } from './views/line.ts'
import { pageReply } from './views/page-reply.ts'
import { summary } from './views/summary.ts'

/** A message as Slack takes it. */
export type Message = { text: string; blocks: (KnownBlock | Block)[] }

/** Two messages with the same fingerprint look the same. */
export function fingerprint({ text, blocks }: Message): string {
  return createHash('sha256')
    .update(JSON.stringify([text, blocks]))
    .digest('base64url')
}

/** A message in words, and where it belongs. `versions`: those of the escalations that it shows. */
export type Rendered = {
  message: Message
  thread: CardRow | null
  broadcast: boolean
  shape: CardShape | null
  versions: ReadonlyMap<number, number>
}

/** `later`: its thread is not there yet. `drop`: nobody needs it, and why. */
export type Rendering =
  | { kind: 'post'; rendered: Rendered }
  | { kind: 'later' }
  | { kind: 'drop'; why: string }

/** Renders a message from the state of now. */
export async function render(
  gathering: Gathering,
  claim: Claim,
  escalations: ReadonlyMap<number, Escalation>,
  now: Date,
): Promise<Rendering> {
  const [{ notice, escalation: id, summary: together }] = claim
  if (together) return renderSummary(gathering, claim, escalations, now)
  const escalation = escalations.get(id ?? 0)
  switch (notice.kind) {
    case 'email':
    case 'webhook':
      return { kind: 'later' } // goes out by its own lane
    case 'alarm':
      return alone(alarm(notice.problem, notice.quarantined))
    case 'digest':
      return alone(
        await digestMessage(gathering.store, notice, now, (ids) => names(gathering.directory, ids, now)),
      )
    case 'page':
      return escalation ? renderPage(gathering, notice, escalation, now) : gone
    case 'card':
      return escalation ? renderAnew(gathering, notice.channel, escalation, now) : gone
    case 'direct':
      return escalation ? renderDirect(gathering, notice, escalation, now) : gone
    case 'line':
      return escalation ? renderLine(gathering, notice, escalation, now) : gone
  }
}

const gone: Rendering = { kind: 'drop', why: 'its escalation is gone' }

function alone(message: Message): Rendering {
  return {
    kind: 'post',
    rendered: { message, thread: null, broadcast: false, shape: null, versions: new Map() },
  }
}

/** The first page to a channel is the card; a later one is a reply in its thread, shown in the channel too. */
async function renderPage(
  gathering: Gathering,
  notice: Extract<Notice, { kind: 'page' }>,
  escalation: Escalation,
  now: Date,
): Promise<Rendering> {
  const scene = await gather(gathering, escalation, now)
  const posted = await cardIn(gathering.store.db, escalation.id, notice.channel)
  const thread = posted?.lost === null ? posted : null
  const message = thread ? pageReply(scene, notice) : card(scene, notice)
  const shape = thread ? 'page' : 'card'
  return {
    kind: 'post',
    rendered: { message, thread, broadcast: thread !== null, shape, versions: versionsOf([escalation]) },
  }
}

/** A card in the place of one that is lost, unless a page has become the channel's card meanwhile. */
async function renderAnew(
  gathering: Gathering,
  channel: string,
  escalation: Escalation,
  now: Date,
): Promise<Rendering> {
  const known = await cardIn(gathering.store.db, escalation.id, channel)
  if (known?.lost === null) return { kind: 'drop', why: 'its channel has a card again' }
  const message = card(await gather(gathering, escalation, now))
  const versions = versionsOf([escalation])
  return { kind: 'post', rendered: { message, thread: null, broadcast: false, shape: 'card', versions } }
}

/** Direct messages that stay true: they are edited as a card is. */
const live: ReadonlySet<string> = new Set(['asked', 'raised', 'handed_off', 'requested'])

async function renderDirect(
  gathering: Gathering,
  notice: Extract<Notice, { kind: 'direct' }>,
  escalation: Escalation,
  now: Date,
): Promise<Rendering> {
  const message = direct(await gather(gathering, escalation, now, [notice.from ?? null]), notice)
  const shape = live.has(notice.about) ? 'direct' : null
  return {
    kind: 'post',
    rendered: { message, thread: null, broadcast: false, shape, versions: versionsOf([escalation]) },
  }
}

async function renderLine(
  gathering: Gathering,
  notice: Extract<Notice, { kind: 'line' }>,
  escalation: Escalation,
  now: Date,
): Promise<Rendering> {
  const { db } = gathering.store
  const thread = await cardIn(db, escalation.id, notice.channel)
  if (!thread || thread.lost !== null)
    return (await pageIsPending(db, escalation.id, notice.channel))
      ? { kind: 'later' }
      : { kind: 'drop', why: 'there is no card whose thread it could go to' }
  const entry = await entryOf(db, escalation.id, notice.entry)
  if (!entry) return { kind: 'drop', why: 'the timeline has no such entry' }
  const scene = await gather(gathering, escalation, now, peopleOf(entry.event))
  const message = line(scene, entry.event, entry.at)
  return {
    kind: 'post',
    rendered: { message, thread, broadcast: notice.broadcast, shape: null, versions: new Map() },
  }
}

/** Pages that go out together. */
async function renderSummary(
  gathering: Gathering,
  claim: Claim,
  escalations: ReadonlyMap<number, Escalation>,
  now: Date,
): Promise<Rendering> {
  const message = await summaryOf(gathering, claim, escalations, now)
  const versions = versionsOf([...escalations.values()])
  return { kind: 'post', rendered: { message, thread: null, broadcast: false, shape: 'summary', versions } }
}

/** The most urgent severity first, as it was when they were decided, then the oldest: lines keep their places. */
async function summaryOf(
  gathering: Gathering,
  rows: readonly Pick<NoticeRow, 'notice' | 'escalation' | 'priority'>[],
  escalations: ReadonlyMap<number, Escalation>,
  now: Date,
): Promise<Message> {
  const scenes = await gatherMany(gathering, [...escalations.values()], now)
  const rank = ({ priority }: (typeof rows)[number]) => Math.floor(priority / 1000)
  const sorted = [...rows].sort(
    (a, b) => rank(a) - rank(b) || (a.escalation ?? 0) - (b.escalation ?? 0) || a.priority - b.priority,
  )
  return summary(
    sorted.flatMap(({ notice, escalation }) => {
      const scene = scenes.get(escalation ?? 0)
      return scene && asks(notice) ? [{ scene, notice }] : []
    }),
  )
}

/** The versions that a message shows, by escalation. */
export function versionsOf(escalations: Iterable<Escalation>): ReadonlyMap<number, number> {
  return new Map([...escalations].map(({ id, version }) => [id, version]))
}

/** A live message as it should read now. Null when what it is about is gone. */
export async function renderLive(
  gathering: Gathering,
  live: Live,
  escalations: ReadonlyMap<number, Escalation>,
  now: Date,
): Promise<Message | null> {
  const [{ shape, notice, escalation }] = live
  if (shape === 'summary') return summaryOf(gathering, live, escalations, now)
  const about = escalations.get(escalation)
  if (!about) return null
  const others = notice.kind === 'direct' ? [notice.from ?? null] : []
  const scene = await gather(gathering, about, now, others)
  if (notice.kind === 'direct') return direct(scene, notice)
  if (notice.kind !== 'page') return card(scene)
  return shape === 'page' ? pageReply(scene, notice) : card(scene, notice)
}
