import { secondMs } from '../domain/time.ts'

/** What became of an attempt to reach somebody beyond Slack. */
export type Verdict =
  | { kind: 'taken' }
  /** It did not arrive, or nobody knows: it is sent again, by the same id. */
  | { kind: 'again'; why: string }
  /** It will never be taken. */
  | { kind: 'refused'; why: string }

/** How long one attempt may take, in milliseconds. */
export const withinMs = 10 * secondMs
