/** Where the edges (a listener, a source, a tick) read the time, once each. Tests and the sandbox move theirs. */
export type Clock = { now: () => Date }

export const systemClock: Clock = { now: () => new Date() }
