import type { KnownBlock } from '@slack/types'
import { periodSoFar } from '../domain/digest.ts'
import type { Notice } from '../domain/notice.ts'
import { digestData } from '../store/digest.ts'
import type { Store } from '../store/escalations.ts'

/** What a digest is about: a `digest` notice has it. */
export type DigestAbout = Pick<Extract<Notice, { kind: 'digest' }>, 'from' | 'to'>

/** The message of a `digest` notice, from the state of now. */
export async function digestMessage(
  store: Store,
  about: DigestAbout,
  now: Date,
): Promise<{ text: string; blocks: KnownBlock[] }> {
  await digestData(store, { from: new Date(about.from), to: new Date(about.to) }, now)
  return { text: '', blocks: [] }
}

/** What `/escalate digest` is about: everything since the last digest was due. */
export function digestSoFar(store: Store, now: Date): DigestAbout {
  const { from, to } = periodSoFar(store.book.live, now)
  return { from: from.toISOString(), to: to.toISOString() }
}
