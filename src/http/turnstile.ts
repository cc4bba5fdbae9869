/**
 * So many `places` for groups of at most `most`. What waits together goes in together when `togetherBy` says the same of it,
 * and null goes alone. What is of the same `inOrderBy` is never in twice at once, except in one group, and keeps its order.
 * Whoever has waited for `withinMs` is turned away.
 */
type Rules<Of> = {
  places: number
  most: number
  withinMs: number
  togetherBy: (one: Of) => string | null
  inOrderBy: (one: Of) => string
}

type Waiting<Of, Done> = {
  one: Of
  by: string | null
  order: string
  done: PromiseWithResolvers<Done>
  timer: NodeJS.Timeout
}

/**
 * Does `work`, in groups, in the order in which they came; it returns what became of each. While there is a free place
 * nobody waits, except for whom they follow. When a group fails, each of it goes in again alone: one that can't be done
 * must not hold up the others.
 */
export function turnstile<Of, Done>(
  { places, most, withinMs, togetherBy, inOrderBy }: Rules<Of>,
  work: (group: [Of, ...Of[]]) => Promise<Done[]>,
): (one: Of) => Promise<Done> {
  let free = places
  let queue: Waiting<Of, Done>[] = []
  const inside = new Set<string>()

  const next = () => {
    if (free === 0) return
    const ready = queue.filter(({ order }) => !inside.has(order))
    const group = new Set(firstGroup(ready, most))
    if (group.size === 0) return
    queue = queue.filter((waiting) => !group.has(waiting))
    free -= 1
    for (const { order } of group) inside.add(order)
    void enter([...group]).finally(() => {
      free += 1
      for (const { order } of group) inside.delete(order)
      next()
    })
    next()
  }

  const enter = async (group: Waiting<Of, Done>[]) => {
    for (const { timer } of group) clearTimeout(timer)
    try {
      const done = await work(group.map(({ one }) => one) as [Of, ...Of[]])
      for (const [at, waiting] of group.entries()) waiting.done.resolve(done[at]!)
    } catch (error) {
      if (group.length === 1) group[0]!.done.reject(error)
      else queue.unshift(...group.map((waiting) => ({ ...waiting, by: null, timer: patience(waiting) })))
    }
  }

  const patience = ({ done }: Pick<Waiting<Of, Done>, 'done'>) =>
    setTimeout(() => {
      queue = queue.filter((waiting) => waiting.done !== done)
      done.reject(new Error(`waited ${withinMs} ms for a turn`))
    }, withinMs)

  return (one) => {
    const done = Promise.withResolvers<Done>()
    queue.push({ one, by: togetherBy(one), order: inOrderBy(one), done, timer: patience({ done }) })
    next()
    return done.promise
  }
}

/** Those at the head of the queue who go in together. */
function firstGroup<One extends { by: string | null }>(queue: readonly One[], most: number): One[] {
  const differs = queue.findIndex(({ by }, at) => at > 0 && (by === null || by !== queue[0]?.by))
  return queue.slice(0, Math.min(differs === -1 ? queue.length : differs, most))
}
