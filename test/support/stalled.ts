import { setTimeout as wait } from 'node:timers/promises'
import { connect } from '#store/database.ts'
import type { Store } from '#store/escalations.ts'
import { PolicyBook } from '#store/policies.ts'
import { databaseLine } from './database-line.ts'
import type { TestStore } from './store.ts'

/** How long a statement may take here. */
const statementMs = 400

/**
 * A Belay that has just been started with another policy does its work, and the database falls silent as it is asked for
 * the policy of before; after longer than a statement may take, it goes on.
 */
export async function withStall(
  { url, store: { book } }: TestStore,
  work: (store: Store) => Promise<unknown>,
): Promise<void> {
  await using line = await databaseLine(url)
  const db = connect(line.url, () => {}, { statementMs })
  const started: Store = {
    db,
    book: new PolicyBook({ ...book.live, timezone: 'Asia/Tokyo' }),
    committed: () => {},
  }
  const stopped = line.stopAt({ hold: 'answer', of: /from "policies"/ })
  const working = work(started).catch(() => {})
  await stopped
  await wait(1.5 * statementMs)
  line.goOn()
  await working
  await db.$client.end()
}
