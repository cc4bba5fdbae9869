import type { Actor, Escalation, Way } from '../../domain/escalation.ts'
import { isPerson } from '../../domain/escalation.ts'
import type { PromiseName } from '../../domain/promises.ts'
import { numberOf } from '../../domain/ticket.ts'
import type { Ticket } from '../../domain/ticket.ts'
import { dayMs, durationParts, hourMs, minuteMs } from '../../domain/time.ts'
import type { Duration, DurationUnit } from '../../domain/time.ts'
import { channelName, clamp, inline, linked, mention } from '../blocks.ts'
import type { Drawn } from '../buttons.ts'
import type { PageFate, Scene } from './scene.ts'

/** `E-12`: what people call it. */
export function called({ id }: Pick<Escalation, 'id'>): string {
  return `E-${id}`
}

/** What the buttons and forms of this drawing carry: nothing that makes a message another that reads the same. */
export function drawn({ id, turn }: Escalation): Drawn {
  return { e: id, v: turn }
}

/** Somebody in plain text, never as a mention: whoever acted or is only talked about must not be pinged. */
export function named(names: ReadonlyMap<Actor, string>, actor: Actor | null): string {
  if (!actor) return 'nobody'
  return inline(names.get(actor), 80) || inline(actor, 80) || (isPerson(actor) ? 'somebody' : 'a source')
}

/** `Acme GmbH (enterprise)`. */
export function customerOf({ customer }: Ticket): string {
  const name = inline(customer?.name, 120) || 'customer not named'
  const plan = inline(customer?.plan, 40)
  return plan ? `${name} (${plan})` : name
}

/** The ticket's subject on one line, as a sentence when another one follows. */
export function subjectOf({ subject }: Ticket, max = 300): string {
  return inline(subject, max) || 'no summary'
}

/** Ends what somebody wrote as a sentence, so that ours can follow. */
function ended(text: string): string {
  return /[.!?…。!?]$/.test(text) ? text : `${text}.`
}

/** `E-12 critical, Acme GmbH (enterprise): Checkout fails.`: what every page and every direct message starts with. */
export function essence({ id, severity, ticket }: Escalation): string {
  return ended(`E-${id} ${inline(severity, 50)}, ${customerOf(ticket)}: ${subjectOf(ticket)}`)
}

/** `E-12 (Acme GmbH: Checkout fails)`: enough to know which one a sentence is about. */
export function shortly({ id, ticket }: Escalation): string {
  const customer = inline(ticket.customer?.name, 60)
  return `E-${id} (${customer ? `${customer}: ` : ''}${subjectOf(ticket, 120)})`
}

const marks = [':red_circle:', ':large_orange_circle:', ':large_yellow_circle:', ':large_blue_circle:']

/** The severity in words; the colour only repeats it. */
export function severityMark({ severities, escalation: { severity } }: Scene): string {
  const rank = severities.indexOf(severity)
  const mark = rank < 0 ? ':white_circle:' : (marks[rank] ?? marks.at(-1))
  return `${mark} *${inline(severity, 50)}*`
}

/**
 * The ticket by its number, linked where we know its address. A ticket whose only name is its address is just that. One
 * without a number was escalated in Slack: from a message that can be linked, or from nothing that could be shown.
 */
export function ticketLink({ id, url }: Ticket): string | null {
  if (numberOf({ id }) === null) return url ? `From ${linked(url, 'a message')}` : null
  return isAddress(id) ? linked(url ?? id, 'Ticket') : `Ticket ${linked(url, id)}`
}

/** A ticket's only name is where it is. */
export function isAddress(id: string): boolean {
  return /^https?:\/\//.test(id)
}

export const promiseLabels: Record<PromiseName, string> = {
  acknowledge: 'Acknowledge',
  update: 'Next update',
  resolve: 'Resolve',
  thirtyDays: '30 days',
}

/** A promise inside a sentence: `the next update was due …`. */
export const promiseWords: Record<PromiseName, string> = {
  acknowledge: 'the acknowledgement',
  update: 'the next update to the customer',
  resolve: 'the resolution',
  thirtyDays: 'the end after 30 days',
}

/** `e-mail and webhook`. */
export function waysWords(ways: readonly Way[]): string {
  return listed(ways.map((way) => wayLabels[way]))
}

export const wayLabels: Record<Way, string> = { email: 'e-mail', webhook: 'webhook' }

/** `a, b and c`. */
export function listed(items: readonly string[]): string {
  const last = items.at(-1) ?? ''
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** The mentions of a page. Bounded: a page that named hundreds would say nothing else. */
export function mentions(ids: readonly Actor[], most = 20): string {
  const shown = ids.slice(0, most).map(mention)
  return ids.length > shown.length
    ? `${shown.join(', ')} and ${ids.length - shown.length} more`
    : shown.join(', ')
}

/** A tier by name; the fallback has none. */
export function tierName(tier: string | null | undefined): string {
  return tier ? inline(tier, 60) : 'the fallback'
}

/** `2 days`, `5 hours`, `12 minutes`: about how long something lasted. */
export function lasted(ms: number): string {
  if (ms >= 2 * dayMs) return counted(Math.floor(ms / dayMs), 'day')
  if (ms >= 2 * hourMs) return counted(Math.floor(ms / hourMs), 'hour')
  return counted(Math.max(1, Math.floor(ms / minuteMs)), 'minute')
}

const units: Record<DurationUnit, string> = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' }

/** `15m` -> `15 minutes`. */
export function inWords(duration: Duration): string {
  const { amount, unit } = durationParts(duration)
  return counted(amount, units[unit])
}

/** What Slack's refusals mean, for those who have to put them right. */
const errorMeanings: Record<string, string> = {
  is_archived: 'the channel is archived',
  channel_not_found: 'the channel does not exist or is private to us; invite the bot',
  not_in_channel: 'the bot is not a member; invite it',
  restricted_action: 'posting there is restricted',
  token_revoked: "the bot's token was revoked",
  invalid_auth: "the bot's token is not valid",
  account_inactive: "the bot's account is switched off",
  missing_scope: 'the bot lacks a permission',
}

/** Slack's code and, where we know it, what it means. */
export function errorWords(error: string | null): string {
  const code = inline(error, 120) || 'unknown error'
  const meaning = errorMeanings[code]
  return meaning ? `${code} (${meaning})` : code
}

/** The card to lead people to: that of a page's channel, else the newest one, else any. */
export function cardLink({ links, pages, escalation }: Scene, page?: number): string | null {
  const channel = pages.find(({ number }) => number === page)?.channel
  return links.get(channel ?? escalation.home) ?? links.get(escalation.home) ?? [...links.values()][0] ?? null
}

/** The page that asks the fallback because another could not be delivered says why from that other's fate. */
export function failureOf(pages: readonly PageFate[], channel: string): string {
  const error = failedIn(pages, channel)?.error ?? null
  return `The page to ${channelName(channel)} could not be delivered: ${errorWords(error)}`
}

/** The page that failed there last. */
export function failedIn(pages: readonly PageFate[], channel: string): PageFate | undefined {
  return pages.findLast((page) => page.channel === channel && page.state === 'failed')
}

/** A text for a notification, whole and not too long. */
export function sentences(...parts: (string | null | undefined)[]): string {
  return clamp(parts.filter(Boolean).join(' '), 3000)
}
