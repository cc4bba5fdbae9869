import { Temporal } from 'temporal-polyfill'
import { inZone } from '../domain/shown-time.ts'
import { readWeekday } from '../domain/time.ts'
import type { TimeZone } from '../domain/time.ts'

/** What `--at` takes, for help and for errors. */
export const instantForms = '"2026-11-28 03:00", "Sat 03:00", "03:00" or 2026-11-28T02:00:00Z'

/**
 * An instant as people type it: ISO with its offset, a local date and time, or the next such time (`Sat 03:00`, `03:00`).
 * Null when it is none of these.
 */
export function readInstant(text: string, zone: TimeZone, now: Date): Date | null {
  const typed = text.trim().replaceAll(/\s+/g, ' ')
  try {
    if (typed === 'now') return now
    if (/(Z|[+-]\d{2}:?\d{2})$/i.test(typed) && /T| /.test(typed))
      return new Date(Temporal.Instant.from(typed).epochMilliseconds)
    if (/^\d{4}-/.test(typed))
      return new Date(Temporal.PlainDateTime.from(withTime(typed)).toZonedDateTime(zone).epochMilliseconds)
    return nextAt(typed, zone, now)
  } catch {
    return null
  }
}

/** A date alone would silently mean midnight. */
function withTime(typed: string): string {
  if (!typed.includes(':')) throw new RangeError('expected a time of day')
  return typed
}

function nextAt(typed: string, zone: TimeZone, now: Date): Date {
  const [, name, hours, minutes] = /^(?:([A-Za-z]{3})[a-z]* )?(\d{1,2}):(\d{2})$/.exec(typed) ?? []
  const time = Temporal.PlainTime.from(
    { hour: Number(hours), minute: Number(minutes) },
    { overflow: 'reject' },
  )
  const wanted =
    name === undefined ? null : readWeekday(name[0]!.toUpperCase() + name.slice(1).toLowerCase()) + 1
  const today = inZone(now, zone).toPlainDate()
  for (let days = 0; days <= 8; days++) {
    const day = today.add({ days })
    const at = day.toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds
    if ((wanted === null || day.dayOfWeek === wanted) && at >= now.getTime()) return new Date(at)
  }
  throw new RangeError('expected a time of day')
}
