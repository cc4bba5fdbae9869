import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { secondMs } from '../domain/time.ts'
import { describe } from '../slack/log.ts'
import { within } from '../slack/receivers/within.ts'
import { sources } from '../sources/index.ts'
import { inOrderBy, receive, togetherBy, unknownNames } from '../sources/receive.ts'
import type { Delivery, Receipt } from '../sources/receive.ts'
import type { Reading } from '../sources/source.ts'
import type { Store } from '../store/escalations.ts'
import type { Answer, Route } from './server.ts'
import { readBody } from './server.ts'
import { turnstile } from './turnstile.ts'

/** Ticket events are small; 1 MiB leaves room for a long conversation. */
const bodyLimit = 1024 * 1024

/**
 * A storm of tickets must not take all connections to the database from those who page and press: few transactions at a
 * time, and what waits meanwhile is written together.
 */
const inTurns = { places: 3, most: 25, withinMs: 4 * secondMs, togetherBy, inOrderBy }
/** Whoever is told to send it again although it was kept after all sends the same id, and changes nothing. */
const answerWithinMs = 9 * secondMs

/** `POST /hooks/<source>`: a ticket event from a ticket system. 202 and 200 mean that it is kept. */
export function hooks({ store, clock, log }: { store: Store; clock: Clock; log: Logger }): Route {
  const inTurn = turnstile(inTurns, (group: [Delivery, ...Delivery[]]) => receive(store, group, clock.now()))
  return async (request, name) => {
    const source = sources.get(name)
    const secret = store.book.live.sources[name]?.secret
    if (!source || secret === undefined) return refuse(404, `The policy names no source "${name}".`)
    const body = await readBody(request, bodyLimit)
    if (!body) return { ...refuse(413, 'The body is larger than 1 MiB.'), headers: { connection: 'close' } }
    const reading = source.read({ headers: request.headers, body, secret, now: clock.now() })
    if (reading.kind !== 'event') return refuseReading(reading)
    const problems = unknownNames(reading.event, store.book.live)
    if (problems.length > 0)
      return refuse(400, 'The ticket event names what the policy does not know.', problems)
    const answer = inTurn({ source: name, id: reading.id, event: reading.event }).then(
      accepted,
      (error: unknown) => {
        log.error({ err: describe(error), source: name }, 'a ticket event could not be kept')
        return again()
      },
    )
    return within(answer, answerWithinMs, again())
  }
}

function again(): Answer {
  return refuse(503, 'The database can not take it now. Send it again.')
}

function accepted(receipt: Receipt): Answer {
  return { status: receipt.result === 'opened' ? 202 : 200, body: receipt }
}

function refuseReading(reading: Exclude<Reading, { kind: 'event' }>): Answer {
  return reading.kind === 'unsigned'
    ? refuse(401, reading.why)
    : refuse(400, 'The body is not a ticket event.', reading.problems)
}

function refuse(status: number, error: string, problems?: string[]): Answer {
  return { status, body: problems ? { error, problems } : { error } }
}
