import type { Escalation } from '#domain/escalation.ts'
import type { NoticeRow } from '#store/outbox.ts'
import type { PolicyVersion } from '#domain/policy.ts'
import type { MessageView } from '../../sandbox/protocol.ts'
import { buttons, textOf } from '../../sandbox/reading.ts'
import type { Fleet } from './fleet.ts'
import type { Findings } from './kept.ts'
import type { Model } from './model.ts'
import { deliveryOf, type Saved } from './seen.ts'

/** What is needed to tell whether Slack shows what is true. */
export type Showing = { fleet: Fleet; model: Model; said: MessageView[]; version: PolicyVersion }

/** What every escalation owes to whoever reads of it in Slack. */
export function holdsShown(saved: Saved, showing: Showing): Findings {
  return [
    ...cardsTrue(saved, showing),
    ...buttonsTrue(saved, showing),
    ...saidOnce(saved, showing),
    ...phonesRang(saved, showing),
    ...linesQuiet(saved, showing),
  ]
}

type Offer = { label: string; e: number; v: number }

/** The buttons of a message that are about an escalation. */
function offersOf({ blocks }: MessageView): Offer[] {
  return buttons(blocks).flatMap(({ label, at }) => {
    const value = at.value ?? at.element['value']
    if (typeof value !== 'string' || !value.startsWith('{')) return []
    const { e, v } = JSON.parse(value) as { e: number; v: number }
    return [{ label, e, v }]
  })
}

const nameOf = ({ sandbox }: Fleet, id: string | null) =>
  sandbox.state('U0AGENT', { channel: 'C0SUPPORT', limit: 1 }).users.find((user) => user.id === id)
    ?.real_name ?? id

function headline({ state, owner, resolvedBy }: Escalation, fleet: Fleet): string {
  switch (state) {
    case 'paging':
      return 'Nobody has it yet.'
    case 'acknowledged':
      return `Acknowledged by ${nameOf(fleet, owner)}`
    case 'unanswered':
      return 'Nobody answered after'
    case 'resolved':
      return `Resolved by ${nameOf(fleet, resolvedBy)}`
  }
}

/** The buttons that a card of this escalation has to offer. */
function expectedOffers(escalation: Escalation, version: PolicyVersion): string[] {
  const { state, tier, round, waitingSince, policy } = escalation
  if (state === 'resolved') return ['Reopen']
  const { tiers, rounds } = version.policies[policy]!
  const climbs = state !== 'unanswered' && (tier + 1 < tiers.length || round < rounds)
  return [
    ...(state === 'acknowledged' ? ['Release'] : ['Acknowledge']),
    ...(climbs ? ['Escalate now'] : []),
    'Hand off',
    'Update customer',
    'Resolve',
    'Add note',
    'Change severity',
    waitingSince ? 'Customer answered' : 'Waiting on customer',
  ].sort()
}

/** Each card says and offers what is true now, and each channel that was reached has one. */
function cardsTrue(
  { escalation, cards, notices }: Saved,
  { fleet, model, said, version }: Showing,
): Findings {
  const words = headline(escalation, fleet)
  const shown = said.filter((message) =>
    offersOf(message).some(
      ({ label, e }) => e === escalation.id && (label === 'Hand off' || label === 'Reopen'),
    ),
  )
  const expected = expectedOffers(escalation, version)
  const wrong = shown.flatMap((message) => {
    const offers = offersOf(message)
    const labels = offers.map(({ label }) => label).sort()
    const where = `the card ${message.ts} in ${message.channel}`
    return [
      ...(textOf(message).includes(words) ? [] : [`${where} does not say "${words}": ${textOf(message)}`]),
      ...(labels.join() === expected.join()
        ? []
        : [`${where} offers ${labels.join()}, not ${expected.join()}`]),
      ...(offers.every(({ v }) => v >= escalation.turn) ? [] : [`${where} has buttons that are out of date`]),
    ]
  })
  const behind = cards.filter(({ applied, wanted, lost }) => lost === null && applied < wanted)
  const reached = new Set(
    notices.filter(({ kind, state }) => kind === 'page' && state === 'sent').map(({ target }) => target),
  )
  const counted = [...reached].map(
    (channel) => [channel, shown.filter((one) => one.channel === channel).length] as const,
  )
  const miscounted = counted.filter(
    ([channel, count]) => count < 1 || (count > mostCards(notices, channel) && !model.unreadable),
  )
  return [
    ...wrong,
    ...behind.map(({ channel, ts }) => `the card ${ts} in ${channel} is behind`),
    ...miscounted.map(([channel, count]) => `${channel} was reached and has ${count} cards`),
  ]
}

/** A page that went out before it was known what became of those before it had no thread to go to: it is a card, too. */
function mostCards(notices: NoticeRow[], channel: string): number {
  const pages = notices
    .filter(({ kind, state, target }) => kind === 'page' && state === 'sent' && target === channel)
    .sort((a, b) => Number(a.attemptedAt) - Number(b.attemptedAt))
  return pages.filter(({ attemptedAt }, n) =>
    pages.slice(0, n).every(({ settledAt }) => Number(settledAt) >= Number(attemptedAt)),
  ).length
}

/** No message, wherever it is, offers what is no longer to be had. */
function buttonsTrue({ escalation }: Saved, { said }: Showing): Findings {
  const { id, state } = escalation
  const allowed: Record<string, boolean> = {
    Acknowledge: state === 'paging' || state === 'unanswered',
    Resolve: state !== 'resolved',
    Reopen: state === 'resolved',
  }
  return said.flatMap((message) =>
    offersOf(message)
      .filter(({ label, e }) => e === id && allowed[label] === false)
      .map(({ label }) => `${message.ts} in ${message.channel} offers ${label}, and it is ${state}`),
  )
}

const isForSlack = ({ kind }: NoticeRow) => kind !== 'email' && kind !== 'webhook'

/** What was sent is there, once; what was not sent is not. */
function saidOnce({ notices }: Saved, { said, model }: Showing): Findings {
  return notices.filter(isForSlack).flatMap((row) => {
    const found = said.filter((message) => deliveryOf(message) === (row.summary ?? row.id))
    const there = said.some(({ channel, ts }) => channel === row.channel && ts === row.ts)
    const about = `${row.key} (${row.state}, ${row.attempts} attempts, ${row.error})`
    if (row.state === 'sent' && !there) return [`${about} was sent, and is not there`]
    if (row.state !== 'sent' && found.length > 0 && !model.unreadable) return [`${about} is there after all`]
    return found.length > 1 && !model.unreadable ? [`${about} is there ${found.length} times`] : []
  })
}

/** Whoever a page asks had their phone ring for it, where they can see it. */
function phonesRang({ notices }: Saved, { fleet, model }: Showing): Findings {
  return notices
    .filter(({ state }) => state === 'sent')
    .flatMap((row) =>
      askedBy(row, fleet)
        .filter((user) => !model.left.has(user))
        .filter((user) => fleet.sandbox.ledger({ user, ts: row.ts!, channel: row.channel! }).length === 0)
        .map((user) => `${row.key} was sent, and ${user} heard nothing`),
    )
}

function askedBy({ notice, channel }: NoticeRow, { sandbox }: Fleet): string[] {
  if (notice.kind === 'direct') return [notice.user]
  if (notice.kind !== 'page') return []
  const { usergroups, channels } = sandbox.state('U0AGENT', { channel: 'C0SUPPORT', limit: 1 })
  const members = channels.find(({ id }) => id === channel)?.members ?? []
  const people = notice.mention.flatMap((id) => usergroups.find((group) => group.id === id)?.users ?? [id])
  return people.filter((id) => members.includes(id))
}

/** A line in a thread says who acted, and pings nobody. */
function linesQuiet({ notices }: Saved, { said }: Showing): Findings {
  const lines = new Set(notices.filter(({ kind }) => kind === 'line').map(({ id }) => id))
  return said
    .filter(
      (message) => lines.has(deliveryOf(message) ?? '') && /<@|<!(sub|here|channel)/.test(textOf(message)),
    )
    .map(({ text }) => `a line mentions somebody: ${text}`)
}
