import type { Asked, Event, EventKind, FallbackReason } from '../../domain/escalation.ts'
import { isPerson } from '../../domain/escalation.ts'
import { channelName, inline, quoted, when } from '../blocks.ts'
import { missedWords } from './page-words.ts'
import type { Scene } from './scene.ts'
import { unansweredWords } from './state.ts'
import { errorWords, named, promiseWords, tierName, waysWords } from './words.ts'

/** One event in words; `quote` is what somebody wrote, set off from ours. Whoever acted is named in plain text. */
export type Told = { sentence: string; quote?: string | null }

/** Any event of a timeline, whether or not a thread is told of it. */
export function eventWords(scene: Scene, event: Event): Told {
  const by = 'by' in event && event.by ? named(scene.names, event.by) : ''
  const say = words[event.kind] as (event: Event, by: string, scene: Scene) => Told | string
  const told = say(event, by, scene)
  return typeof told === 'string' ? { sentence: told } : told
}

type Of<K extends EventKind> = Extract<Event, { kind: K }>

/** `by` is the name of whoever acted. */
type Words<K extends EventKind> = (event: Of<K>, by: string, scene: Scene) => Told | string

const words: { [K in EventKind]: Words<K> } = {
  opened: ({ severity }, by) => `${by} opened it as ${inline(severity, 50)}.`,
  paged: ({ asked, round }, _, scene) =>
    `${tierName(asked.tier)} was asked in ${channelName(asked.channel)}, in round ${round}${people(scene, asked)}.`,
  raised: ({ asked, missed }, _, scene) =>
    `${missedWords(scene, missed)} ${tierName(asked.tier)} was asked to see to it${people(scene, asked)}.`,
  tier_skipped: ({ tier }) => `Nobody is on call in tier ${tierName(tier)}, so it was skipped.`,
  fallback_told: ({ channel, reason, beyond }) =>
    `The fallback channel ${channelName(channel)} was told${beyond ? `, and beyond Slack ${waysWords(beyond)}` : ''}: ${fallbackWords[reason]}.`,
  page_delivered: ({ channel, waitUntil }) =>
    `The page to ${channelName(channel)} arrived${waitUntil ? `; the time to acknowledge is up ${when(waitUntil)}` : ''}.`,
  page_undeliverable: ({ channel, error }) =>
    `The page to ${channelName(channel)} could not be delivered: ${errorWords(error)}.`,
  page_fell_back: ({ tier, channel, isLate, beyond }) =>
    `The page to ${tierName(tier)} in ${channelName(channel)} ${isLate ? 'had not arrived after a minute' : 'can not arrive'}, so it fell back to ${waysWords(beyond)}.`,
  wait_started: ({ waitUntil }) =>
    `The page had not arrived after a minute, so its time runs anyway, until ${when(waitUntil)}.`,
  unanswered: ({ remindAt }, _, scene) =>
    `${unansweredWords(scene)}. The fallback channel is told, and again at ${when(remindAt)}.`,
  reminded: () => 'Still nobody has it: the fallback channel is told again.',
  acknowledged: ({ until }, by) => `${by} has it until ${when(until)}.`,
  lapsed: ({ owner }, _, { names }) => `${named(names, owner)}'s acknowledgement ran out without activity.`,
  released: (_, by) => `${by} gave it back.`,
  handed_off: (event, by, scene) => handedOff(event, by, scene),
  noted: ({ text }, by) => ({ sentence: `${by} noted:`, quote: text }),
  replied: ({ until }, by) => `${by} replied in the thread and has it until ${when(until)}.`,
  customer_told: ({ text, nextBy }, by) => ({
    sentence: `${by} told the customer${nextBy ? ` (next update by ${when(nextBy)})` : ''}:`,
    quote: text,
  }),
  waiting: (_, by) => `${by}: waiting on the customer. The next update and the resolution are paused.`,
  resumed: (_, by) => `${by}: no longer waiting on the customer. The next update and the resolution go on.`,
  severity_changed: ({ from, to }, by) =>
    `${by} changed the severity from ${inline(from, 50)} to ${inline(to, 50)}. Every promise is counted anew from its original start.`,
  ticket_updated: ({ again }, by) => (again ? `${by} asked for a human again.` : `${by} updated the ticket.`),
  promise_warned: ({ promise, dueAt }) => `Due soon: ${promiseWords[promise]}, by ${when(dueAt)}.`,
  promise_breached: ({ promise, dueAt }) => `Missed: ${promiseWords[promise]} was due ${when(dueAt)}.`,
  resolved: ({ resolution }, by) => ({
    sentence: `${by} resolved it${colon(resolution)}`,
    quote: resolution,
  }),
  reopened: ({ reason }, by) => ({ sentence: `${by} reopened it${colon(reason)}`, quote: reason }),
  quarantined: ({ reason }) => ({
    sentence: "It can't be decided, so the clock leaves it alone:",
    quote: reason,
  }),
  quarantine_released: (_, by) => `${by} put it back under the clock.`,
}

const fallbackWords: Record<FallbackReason, string> = {
  unanswered: 'nobody answered',
  undeliverable: 'a page could not be delivered',
  nobody: 'a tier has nobody on call',
}

/** A quotation follows, or the sentence ends. */
function colon(quote: string | null): string {
  return quote?.trim() ? ':' : '.'
}

/** By name: a line about a page must not page again. */
function people({ names }: Scene, { onCall, mention }: Asked): string {
  const ids = [...new Set([...onCall, ...mention])].slice(0, 10)
  const shown = ids.map((id) => (isPerson(id) ? named(names, id) : `group ${inline(id, 20)}`))
  return shown.length > 0 ? `: ${shown.join(', ')}` : ''
}

function handedOff({ by, from, to, until, note }: Of<'handed_off'>, giver: string, { names }: Scene): Told {
  const owner = named(names, to)
  const moved =
    by === to
      ? `${owner} took it over${from ? ` from ${named(names, from)}` : ''} and has it until ${when(until)}`
      : `${giver} handed it to ${owner}, who has it until ${when(until)}`
  return { sentence: `${moved}${colon(note)}`, quote: note }
}

/** The sentence with its quotation below it, shortened. */
export function toldText({ sentence, quote }: Told, max: number): string {
  return quote?.trim() ? `${sentence}\n${quoted(quote, max)}` : sentence
}
