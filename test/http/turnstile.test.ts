import { expect, it } from 'vitest'
import { turnstile } from '#http/turnstile.ts'

/**
 * A turnstile whose groups end when they are told to. Letters go in with the same letter, digits alone; what ends with the
 * same word after a dash goes in one after the other.
 */
function gate(rules: { places?: number; most?: number; withinMs?: number } = {}) {
  const begun: string[] = []
  const ends: PromiseWithResolvers<void>[] = []
  const togetherBy = (one: string) => (/^\d/.test(one) ? null : one[0]!)
  const inOrderBy = (one: string) => one.split('-').at(-1)!
  const asked = { places: 1, most: 9, withinMs: 60_000, togetherBy, inOrderBy, ...rules }
  const enter = turnstile(asked, async (group) => {
    begun.push(group.join(' '))
    const end = Promise.withResolvers<void>()
    ends.push(end)
    await end.promise
    return group.map((one) => `did ${one}`)
  })
  return {
    begun,
    enter,
    end: (at: number) => ends[at]!.resolve(),
    fail: (at: number) => ends[at]!.reject(new Error('it failed')),
  }
}

it('lets as many in as there are places, and the others in the order in which they came', async () => {
  const { begun, enter, end, fail } = gate({ places: 2 })
  const done = ['1', '2', '3', '4'].map(enter)
  expect(begun).toEqual(['1', '2'])
  fail(1)
  await expect(done[1]).rejects.toThrow('it failed')
  await expect.poll(() => begun).toEqual(['1', '2', '3'])
  end(0)
  await expect.poll(() => begun).toEqual(['1', '2', '3', '4'])
  end(2)
  end(3)
  expect(await Promise.all([done[0], done[2], done[3]])).toEqual(['did 1', 'did 3', 'did 4'])
})

it('lets those in together who wait one behind the other and belong together, up to the most', async () => {
  const { begun, enter, end } = gate({ most: 3 })
  const done = ['a1', 'a2', 'a3', 'a4', 'a5', '6', 'a7', 'b8', 'b9'].map(enter)
  for (const at of [0, 1, 2, 3, 4, 5]) {
    await expect.poll(() => begun).toHaveLength(at + 1)
    end(at)
  }
  expect(await Promise.all(done)).toEqual(
    ['a1', 'a2', 'a3', 'a4', 'a5', '6', 'a7', 'b8', 'b9'].map((one) => `did ${one}`),
  )
  expect(begun).toEqual(['a1', 'a2 a3 a4', 'a5', '6', 'a7', 'b8 b9'])
})

it('a group that fails goes in once more, one by one: only who can not go in at all has failed', async () => {
  const { begun, enter, end, fail } = gate()
  const done = ['a1', 'a2', 'a3', 'a4'].map(enter)
  end(0)
  await expect.poll(() => begun).toEqual(['a1', 'a2 a3 a4'])
  fail(1)
  await expect.poll(() => begun.slice(2)).toEqual(['a2'])
  end(2)
  await expect.poll(() => begun.slice(3)).toEqual(['a3'])
  fail(3)
  await expect(done[2]).rejects.toThrow('it failed')
  await expect.poll(() => begun.slice(4)).toEqual(['a4'])
  end(4)
  expect(await Promise.all([done[0], done[1], done[3]])).toEqual(['did a1', 'did a2', 'did a4'])
})

it('lets nobody overtake whom they have to follow, and does not let the others wait for it', async () => {
  const { begun, enter, end } = gate({ places: 3, most: 3 })
  const done = ['1-x', '2-x', 'a1-y', 'a2-x', 'a3-z', '4-y', '5-z'].map(enter)
  expect(begun).toEqual(['1-x', 'a1-y', 'a3-z'])
  end(1)
  await expect.poll(() => begun.slice(3)).toEqual(['4-y'])
  end(0)
  await expect.poll(() => begun.slice(4)).toEqual(['2-x'])
  end(4)
  await expect.poll(() => begun.slice(5)).toEqual(['a2-x'])
  for (const at of [2, 3, 5]) end(at)
  await expect.poll(() => begun.slice(6)).toEqual(['5-z'])
  end(6)
  expect(await Promise.all(done)).toHaveLength(7)
})

it('lets all in at once who had to follow somebody in one group', async () => {
  const { begun, enter, end } = gate({ places: 3 })
  const done = ['1', '2', '3', 'a4-x', 'a5-y'].map(enter)
  end(0)
  await expect.poll(() => begun.slice(3)).toEqual(['a4-x a5-y'])
  end(1)
  end(2)
  await Promise.all(done.slice(1, 3))
  done.push(...['6-x', '7-y'].map(enter))
  expect(begun).toHaveLength(4)
  end(3)
  await expect.poll(() => begun.slice(4)).toEqual(['6-x', '7-y'])
  end(4)
  end(5)
  expect(await Promise.all(done)).toHaveLength(7)
})

it('turns away who has waited for too long, and gives their turn to the next', async () => {
  const { begun, enter, end } = gate({ withinMs: 20 })
  const first = enter('1')
  await expect(enter('2')).rejects.toThrow('waited 20 ms for a turn')
  const third = enter('3')
  end(0)
  await first
  await expect.poll(() => begun).toEqual(['1', '3'])
  end(1)
  expect(await third).toBe('did 3')
})
