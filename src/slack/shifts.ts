import { onCallNow } from '../domain/policy-terms.ts'
import type { Gathering } from './gather.ts'
import { names } from './names.ts'
import type { OnCallRow } from './views/on-call.ts'

/** Who is on call in each rotation of today's policy, until when, and who is next. */
export async function shiftsNow({ store, directory }: Gathering, now: Date): Promise<OnCallRow[]> {
  const { live, gone } = store.book
  const shifts = Object.keys(live.rotations).map((rotation) => {
    const current = onCallNow(live, rotation, now)
    return { rotation, current, next: current && onCallNow(live, rotation, current.until) }
  })
  const people = shifts.flatMap(({ current, next }) => [current?.person ?? null, next?.person ?? null])
  const known = await names(directory, people, now)
  const nameOf = (id: string | undefined) => (id ? (known.get(id) ?? id) : null)
  return shifts.map(({ rotation, current, next }) => ({
    rotation,
    tiers: Object.keys(live.tiers).filter((tier) => live.tiers[tier]?.on_call.includes(rotation)),
    person: current && !gone.has(current.person) ? nameOf(current.person) : null,
    until: current?.until ?? null,
    next: nameOf(next?.person),
  }))
}
