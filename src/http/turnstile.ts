/**
 * Lets so many at a time do their work; the others wait for their turn in the order in which they came. Whoever has waited
 * for `mostMs` is turned away: throws.
 */
export function turnstile(places: number, mostMs: number) {
  let free = places
  const queue = new Set<() => void>()
  const turn = () =>
    new Promise<void>((enter, turnAway) => {
      const timer = setTimeout(() => {
        queue.delete(next)
        turnAway(new Error(`waited ${mostMs} ms for a turn`))
      }, mostMs)
      const next = () => {
        clearTimeout(timer)
        enter()
      }
      queue.add(next)
    })
  const leave = () => {
    const [next] = queue
    if (!next) free += 1
    else if (queue.delete(next)) next()
  }
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1
    else await turn()
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
