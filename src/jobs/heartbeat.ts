import type { Logger } from 'pino'
import { secondMs } from '../domain/time.ts'
import type { HeartbeatOutcome, Observer } from '../observer.ts'

/** The receiver has this long to answer. */
const answerWithinMs = 10 * secondMs

export type Heartbeat = {
  /** As good as a password: it never gets into a log. */
  url: string
  /** Why it is not well here; empty when it is. */
  troubles: () => Promise<readonly string[]>
  log: Logger
  observer: Observer
  stopping: AbortSignal
}

/**
 * Says to the outside that it is well here, by a GET; and nothing when it is not, so that whoever waits for it in vain
 * raises the alarm. One that is lost is not repeated: the next is a minute away.
 */
export async function beat(heartbeat: Heartbeat): Promise<void> {
  const { troubles, observer, log } = heartbeat
  const reasons = await troubles()
  if (reasons.length > 0) log.warn({ reasons }, 'it is not well here: the heartbeat is withheld')
  observer.heartbeat(reasons.length > 0 ? 'withheld' : await send(heartbeat))
}

async function send({ url, log, stopping }: Heartbeat): Promise<HeartbeatOutcome> {
  const why = await refusalOf(url, AbortSignal.any([stopping, AbortSignal.timeout(answerWithinMs)]))
  if (why === null) return 'sent'
  log.warn({ why }, 'the heartbeat did not arrive')
  return 'failed'
}

/** What became of it, in a word: the message of an error may hold the address. Null when it was taken. */
async function refusalOf(url: string, signal: AbortSignal): Promise<string | null> {
  try {
    // A minute later the receiver would be about to close it, or just has.
    const response = await fetch(url, { signal, headers: { connection: 'close' } })
    await response.body?.cancel()
    return response.ok ? null : `HTTP ${response.status}`
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: string } }
    return cause?.code ?? name
  }
}
