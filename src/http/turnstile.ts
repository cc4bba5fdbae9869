/**
 * So many `places` for groups of at most `most`. What waits together goes in together when `togetherBy` says the same of it,
 * and null goes alone. Whoever has waited for `withinMs` is turned away.
 */
type Rules<Of> = {
  places: number
  most: number
  withinMs: number
  togetherBy: (one: Of) => string | null
}

type Waiting<Of, Done> = {
  one: Of
  by: string | null
  done: PromiseWithResolvers<Done>
  timer: NodeJS.Timeout
}

/**
 * Does `work`, in groups, in the order in which they came; it returns what became of each. While there is a free place
 * nobody waits. When a group fails, each of it goes in again alone: one that can't be done must not hold up the others.
 */
export function turnstile<Of, Done>(
  { places, most, withinMs, togetherBy }: Rules<Of>,
  work: (group: [Of, ...Of[]]) => Promise<Done[]>,
): (one: Of) => Promise<Done> {
  let free = places
  let queue: Waiting<Of, Done>[] = []

  const next = () => {
    const [first] = queue
    if (free === 0 || !first) return
    const differs = queue.findIndex(({ by }, at) => at > 0 && (by === null || by !== first.by))
    const group = queue.splice(0, Math.min(differs === -1 ? queue.length : differs, most))
    free -= 1
    void enter(group).finally(() => {
      free += 1
      next()
    })
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
    queue.push({ one, by: togetherBy(one), done, timer: patience({ done }) })
    next()
    return done.promise
  }
}
