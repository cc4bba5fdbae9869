import { z } from 'zod'
import {
  Duration,
  TimeZone,
  durationParts,
  elapsedMs,
  instantMs,
  readTimeOfDay,
  readWeekday,
} from './time.ts'
import { dayMs, minuteMs, wallMs, written } from './time.ts'

/** A rotation as the policy file writes it. */
export const RotationSpec = z
  .strictObject({
    /** in the order in which they take turns; whoever is named twice takes two */
    people: z.array(z.string().regex(/^[UW][A-Z0-9]+$/, 'expected a Slack user id such as U012AB3CD')).min(1),
    /** how long a turn is: hours, days or weeks */
    every: Duration.refine(
      (every) => /[hdw]$/.test(every),
      'expected hours, days or weeks, such as 12h, 1d or 1w',
    ),
    /** when turns change, on the wall clock: `Mon 09:00` for weeks, `09:00` for days and hours */
    handoff: written(readHandoff),
    /** default: the policy's zone */
    timezone: TimeZone.optional(),
    /** a Slack user group that follows the rotation */
    group: z
      .string()
      .regex(/^S[A-Z0-9]+$/, 'expected a Slack user group id such as S012AB3CD')
      .optional(),
  })
  .superRefine(({ every, handoff }, context) => {
    const message = weekdayMismatch(every, handoff)
    if (message) context.addIssue({ code: 'custom', path: ['handoff'], message })
  })
export type RotationSpec = z.infer<typeof RotationSpec>

/** A compiled rotation. Turns change at the wall time `anchorMs + n * everyMs`; see `wallMs` for what that counts. */
export type Rotation = {
  readonly people: readonly string[]
  readonly zone: TimeZone
  readonly everyMs: number
  readonly anchorMs: number
}

/** One turn: `person` is on call from `since` until just before `until`. */
export type Shift = { person: string; since: Date; until: Date }

/**
 * Makes a validated spec answerable. The first person's first turn starts at the first handoff in the week of Monday
 * 2024-01-01 in the rotation's zone, and the order runs from there both ways: it depends on nothing but the spec.
 */
export function compileRotation(spec: RotationSpec, defaultZone: TimeZone): Rotation {
  const { weekday = 0, minute } = readHandoff(spec.handoff)
  const anchorMs = Date.UTC(2024, 0, 1) + weekday * dayMs + minute * minuteMs
  return { people: spec.people, zone: spec.timezone ?? defaultZone, everyMs: elapsedMs(spec.every), anchorMs }
}

/** Who is on call at an instant, since when, and until the next handoff. Overrides are not this function's business. */
export function onCallAt(rotation: Rotation, at: Date): Shift {
  const last = lastFound.get(rotation)
  if (last && last.since <= at && at < last.until) return last
  const found = shift(rotation, turnAt(rotation, at.getTime()))
  lastFound.set(rotation, found)
  return found
}

/** Nearly every question is about the turn of now, and finding it costs a hundred times more than comparing two times. */
const lastFound = new WeakMap<Rotation, Shift>()

/** Every turn that touches the time from `from` to just before `to`, whole, in order and without gap or overlap. */
export function shifts(rotation: Rotation, from: Date, to: Date): Shift[] {
  const found: Shift[] = []
  for (let at = from; at < to;) {
    const next = onCallAt(rotation, at)
    found.push(next)
    at = next.until
  }
  return found
}

/** The last turn that has started. A turn that a DST gap swallows starts when the next one does, so it is never the last. */
function turnAt(rotation: Rotation, atMs: number): number {
  let turn = Math.floor((wallMs(rotation.zone, atMs) - rotation.anchorMs) / rotation.everyMs)
  while (startOf(rotation, turn) > atMs) turn -= 1
  while (startOf(rotation, turn + 1) <= atMs) turn += 1
  return turn
}

function shift(rotation: Rotation, turn: number): Shift {
  const { people } = rotation
  const person = people.at(turn % people.length)
  if (person === undefined) throw new RangeError('a rotation needs at least one person')
  return { person, since: new Date(startOf(rotation, turn)), until: new Date(startOf(rotation, turn + 1)) }
}

function startOf({ zone, anchorMs, everyMs }: Rotation, turn: number): number {
  return instantMs(zone, anchorMs + turn * everyMs)
}

/** `Mon 09:00` -> weekday 0, minute 540; `09:00` has no weekday. Throws a RangeError. */
function readHandoff(text: string): { weekday?: number; minute: number } {
  const [time = '', name, ...rest] = text.split(' ').toReversed()
  if (rest.length > 0)
    throw new RangeError(`expected a handoff such as "Mon 09:00" or "09:00", not "${text}"`)
  const minute = readTimeOfDay(time)
  if (minute === 24 * 60) throw new RangeError('expected a handoff before 24:00')
  return name === undefined ? { minute } : { weekday: readWeekday(name), minute }
}

function weekdayMismatch(every: Duration, handoff: string): string | null {
  const inWeeks = durationParts(every).unit === 'w'
  const named = handoff.includes(' ')
  if (inWeeks === named) return null
  return inWeeks
    ? 'turns of weeks change on a weekday: expected a handoff such as "Mon 09:00"'
    : 'turns of hours or days change at a time of day: expected a handoff such as "09:00"'
}
