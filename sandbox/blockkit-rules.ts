import { least } from './blockkit-limits.ts'

/** One thing wrong with a payload, in Slack's words. */
export type Problem = { pointer: string; code: string; message: string }
export type Check = (value: unknown, at: string, out: Problem[]) => void
type Json = Record<string, unknown>

/** Code points; Slack's own counting unit is not known for sure. */
export function size(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

export function say(out: Problem[], pointer: string, code: string, message: string): void {
  out.push({ pointer, code, message })
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A string of so many characters. */
export function string(most: number, few = 0): Check {
  return (value, at, out) => {
    if (typeof value !== 'string') return say(out, at, 'type', 'must be a string')
    // Counting is only needed where the number of UTF-16 units leaves it open.
    if (value.length > most && size(value) > most)
      say(out, at, 'too_long', `must be less than ${most + 1} characters`)
    if (value.length < few) say(out, at, 'too_short', `must be more than ${few - 1} characters`)
  }
}

export const flag: Check = (value, at, out) => {
  if (typeof value !== 'boolean') say(out, at, 'type', 'must be a boolean')
}

export const anything: Check = () => {}

export function number(lowest: number, most: number): Check {
  return (value, at, out) => {
    if (typeof value !== 'number') return say(out, at, 'type', 'must be a number')
    if (value < lowest) say(out, at, 'too_small', `must be greater than or equal to ${lowest}`)
    if (value > most) say(out, at, 'too_large', `must be less than or equal to ${most}`)
  }
}

export function choice(...allowed: string[]): Check {
  return (value, at, out) => {
    if (!allowed.includes(value as string)) say(out, at, 'enum', `must be one of: ${allowed.join(', ')}`)
  }
}

/** A string that matches, such as a date. */
export function pattern(form: RegExp, what: string): Check {
  return (value, at, out) => {
    if (typeof value !== 'string' || !form.test(value)) say(out, at, 'format', `must be ${what}`)
  }
}

export function list(item: Check, most: number, few = 0): Check {
  return (value, at, out) => {
    if (!Array.isArray(value)) return say(out, at, 'type', 'must be an array')
    if (value.length > most) return say(out, at, 'too_many', `no more than ${most} items allowed`)
    if (value.length < few) say(out, at, 'too_few', `no fewer than ${few} items allowed`)
    for (const [index, one] of value.entries()) item(one, `${at}/${index}`, out)
  }
}

/** An object of known keys, `!` marking the ones that must be there; anything else in it is refused, as Slack does. */
export function shape(keys: Record<string, Check>, also?: Check): Check {
  const known = new Map(Object.entries(keys).map(([key, check]) => [key.replace('!', ''), check]))
  const needed = Object.keys(keys).flatMap((key) => (key.endsWith('!') ? [key.slice(0, -1)] : []))
  return (value, at, out) => {
    if (!isObject(value)) return say(out, at, 'type', 'must be an object')
    for (const key of needed)
      if (value[key] === undefined || value[key] === null)
        say(out, at, 'missing', `missing required field: ${key}`)
    for (const [key, one] of Object.entries(value)) {
      const check = known.get(key)
      if (check && one !== undefined && one !== null) check(one, `${at}/${key}`, out)
      else if (!check && key !== 'type')
        say(out, `${at}/${key}`, 'unknown', `invalid additional property: ${key}`)
    }
    also?.(value, at, out)
  }
}

/** At least one of these keys. */
export function anyOf(...keys: string[]): Check {
  return (value, at, out) => {
    if (keys.every((key) => (value as Json)[key] === undefined))
      say(out, at, 'missing', `missing required field: ${keys.join(' or ')}`)
  }
}

/** Exactly one of these keys. */
export function oneOf(...keys: string[]): Check {
  return (value, at, out) => {
    anyOf(...keys)(value, at, out)
    if (keys.filter((key) => (value as Json)[key] !== undefined).length > 1)
      say(out, at, 'exclusive', `only one of ${keys.join(', ')} is allowed`)
  }
}

export function both(...checks: Check[]): Check {
  return (value, at, out) => {
    for (const check of checks) check(value, at, out)
  }
}

/** A text object. A problem inside is reported twice, as Slack does: for the object and for its text. */
export function text(most: number, kind: 'plain_text' | 'mrkdwn' | 'any' = 'any'): Check {
  const inner = shape({ 'text!': string(most, least.text), emoji: flag, verbatim: flag })
  return (value, at, out) => {
    const found: Problem[] = []
    inner(value, at, found)
    const type = isObject(value) ? value['type'] : undefined
    const allowed = kind === 'any' ? ['plain_text', 'mrkdwn'] : [kind]
    if (!allowed.includes(type as string))
      say(found, `${at}/type`, 'enum', `must be one of: ${allowed.join(', ')}`)
    if (found.length > 0) say(out, at, 'schema', 'failed to match all allowed schemas')
    out.push(...found)
  }
}
