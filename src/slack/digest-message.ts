import type { Actor } from '../domain/escalation.ts'
import { periodSoFar } from '../domain/digest-period.ts'
import type { Notice } from '../domain/notice.ts'
import { digestData } from '../store/digest.ts'
import type { Store } from '../store/escalations.ts'
import { namesOf } from '../store/people.ts'
import type { Message } from './blocks.ts'
import { digestView } from './views/digest.ts'

/** What a digest is about: a `digest` notice says it. */
export type DigestAbout = Pick<Extract<Notice, { kind: 'digest' }>, 'from' | 'to'>

/** Finds display names. */
export type FindNames = (ids: Actor[]) => Promise<ReadonlyMap<Actor, string>>

/** The message of a `digest` notice, from the state of now. Names are those we know already, unless `find` knows more. */
export async function digestMessage(
  store: Store,
  about: DigestAbout,
  now: Date,
  find: FindNames = (ids) => namesOf(store.db, ids),
): Promise<Message> {
  const data = await digestData(store, { from: new Date(about.from), to: new Date(about.to) }, now)
  const listed = [data.breached, data.dueToday, data.unowned, data.updatesOverdue, data.old, data.quarantined]
  const owners = listed
    .flatMap(({ rows }) => rows.map(({ owner }) => owner))
    .filter((owner) => owner !== null)
  return digestView({ data, names: await find([...new Set(owners)]) })
}

/** What `/escalate digest` is about: everything since the last digest was due. */
export function digestSoFar(store: Store, now: Date): DigestAbout {
  const { from, to } = periodSoFar(store.book.live, now)
  return { from: from.toISOString(), to: to.toISOString() }
}
