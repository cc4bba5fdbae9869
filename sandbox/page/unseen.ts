// Whose phone lit up while somebody else was being looked at: the ledger, minus what each has seen since.
import type { World } from './state.ts'

const seen = new Map<string, number>()

const count = (user: string, world: World): number =>
  world.ledger.filter((entry) => entry.user === user).length

export function look(world: World): void {
  if (seen.size === 0) for (const user of world.snap.users) seen.set(user.id, count(user.id, world))
  seen.set(world.snap.me.id, count(world.snap.me.id, world))
}

/** Never below nothing: a reset empties the ledger. */
export const unseenBy = (user: string, world: World): number =>
  Math.max(0, count(user, world) - (seen.get(user) ?? 0))
