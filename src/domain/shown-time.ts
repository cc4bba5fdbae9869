import { Temporal } from 'temporal-polyfill'
import type { TimeZone } from './time.ts'

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** What clocks and calendars in a zone show at an instant. */
export function inZone(at: Date, zone: TimeZone): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone)
}

/** `Sat 2026-11-28 03:00`, with seconds only where there are some. */
export function shownTime(at: Date, zone: TimeZone): string {
  const local = inZone(at, zone).round({ smallestUnit: 'second', roundingMode: 'floor' })
  const time = local.toPlainTime().toString({ smallestUnit: local.second > 0 ? 'second' : 'minute' })
  return `${weekdays[local.dayOfWeek - 1]} ${local.toPlainDate().toString()} ${time}`
}
