/** What a receiver adds to an event, so that listeners find it in their `context`. */
export type Received = { receivedMs: number }

/** It has just come in. */
export function receivedNow(): Received {
  return { receivedMs: performance.now() }
}

/** When it came in, by `performance.now()`; now, if no receiver of ours brought it. */
export function receivedAt(context: Record<string, unknown>): number {
  const { receivedMs } = context
  return typeof receivedMs === 'number' ? receivedMs : performance.now()
}
