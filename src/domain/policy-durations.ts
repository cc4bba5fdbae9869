import { addWorking, compileHours, HoursSpec } from './hours.ts'
import type { Hours } from './hours.ts'
import type { CrossProblem, Path } from './policy-checks.ts'
import { at, entries, items } from './policy-shape.ts'
import { Duration, TimeZone } from './time.ts'

/** Any instant does: what five years of a calendar can't hold, they can't hold from any other day either. */
const someDay = new Date('2026-01-01T00:00:00Z')

const timed = ['acknowledge', 'update', 'resolve', 'lapse'] as const

/**
 * Durations that a calendar can't count: it is hardly ever open, and the due time would be years away or never. Each is
 * tried out; what has the wrong shape, or names a calendar that is not there, is passed over here.
 */
export function durationProblems(document: unknown): CrossProblem[] {
  const calendars = calendarsOf(document)
  const severities = entries(at(document, 'severities')).flatMap(([name, value]) => {
    const hours = calendars.get(String(at(value, 'hours')))
    return hours ? [{ name, value, hours }] : []
  })
  return [
    ...severities.flatMap(({ name, value, hours }) =>
      timed.flatMap((key) => problems(['severities', name, key], at(value, key), hours)),
    ),
    ...steps(document).flatMap(({ path, wait }) => waitProblems(path, wait, severities)),
  ]
}

function calendarsOf(document: unknown): Map<string, Hours> {
  const zone = TimeZone.safeParse(at(document, 'timezone')).data ?? 'UTC'
  const written = entries(at(document, 'hours')).flatMap(([name, value]): [string, Hours][] => {
    const spec = HoursSpec.safeParse(value).data
    return spec ? [[name, compileHours(spec, zone)]] : []
  })
  return new Map<string, Hours>([...written, ['always', 'always']])
}

function steps(document: unknown): { path: Path; wait: unknown }[] {
  return entries(at(document, 'policies')).flatMap(([name, policy]) =>
    items(at(policy, 'tiers')).map((step, index) => ({
      path: ['policies', name, 'tiers', index, 'wait'],
      wait: at(step, 'wait'),
    })),
  )
}

/** A tier's wait is counted on the calendar of the ticket's severity: one for all, or one for each. */
function waitProblems(
  path: Path,
  wait: unknown,
  severities: { name: string; hours: Hours }[],
): CrossProblem[] {
  if (typeof wait !== 'string')
    return severities.flatMap(({ name, hours }) => problems([...path, name], at(wait, name), hours))
  return severities.flatMap(({ hours }) => problems(path, wait, hours)).slice(0, 1)
}

function problems(path: Path, written: unknown, hours: Hours): CrossProblem[] {
  const duration = Duration.safeParse(written).data
  if (duration === undefined || isCountable(hours, duration)) return []
  const expected = 'a duration that its hours calendar comes to within five years'
  return [{ path: [...path], expected, got: JSON.stringify(duration) }]
}

function isCountable(hours: Hours, duration: Duration): boolean {
  try {
    return Number.isFinite(addWorking(hours, someDay, duration).getTime())
  } catch {
    return false
  }
}
