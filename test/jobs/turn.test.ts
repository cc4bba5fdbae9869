import { expect, it } from 'vitest'
import { Turn } from '#jobs/turn.ts'

/** A turn that notes when it began, in milliseconds. */
function noted(everyMs: number, work: () => Promise<void> = async () => {}) {
  const begun: number[] = []
  const turn = new Turn(async () => {
    begun.push(performance.now())
    await work()
  }, everyMs)
  return { turn, begun }
}

it('begins at once when it has rested, and in a rush only so often', async () => {
  const { turn, begun } = noted(20)
  turn.wake()
  expect(begun).toHaveLength(1)
  for (let wakes = 0; wakes < 50; wakes += 1) {
    await new Promise(setImmediate)
    turn.wake()
  }
  while (turn.running) await turn.running
  const gaps = begun.slice(1).map((at, i) => at - begun[i]!)
  expect(gaps.length).toBeGreaterThan(0)
  // A timer may be a millisecond early.
  expect(Math.min(...gaps)).toBeGreaterThan(18)
})

it('begins before its time when it is to hurry', async () => {
  const { turn, begun } = noted(3_600_000)
  turn.wake()
  await turn.running
  turn.wake()
  expect(begun).toHaveLength(1)
  turn.hurry()
  await turn.running
  expect(begun).toHaveLength(2)
})

it('looks once more at what came while it worked, and only once', async () => {
  const gate = Promise.withResolvers<void>()
  const { turn, begun } = noted(5, () => gate.promise)
  turn.wake()
  turn.wake()
  turn.wake()
  expect(begun).toHaveLength(1)
  gate.resolve()
  await turn.running
  while (turn.running) await turn.running
  expect(begun).toHaveLength(2)
})
