import type { Actor, Escalation, Event } from './escalation.ts'
import type { PromiseName, Promises } from './promises.ts'

const nobodyHasIt = { owner: null, acknowledgedAt: null, lapseAt: null }

/** One event, applied. Total: any event can be applied to any escalation. */
export function apply(escalation: Escalation, event: Event, at: Date): Escalation {
  switch (event.kind) {
    case 'opened':
      return { ...asked(escalation, event.askedAt), severity: event.severity, promises: event.promises }
    case 'paged':
      return {
        ...withChannel(escalation, event.asked.channel),
        ...nobodyHasIt,
        state: 'paging',
        round: event.round,
        tier: event.rung,
        page: event.number,
        rungPage: event.number,
        pagedAt: at,
        waitUntil: null,
        waitFrom: null,
        remindAt: null,
        home: event.asked.channel,
      }
    case 'raised':
      return {
        ...withChannel(escalation, event.asked.channel),
        page: event.number,
        raised: escalation.raised + 1,
        toRaise: [],
      }
    case 'tier_skipped':
      return { ...escalation, round: event.round, tier: event.rung }
    case 'fallback_told':
      return {
        ...withChannel(escalation, event.channel),
        page: event.number,
        fallbackPage: event.reason === 'unanswered' ? event.number : escalation.fallbackPage,
        home: escalation.home || event.channel,
      }
    case 'page_delivered':
    case 'wait_started':
      return event.number === escalation.rungPage && escalation.state === 'paging' && event.waitUntil
        ? { ...escalation, waitFrom: at, waitUntil: event.waitUntil }
        : escalation
    case 'page_undeliverable':
      return event.number === escalation.rungPage && escalation.state === 'paging'
        ? { ...escalation, waitFrom: null, waitUntil: at }
        : escalation
    case 'page_fell_back':
      return escalation
    case 'unanswered':
      return { ...escalation, ...nobodyHasIt, state: 'unanswered', waitUntil: null, remindAt: event.remindAt }
    case 'reminded':
      return { ...escalation, remindAt: event.remindAt }
    case 'acknowledged':
      return {
        ...owned(escalation, event.by, event.until, at),
        promises: keep(escalation.promises, ['acknowledge'], at),
      }
    case 'handed_off':
      return {
        ...owned(escalation, event.to, event.until, at),
        promises: keep(escalation.promises, ['acknowledge'], at),
      }
    case 'lapsed':
    case 'released':
      return { ...escalation, ...nobodyHasIt }
    case 'noted':
    case 'replied':
      return extended(escalation, event.until)
    case 'customer_told':
      return {
        ...extended(escalation, event.until),
        promises: event.promises,
        told: { at, by: event.by, text: event.text },
      }
    case 'waiting':
      return { ...escalation, waitingSince: at, promises: event.promises }
    case 'resumed':
      return {
        ...extended(escalation, event.until),
        waitingSince: null,
        pauses: [...escalation.pauses, event.pause],
        promises: event.promises,
      }
    case 'severity_changed':
      return {
        ...extended(escalation, event.until),
        severity: event.to,
        promises: event.promises,
        waitUntil: event.waitUntil,
      }
    case 'ticket_updated':
      return { ...asked(escalation, event.askedAt), ticket: event.ticket }
    case 'promise_warned':
      return { ...escalation, promises: stamp(escalation.promises, event.promise, { warnedAt: at }) }
    case 'promise_breached':
      return {
        ...escalation,
        promises: stamp(escalation.promises, event.promise, { breachedAt: event.dueAt }),
        toRaise: event.raise ? [...escalation.toRaise, event.promise] : escalation.toRaise,
      }
    case 'resolved':
      return {
        ...escalation,
        state: 'resolved',
        resolvedAt: at,
        resolvedBy: event.by,
        resolution: event.resolution,
        waitUntil: null,
        lapseAt: null,
        remindAt: null,
        waitingSince: null,
        pauses: escalation.waitingSince
          ? [...escalation.pauses, { from: escalation.waitingSince, to: at }]
          : escalation.pauses,
        toRaise: [],
        promises: keep(escalation.promises, ['acknowledge', 'update', 'resolve', 'thirtyDays'], at),
      }
    case 'quarantined':
    case 'quarantine_released':
      return escalation
    case 'reopened':
      return {
        ...asked(escalation, event.askedAt),
        ...nobodyHasIt,
        resolvedAt: null,
        resolvedBy: null,
        resolution: null,
        raised: 0,
        toRaise: [],
        pauses: [],
        promises: event.promises,
      }
  }
}

/** The source may tell of an older asking after a newer one. */
function asked(escalation: Escalation, at?: Date): Escalation {
  return at && at > (escalation.askedAt ?? 0) ? { ...escalation, askedAt: at } : escalation
}

function owned(escalation: Escalation, owner: Actor, until: Date, at: Date): Escalation {
  return {
    ...escalation,
    state: 'acknowledged',
    owner,
    acknowledgedAt: at,
    lapseAt: until,
    waitUntil: null,
    remindAt: null,
  }
}

function extended(escalation: Escalation, until: Date | null): Escalation {
  return escalation.state === 'acknowledged' && until ? { ...escalation, lapseAt: until } : escalation
}

function withChannel(escalation: Escalation, channel: string): Escalation {
  return escalation.channels.includes(channel)
    ? escalation
    : { ...escalation, channels: [...escalation.channels, channel] }
}

function stamp(promises: Promises, name: PromiseName, marks: Partial<Promises[PromiseName]>): Promises {
  return { ...promises, [name]: { ...promises[name], ...marks } }
}

function keep(promises: Promises, names: PromiseName[], at: Date): Promises {
  return names.reduce(
    (kept, name) => (kept[name].keptAt ? kept : stamp(kept, name, { keptAt: at })),
    promises,
  )
}
