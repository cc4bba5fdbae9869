import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Ending, Hear, Line } from '#slack/receivers/connection.ts'
import { Lane, type Timing } from '#slack/receivers/lane.ts'

const timing: Timing = {
  helloMs: 30_000,
  firstMs: 1_000,
  mostMs: 8_000,
  refusedMs: 60_000,
  steadyMs: 30_000,
  apartMs: 5_000,
  lingerMs: 3_000,
  lookMs: 1_000,
  drainMs: 10_000,
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(1)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** A lane whose connections do only what the test says. */
function begin(turnMs: () => number = () => 0) {
  const lines: {
    line: Line & { isOpen: boolean }
    hear: Hear
    closedAt: number | undefined
    openedAt: number
  }[] = []
  const lane = new Lane({
    timing,
    turnMs,
    envelope: () => undefined,
    changed: () => undefined,
    connect(hear) {
      const entry = { hear, openedAt: performance.now(), closedAt: undefined as number | undefined }
      const line = {
        isOpen: false,
        openedMs: performance.now(),
        close: async () => void (entry.closedAt ??= performance.now()),
      }
      lines.push(Object.assign(entry, { line }))
      return line
    },
  })
  const at = (index: number) => {
    const entry = lines.at(index)
    if (!entry) throw new Error('no such connection')
    return entry
  }
  return {
    lane,
    lines,
    at,
    hello: (index = -1) => {
      const { line, hear } = at(index)
      line.isOpen = true
      hear.live(line)
    },
    end: (ending: Ending = { kind: 'lost', why: 'cut' }, index = -1) => {
      const { line, hear } = at(index)
      line.isOpen = false
      hear.ended(line, ending)
    },
    /** How long it takes until the next connection is opened. */
    untilNext: () => {
      const count = lines.length
      const before = performance.now()
      while (lines.length === count && vi.getTimerCount() > 0) vi.advanceTimersToNextTimer()
      return Math.round(performance.now() - before)
    },
  }
}

/** The same, once its first connection has served well, is leaving, and another one is being opened. */
function beginReplacing() {
  const stage = begin()
  const { lane, at, hello, untilNext } = stage
  lane.start()
  untilNext()
  hello()
  vi.advanceTimersByTime(timing.steadyMs)
  at(0).hear.leaving(at(0).line)
  untilNext()
  return stage
}

it('waits longer after each failure, up to a limit, and not at all after a good connection', () => {
  const { lane, hello, end, untilNext } = begin()
  lane.start()
  expect(untilNext()).toBe(0)
  const waits = [1, 2, 3, 4, 5, 6].map(() => {
    end()
    return untilNext()
  })
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000])
  hello()
  vi.advanceTimersByTime(timing.steadyMs)
  end()
  expect(untilNext()).toBe(0)
})

it('does not take a hello for a good connection', () => {
  const { lane, hello, end, untilNext } = begin()
  lane.start()
  untilNext()
  const waits = [1, 2, 3].map(() => {
    hello()
    vi.advanceTimersByTime(timing.steadyMs - 1)
    end()
    return untilNext()
  })
  expect(waits).toEqual([1_000, 2_000, 4_000])
})

it.each<[Ending, number]>([
  [{ kind: 'refused', why: 'too_many_websockets' }, timing.refusedMs],
  [{ kind: 'limited', why: 'ratelimited', afterMs: 600_000 }, 600_000],
  [{ kind: 'limited', why: 'ratelimited', afterMs: 1 }, 1_000],
])('waits as long as it should after %o', (ending, waitMs) => {
  const { lane, hello, end, untilNext } = begin()
  lane.start()
  untilNext()
  hello()
  end(ending)
  expect([lane.isLive, lane.reason]).toEqual([false, ending.why])
  expect(untilNext()).toBe(waitMs)
})

it.each<[Ending, number]>([
  [{ kind: 'refused', why: 'too_many_websockets' }, timing.refusedMs],
  [{ kind: 'limited', why: 'ratelimited', afterMs: 600_000 }, 600_000],
])('waits as long as it should after %o, also when its old socket breaks meanwhile', (ending, waitMs) => {
  const { end, untilNext } = beginReplacing()
  end(ending)
  vi.advanceTimersByTime(10_000)
  end({ kind: 'lost', why: 'cut' }, 0)
  expect(untilNext()).toBe(waitMs - 10_000)
})

it('waits for its turn', () => {
  let turnAt = 5_000
  const { lane, untilNext } = begin(() => Math.max(0, turnAt - performance.now()))
  turnAt += performance.now()
  lane.start()
  turnAt += 100
  expect(untilNext()).toBe(5_100)
})

it('replaces a socket that is leaving, and lets it linger for the acknowledgements under way', () => {
  const { lane, at, hello, end, lines, untilNext } = begin()
  lane.start()
  untilNext()
  hello()
  vi.advanceTimersByTime(timing.steadyMs)
  for (const _ of ['warning', 'refresh_requested']) at(0).hear.leaving(at(0).line)
  expect(untilNext()).toBe(0)
  expect([lane.isLive, at(0).closedAt]).toEqual([true, undefined])
  hello()
  const replacedAt = performance.now()
  vi.advanceTimersByTime(timing.lingerMs - 1)
  expect(at(0).closedAt).toBeUndefined()
  vi.advanceTimersByTime(1)
  expect(at(0).closedAt).toBe(replacedAt + timing.lingerMs)
  end({ kind: 'lost', why: 'closed by us' }, 0)
  expect([lane.isLive, lines.length, vi.getTimerCount()]).toEqual([true, 2, 0])
})

it('replaces a young socket that is leaving at once, and waits only when the next ones leave young too', () => {
  const { lane, at, hello, untilNext } = begin()
  lane.start()
  untilNext()
  const waits = [1, 2, 3].map(() => {
    hello()
    for (const _ of ['warning', 'refresh_requested']) at(-1).hear.leaving(at(-1).line)
    return untilNext()
  })
  expect(waits).toEqual([0, 2_000, 4_000])
})

it('goes on trying when the replacement fails, and serves meanwhile', () => {
  const { lane, end, untilNext } = beginReplacing()
  end({ kind: 'refused', why: 'too_many_websockets' })
  expect(lane.isLive).toBe(true)
  end({ kind: 'lost', why: 'Slack closed it' }, 0)
  expect(lane.isLive).toBe(false)
  expect(untilNext()).toBeLessThanOrEqual(timing.refusedMs)
})

it('the watchdog replaces what never says hello and what only looks open', async () => {
  const { lane, at, hello, untilNext } = begin()
  lane.start()
  untilNext()
  vi.advanceTimersByTime(timing.helloMs)
  lane.look()
  expect(at(0).closedAt).toBeUndefined()
  vi.advanceTimersByTime(1)
  lane.look()
  expect(at(0).closedAt).toBeDefined()
  expect(lane.reason).toBe('no hello in 30000 ms')
  untilNext()
  hello()
  expect(lane.reason).toBeUndefined()
  at(1).line.isOpen = false
  lane.look()
  expect(at(1).closedAt).toBeDefined()
  expect(lane.reason).toBe('the socket does not answer')
})

it('stop closes everything and tries nothing more', async () => {
  const { lane, at, hello, lines } = beginReplacing()
  hello()
  at(1).hear.leaving(at(1).line)
  await lane.stop()
  expect(lines.map(({ closedAt }) => closedAt !== undefined)).toEqual([true, true])
  for (const { hear, line } of lines) hear.ended(line, { kind: 'lost', why: 'closed by us' })
  expect(vi.getTimerCount()).toBe(0)
})
