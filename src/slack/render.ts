import { createHash } from 'node:crypto'
import type { Block, KnownBlock } from '@slack/types'
import type { Escalation } from '../domain/escalation.ts'
import type { Notice } from '../domain/notice.ts'
import { cardIn } from '../store/cards.ts'
import type { CardRow, NoticeRow } from '../store/outbox.ts'
import { pageIsPending } from '../store/outbox.ts'
import type { CardShape } from '../store/schema.ts'
import { entryOf } from '../store/timeline.ts'
import { digestMessage } from './digest-message.ts'
import type { Gathering } from './gather.ts'
import { gather, peopleOf } from './gather.ts'
import { names } from './names.ts'
import { alarm } from './views/alarm.ts'
import { card } from './views/card.ts'
import { direct } from './views/direct.ts'
import { line } from './views/line.ts'
import { pageReply } from './views/page-reply.ts'

/** A message as Slack takes it. */
export type Message = { text: string; blocks: (KnownBlock | Block)[] }

/** Two messages with the same fingerprint look the same. */
export function fingerprint({ text, blocks }: Message): string {
  return createHash('sha256')
    .update(JSON.stringify([text, blocks]))
    .digest('base64url')
}

/** A notice in words, and where it belongs. `version`: the escalation's version that it shows. */
export type Rendered = {
  message: Message
  thread: CardRow | null
  broadcast: boolean
  shape: CardShape | null
  version: number
}

/** `later`: its thread is not there yet. `drop`: nobody needs it, and why. */
export type Rendering =
  | { kind: 'post'; rendered: Rendered }
  | { kind: 'later' }
  | { kind: 'drop'; why: string }

/** Renders a notice from the state of now. `escalation` is null for those that are about none. */
export async function render(
  gathering: Gathering,
  row: NoticeRow,
  escalation: Escalation | null,
  now: Date,
): Promise<Rendering> {
  const { notice } = row
  switch (notice.kind) {
    case 'email':
    case 'webhook':
      return { kind: 'later' } // goes out by its own lane
    case 'alarm':
      return alone(alarm(notice.problem))
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
  return { kind: 'post', rendered: { message, thread: null, broadcast: false, shape: null, version: 0 } }
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
    rendered: { message, thread, broadcast: thread !== null, shape, version: escalation.version },
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
  const { version } = escalation
  return { kind: 'post', rendered: { message, thread: null, broadcast: false, shape: 'card', version } }
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
    rendered: { message, thread: null, broadcast: false, shape, version: escalation.version },
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
  return { kind: 'post', rendered: { message, thread, broadcast: notice.broadcast, shape: null, version: 0 } }
}

/** A live message as it should read now. */
export async function renderCard(
  gathering: Gathering,
  { shape, notice }: CardRow,
  escalation: Escalation,
  now: Date,
): Promise<Message> {
  const others = notice.kind === 'direct' ? [notice.from ?? null] : []
  const scene = await gather(gathering, escalation, now, others)
  if (notice.kind === 'direct') return direct(scene, notice)
  if (notice.kind !== 'page') return card(scene)
  return shape === 'page' ? pageReply(scene, notice) : card(scene, notice)
}
