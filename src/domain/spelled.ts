import { dayMs, hourMs, minuteMs, secondMs } from './time.ts'

const units = [
  [dayMs, 'd'],
  [hourMs, 'h'],
  [minuteMs, 'min'],
  [secondMs, 's'],
] as const

/** A length of time for people, in its two largest units: `3 d 4 h`, `12 min`, `45 s`. */
export function spelled(ms: number): string {
  const first = units.findIndex(([size]) => ms >= size)
  if (first < 0) return 'no time'
  const [size, unit] = units[first]!
  const [smaller, smallUnit] = units[first + 1] ?? [size, unit]
  const rest = Math.floor((ms % size) / smaller)
  const whole = `${Math.floor(ms / size)} ${unit}`
  return rest > 0 && smaller !== size ? `${whole} ${rest} ${smallUnit}` : whole
}
