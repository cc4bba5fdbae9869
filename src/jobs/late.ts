import type { Logger } from 'pino'
import { expireBeyond } from '../store/beyond.ts'
import type { Store } from '../store/escalations.ts'
import { fallBackLate } from '../store/late.ts'

/** Pages that Slack has not taken for a minute fall back beyond it, and what died with its sender goes out again. */
export async function late(store: Store, now: Date, log: Logger): Promise<void> {
  await expireBeyond(store.db, now)
  const { late, failed, quarantined } = await fallBackLate(store, now)
  if (late > 0) log.warn({ pages: late }, 'Slack has not taken pages for a minute; they are told beyond it')
  if (quarantined > 0) log.error({ failed }, 'late pages could not be told beyond Slack')
}
