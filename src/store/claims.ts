import type { Tx } from './database.ts'
import { claims } from './schema.ts'

/** True for the one who may do what happens once under this key (a digest's period, a shift's handoff). */
export async function claimOnce(tx: Tx, key: string, now: Date): Promise<boolean> {
  const mine = await tx
    .insert(claims)
    .values({ key, claimedAt: now })
    .onConflictDoNothing()
    .returning({ key: claims.key })
  return mine.length > 0
}
