import type { Actor, Escalation, Happened } from './escalation.ts'
import { after, isPerson, reopenForMs } from './escalation.ts'
import { promisesDue } from './advance.ts'
import { fellBack } from './beyond.ts'
import { climbTo, nextPlace, placeOf, tellFallback } from './ladder.ts'
import { changed, refused, refusedAsResolved } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { isObsolete } from './obsolete.ts'
import type { Page } from './notice.ts'
import { beginUpdate, pausePromises, recount, startPromises } from './promises.ts'
import type { Terms } from './terms.ts'
import { lapseAfter, waitAfter } from './terms.ts'
import type { Ticket } from './ticket.ts'
import { mergeTicket } from './ticket.ts'
import { addMs } from './time.ts'

/** Who acts, and which version of the escalation they saw when they pressed; null when they saw none (a command, a source). */
type Who = { by: Actor; seen: number | null }

/** A verb: what a person or a source does to an escalation, decided without touching anything. */
export type Verb = (escalation: Escalation, terms: Terms, who: Who, now: Date) => Outcome

/** Opens a new escalation: its promises start and its first tier is paged. */
export function open(escalation: Escalation, terms: Terms, by: Actor, now: Date): Happened[] {
  const promises = startPromises(terms.severity(escalation.severity), now)
  const { severity, askedAt } = escalation
  return [
    { at: now, event: { kind: 'opened', by, severity, promises, ...(askedAt && { askedAt }) } },
    ...climbTo(escalation, { round: 1, rung: 0 }, terms, now, { reason: 'opened', by }),
  ]
}

/**
 * A person takes it until the severity's lapse. Never refused for an old card: whoever wants it and can have it, has
 * it. Two at once: one wins, the other is told who.
 */
export const acknowledge: Verb = punctual((escalation, terms, { by }, now) => {
  switch (escalation.state) {
    case 'resolved':
      return refusedAsResolved(escalation)
    case 'acknowledged':
      return escalation.owner === by
        ? refused({ kind: 'already_yours', until: escalation.lapseAt })
        : refused({ kind: 'already_taken', owner: escalation.owner ?? by, until: escalation.lapseAt })
    case 'paging':
    case 'unanswered': {
      const until = lapseAfter(terms, escalation.severity, now)
      return changed({ at: now, event: { kind: 'acknowledged', by, until } })
    }
  }
})

/**
 * Pages the next tier without waiting for the clock; whoever had it has it no longer. Refused when nobody is left to
 * page: then who has it keeps it.
 */
export const escalateNow: Verb = (escalation, terms, who, now) => {
  if (escalation.state === 'resolved') return refusedAsResolved(escalation)
  if (isOutOfDate(escalation, who)) return refused({ kind: 'out_of_date' })
  if (escalation.state === 'unanswered') return refused({ kind: 'no_next_tier' })
  const next = nextPlace(placeOf(escalation), terms)
  const climbed = climbTo(escalation, next, terms, now, { reason: 'escalated', by: who.by })
  const pages = climbed.some(({ event }) => event.kind === 'paged')
  return pages ? changed(...climbed) : refused({ kind: 'no_next_tier' })
}

/** Ownership moves to a person by name, with a new lapse. `canHave`: false for a bot, a stranger and who is gone. */
export function handOff(to: Actor, note: string | null = null, canHave = isPerson(to)): Verb {
  return punctual((escalation, terms, who, now) => {
    if (escalation.state === 'resolved') return refusedAsResolved(escalation)
    if (isOutOfDate(escalation, who)) return refused({ kind: 'out_of_date' })
    if (!canHave) return refused({ kind: 'not_a_person', who: to })
    if (escalation.owner === to) return refused({ kind: 'same_person', owner: to })
    const until = lapseAfter(terms, escalation.severity, now)
    return changed({
      at: now,
      event: { kind: 'handed_off', by: who.by, from: escalation.owner, to, until, note },
    })
  })
}

/** The owner gives it back: the tier where it was acknowledged is paged again. */
export const release: Verb = (escalation, terms, who, now) => {
  if (escalation.state === 'resolved') return refusedAsResolved(escalation)
  if (escalation.owner !== who.by) return refused({ kind: 'not_yours', owner: escalation.owner })
  return changed(
    { at: now, event: { kind: 'released', by: who.by } },
    ...climbTo(escalation, placeOf(escalation), terms, now, { reason: 'released', by: who.by }),
  )
}

/** Something to remember. The owner's note renews the acknowledgement. */
export function note(text: string): Verb {
  return (escalation, terms, { by }, now) =>
    changed({ at: now, event: { kind: 'noted', by, text, until: renewed(escalation, terms, by, now) } })
}

/**
 * A reply in the card's thread, told as of when it was written: the owner was at work then, so the acknowledgement holds
 * on from there. Others change nothing, and so does what was written before it was last renewed.
 */
export const reply: Verb = (escalation, terms, { by }, now) => {
  const until = renewed(escalation, terms, by, now)
  const isNews = until && escalation.lapseAt && until >= escalation.lapseAt
  return isNews ? changed({ at: now, event: { kind: 'replied', by, until } }) : changed()
}

/** The customer has been told something: the update promise starts anew, until the named time or the usual interval. */
export function tellCustomer(text: string, nextBy: Date | null): Verb {
  return punctual((escalation, terms, { by }, now) => {
    if (escalation.state === 'resolved') return refusedAsResolved(escalation)
    if (nextBy && nextBy <= now) return refused({ kind: 'next_update_in_the_past' })
    const update = beginUpdate(terms.severity(escalation.severity), now, nextBy)
    const restarted = { ...escalation.promises, update }
    const promises = escalation.waitingSince ? pausePromises(restarted, now) : restarted
    const until = renewed(escalation, terms, by, now)
    const next = promises.update.dueAt
    return changed({ at: now, event: { kind: 'customer_told', by, text, nextBy: next, promises, until } })
  })
}

/** We wait for the customer: update and resolution stand still, the 30 days go on. */
export const waitForCustomer: Verb = punctual((escalation, _terms, who, now) => {
  if (escalation.state === 'resolved') return refusedAsResolved(escalation)
  if (escalation.waitingSince) return refused({ kind: 'already_waiting', since: escalation.waitingSince })
  return changed({
    at: now,
    event: { kind: 'waiting', by: who.by, promises: pausePromises(escalation.promises, now) },
  })
})

/** The customer has answered: update and resolution go on where they stood, and the owner has a full lapse again. */
export const resume: Verb = (escalation, terms, who, now) => {
  if (escalation.state === 'resolved') return refusedAsResolved(escalation)
  if (!escalation.waitingSince) return refused({ kind: 'not_waiting' })
  const pause = { from: escalation.waitingSince, to: now }
  const severity = terms.severity(escalation.severity)
  const promises = recount(escalation.promises, severity, [...escalation.pauses, pause], now)
  const until = escalation.owner ? lapseAfter(terms, escalation.severity, now) : null
  return changed({ at: now, event: { kind: 'resumed', by: who.by, pause, promises, until } })
}

/** Every promise is counted anew from its original start; an acknowledgement holds as long as the new severity says. */
export function changeSeverity(to: string): Verb {
  return punctual((escalation, terms, who, now) => {
    if (escalation.state === 'resolved') return refusedAsResolved(escalation)
    if (isOutOfDate(escalation, who)) return refused({ kind: 'out_of_date' })
    if (!terms.hasSeverity(to)) return refused({ kind: 'unknown_severity', severity: to })
    if (escalation.severity === to) return refused({ kind: 'same_severity', severity: to })
    const promises = recountedFor(escalation, terms, to, now)
    const until = escalation.owner ? lapseAfter(terms, to, now) : null
    const { waitFrom, waitUntil: wait } = escalation
    const waitUntil = waitFrom && wait ? waitAfter(terms, escalation.tier, to, waitFrom) : wait
    const { severity: from } = escalation
    return changed({
      at: now,
      event: { kind: 'severity_changed', by: who.by, from, to, promises, until, waitUntil },
    })
  })
}

/** Counted from the original start; while we wait for the customer the time since then does not count. */
function recountedFor(
  { promises, pauses, waitingSince }: Escalation,
  terms: Terms,
  severity: string,
  now: Date,
) {
  const owed = terms.severity(severity)
  if (!waitingSince) return recount(promises, owed, pauses, now)
  return pausePromises(
    recount(promises, owed, [...pauses, { from: waitingSince, to: now }], now),
    waitingSince,
  )
}

export function resolve(resolution: string | null): Verb {
  return punctual((escalation, _terms, { by }, now) =>
    escalation.state === 'resolved'
      ? refusedAsResolved(escalation)
      : changed({ at: now, event: { kind: 'resolved', by, resolution } }),
  )
}

/** From the first tier again. A person can for 7 days, a ticket that reopens always can. */
export function reopen(reason: string | null = null, askedAt: Date | null = null): Verb {
  return (escalation, terms, { by }, now) => {
    if (escalation.state !== 'resolved') return refused({ kind: 'not_resolved' })
    const resolvedAt = escalation.resolvedAt ?? now
    if (isPerson(by) && addMs(resolvedAt, reopenForMs) < now)
      return refused({ kind: 'reopen_window_passed', resolvedAt })
    const started = startPromises(terms.severity(escalation.severity), now)
    const thirtyDays = { ...escalation.promises.thirtyDays, keptAt: null }
    const promises = { ...started, thirtyDays }
    return changed(
      { at: now, event: { kind: 'reopened', by, reason, promises, ...(askedAt && { askedAt }) } },
      ...climbTo(escalation, { round: 1, rung: 0 }, terms, now, { reason: 'reopened', by }),
    )
  }
}

/**
 * The source describes the ticket anew. `again`: somebody asked for a human a second time. A more urgent severity
 * counts when it is news: a source that only repeats itself does not undo what a person or a rule decided. `askedAt`: when
 * it was asked for, by the source's clock.
 */
export function updateTicket(told: Ticket, again: boolean, askedAt: Date | null = null): Verb {
  return punctual((escalation, terms, who, now) => {
    if (escalation.state === 'resolved') return refusedAsResolved(escalation)
    const ticket = mergeTicket(escalation.ticket, told)
    const updated: Happened = {
      at: now,
      event: { kind: 'ticket_updated', by: who.by, ticket, again, ...(askedAt && { askedAt }) },
    }
    const { severity = escalation.severity } = told
    const isNews = again || severity !== escalation.ticket.severity
    const isWorse =
      terms.hasSeverity(severity) && terms.urgency(severity) < terms.urgency(escalation.severity)
    if (!isNews || !isWorse) return changed(updated)
    const raised = changeSeverity(severity)(escalation, terms, { by: who.by, seen: null }, now)
    return raised.kind === 'changed' ? changed(updated, ...raised.happened) : raised
  })
}

/**
 * What the source told of `toldAt`, by its own clock. When it has asked for a human since, this was overtaken on its way,
 * as a repeat may be, and changes nothing: a page too many is better than one that nobody gets.
 */
export function unlessOvertaken(toldAt: Date | null, verb: Verb): Verb {
  return (escalation, terms, who, now) =>
    toldAt && toldAt < (escalation.askedAt ?? toldAt) ? changed() : verb(escalation, terms, who, now)
}

/** A page arrived: if it is the ladder's newest, its tier's time starts now. */
export function pageDelivered(number: number, channel: string): Verb {
  return (escalation, terms, _who, now) => {
    const starts = escalation.state === 'paging' && escalation.rungPage === number && !escalation.waitUntil
    const waitUntil = starts ? waitAfter(terms, escalation.tier, escalation.severity, now) : null
    return changed({ at: now, event: { kind: 'page_delivered', number, channel, waitUntil } })
  }
}

/**
 * A page can never arrive: the fallback is told at once, and the ladder does not wait for that tier. When it was the
 * fallback's own channel, only those beyond Slack are left; `isToldBeyond`: they know already.
 */
export function pageUndeliverable(
  number: number,
  channel: string,
  error: string,
  isToldBeyond = false,
): Verb {
  return (escalation, terms, _who, now) => {
    const failed: Happened = { at: now, event: { kind: 'page_undeliverable', number, channel, error } }
    if (escalation.state === 'resolved') return changed(failed)
    if (channel === terms.fallback.channel) {
      const lost = { number, channel, tier: null, reason: 'undeliverable' } as const
      return changed(failed, ...(isToldBeyond ? [] : fellBack(lost, terms, false, now)))
    }
    const told = tellFallback(escalation, terms, 'undeliverable', channel)
    return changed(failed, { at: now, event: told })
  }
}

/** Slack has not taken a page for a minute: it is told beyond Slack, unless nobody needs it any more. */
export function pageLate(page: Page): Verb {
  return (escalation, terms, _who, now) =>
    isObsolete(page, escalation) ? changed() : changed(...fellBack(page, terms, true, now))
}

/**
 * The verb, decided after what was due before it: a promise that was broken already is broken, even when the verb keeps,
 * restarts or pauses it before the sweep saw it.
 */
function punctual(verb: Verb): Verb {
  return (escalation, terms, who, now) => {
    const due = promisesDue(escalation, terms, now)
    const outcome = verb(after(escalation, due), terms, who, now)
    return outcome.kind === 'changed' ? changed(...due, ...outcome.happened) : outcome
  }
}

/**
 * A button on a card from before the last turn (a new owner, rung, state or severity) would act on something its
 * reader could not see.
 */
function isOutOfDate(escalation: Escalation, who: Who): boolean {
  return who.seen !== null && who.seen < escalation.turn
}

function renewed(escalation: Escalation, terms: Terms, by: Actor, now: Date): Date | null {
  return escalation.state === 'acknowledged' && escalation.owner === by
    ? lapseAfter(terms, escalation.severity, now)
    : null
}
