/** A map, as a document has it. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The pairs of a map; none of anything else. */
export function entries(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : []
}

/** The keys of a map; none of anything else. */
export function keysOf(value: unknown): string[] {
  return entries(value).map(([key]) => key)
}

/** The items of a list; none of anything else. */
export function items(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** The value's own key only: `constructor` is no name that a policy has. */
export function at(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined
}
