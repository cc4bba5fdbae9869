const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

/**
 * Instants inside jsonb come back as `Date`: every field whose name ends in `At`, `Until`, `By`, `For` or `Since`, or is
 * `at`, `from`, `to` or `until`, when it holds exactly what `Date.toJSON` writes. What people typed keeps its other names.
 */
export function revive(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return isInstant(key, value) ? new Date(value) : value
  if (Array.isArray(value)) return value.map((item) => revive(item, key))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, revive(item, name)]))
}

/** Its length tells most texts from an instant: a sweep asks this of some ten thousand. */
function isInstant(key: string, value: string): boolean {
  return (
    value.length === 24 && /(^(at|from|to|until)|At|Until|By|For|Since)$/.test(key) && instant.test(value)
  )
}

/** Deeper than any ticket, and shallow enough for everything that walks it. */
const deepest = 100

/**
 * The value as PostgreSQL can keep it: without NUL, and without halves of surrogate pairs. Throws a RangeError for one that
 * is nested so deeply that nothing could read it.
 */
export function storable(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '')
  if (value === null || typeof value !== 'object') return value
  if (depth >= deepest) throw new RangeError(`nested more than ${deepest} deep`)
  if (Array.isArray(value)) return value.map((item) => storable(item, depth + 1))
  const entries = Object.entries(value).map(([key, item]) => [storable(key), storable(item, depth + 1)])
  return Object.fromEntries(entries) as Record<string, unknown>
}
