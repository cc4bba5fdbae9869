import type { WebClient } from '@slack/web-api'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Observer } from '../observer.ts'
import type { Claim } from '../store/outbox.ts'
import type { Answering } from './answering.ts'
import type { Gathering } from './gather.ts'
import type { Pace } from './pace.ts'

/** Everything it takes to say something in Slack. */
export type Sending = Gathering & {
  writes: WebClient
  reads: WebClient
  looks: WebClient
  clock: Clock
  pace: Pace
  log: Logger
  observer: Observer
  refusing: Answering['refusing']
}

/** The metadata by which a message of ours can be found again, when Slack's answer got lost. */
export const metadataType = 'belay_delivery'

/** The opaque id that a message carries in its metadata. */
export function idOf([{ id, summary }]: Claim): string {
  return summary ?? id
}
