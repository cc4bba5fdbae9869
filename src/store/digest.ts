import type { DigestData } from '../domain/digest.ts'
import type { Store } from './escalations.ts'

/** What a digest about this period knows at `now`. */
export async function digestData(
  _store: Store,
  _period: { from: Date; to: Date },
  _now: Date,
): Promise<DigestData> {
  throw new Error('not yet')
}
