import { spelled } from '../domain/spelled.ts'
import { secondMs } from '../domain/time.ts'
import type { Db } from './database.ts'

/** From here on it is told; and from there on a replica pages so early or late that it is not well. */
export const skewToldMs = 2 * secondMs
export const skewAtMostMs = 30 * secondMs

/**
 * How far the database's clock is ahead of ours (behind: negative), in milliseconds. Its answer is from some instant while
 * we waited: what was believed before holds as long as it may well be so.
 */
export async function skewOf(db: Db, now: () => Date, believed = 0): Promise<number> {
  const asked = now().getTime()
  const { rows } = await db.$client.query<{ now: Date }>('select clock_timestamp() as now')
  const answered = now().getTime()
  const there = rows[0]!.now.getTime()
  return Math.min(Math.max(believed, there - answered), there - asked)
}

/** `the database's clock is 5 s ahead of this machine's`. */
export function skewWords(ms: number): string {
  const side = ms > 0 ? 'ahead of' : 'behind'
  return `the database's clock is ${spelled(Math.abs(ms))} ${side} this machine's`
}
