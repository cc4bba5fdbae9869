import { Temporal } from 'temporal-polyfill'
import { HoursSpec, compileHours, type Hours } from '#domain/hours.ts'

export const brussels = 'Europe/Brussels'

/** `2026-03-27 17:00` on the clocks of a zone; of a time that is shown twice the first. */
export function at(wall: string, zone = brussels): Date {
  return new Date(Temporal.PlainDateTime.from(wall).toZonedDateTime(zone).epochMilliseconds)
}

/** What the clocks of a zone show, as `2026-03-27 17:00`. */
export function shown(instant: Date, zone = brussels): string {
  const local = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone)
  return local.toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ')
}

/** Hours as a policy would write them, compiled. */
export function hours(spec: unknown, zone = brussels): Hours {
  return compileHours(HoursSpec.parse(spec), zone)
}
