import { expect, it } from 'vitest'
import { turnstile } from '#http/turnstile.ts'

/** Work that ends when it is told to. */
function works(count: number) {
  const all = Array.from({ length: count }, () => Promise.withResolvers<void>())
  const begun: number[] = []
  return {
    begun,
    end: (at: number) => all[at]!.resolve(),
    fail: (at: number) => all[at]!.reject(new Error('it failed')),
    run: (at: number) => async () => {
      begun.push(at)
      await all[at]!.promise
      return at
    },
  }
}

it('lets two work at a time, and the others in the order in which they came', async () => {
  const inTurn = turnstile(2, 1000)
  const { begun, end, fail, run } = works(4)
  const done = [0, 1, 2, 3].map((at) => inTurn(run(at)))
  expect(begun).toEqual([0, 1])
  fail(1)
  await expect(done[1]).rejects.toThrow('it failed')
  await expect.poll(() => begun).toEqual([0, 1, 2])
  end(0)
  await expect.poll(() => begun).toEqual([0, 1, 2, 3])
  end(2)
  end(3)
  expect(await Promise.all([done[0], done[2], done[3]])).toEqual([0, 2, 3])
})

it('turns away who has waited for too long, and gives their turn to the next', async () => {
  const inTurn = turnstile(1, 20)
  const { begun, end, run } = works(3)
  const first = inTurn(run(0))
  await expect(inTurn(run(1))).rejects.toThrow('waited 20 ms for a turn')
  const third = inTurn(run(2))
  end(0)
  await first
  end(2)
  expect(await third).toBe(2)
  expect(begun).toEqual([0, 2])
})
