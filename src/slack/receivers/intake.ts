import { createHash } from 'node:crypto'
import type { ReceiverEvent } from '@slack/bolt'
import type { Logger } from 'pino'
import { describe } from '../log.ts'

/** A payload of Slack's, as it came. */
export type SlackBody = Record<string, unknown>

/** Writes an event down under its id. Slack is told that we have it as soon as this resolves, so it must be on disk. */
export type Keep = (eventId: string, body: SlackBody) => Promise<void>

/** Bolt's `processEvent`. */
type Hand = (event: ReceiverEvent) => Promise<void>

/** What became of a payload: written down for later, given to Bolt at once, or acknowledged and left at that. */
type Taken = 'kept' | 'handed' | 'passed_over'

/** Takes one payload from a receiver. Rejects with NotKept, and does not acknowledge, when an event cannot be kept. */
export type Intake = (event: ReceiverEvent, hand: Hand) => Promise<Taken>

/** The event could not be written down, so Slack has to send it again. */
export class NotKept extends Error {
  override readonly name = 'NotKept'
}

/** What a person waits for. Its answer travels in the acknowledgement, so it cannot be worked off later. */
const interactive = new Set([
  'block_actions',
  'block_suggestion',
  'dialog_submission',
  'interactive_message',
  'message_action',
  'shortcut',
  'view_closed',
  'view_submission',
])

/** Decides before Bolt does: Bolt acknowledges an event first and drops the ones that we caused ourselves. */
export function createIntake({ keep, logger }: { keep: Keep; logger: Logger }): Intake {
  return async (event, hand) => {
    const body: unknown = event.body
    if (isRecord(body)) {
      if (body['type'] === 'event_callback' && isRecord(body['event']))
        return await keepEvent(event, body, keep, logger)
      if (isInteractive(body)) {
        await hand(event)
        return 'handed'
      }
    }
    logger.warn({ type: typeOf(body) }, 'Slack sent something that nobody here handles')
    await acknowledge(event, logger)
    return 'passed_over'
  }
}

/** Our name for what a payload is, for logs: never its contents. */
export function typeOf(body: unknown): string {
  if (!isRecord(body)) return 'none'
  if (isRecord(body['event'])) return `event ${word(body['event']['type'])}`
  return typeof body['command'] === 'string' ? 'command' : word(body['type'])
}

async function keepEvent(event: ReceiverEvent, body: SlackBody, keep: Keep, logger: Logger): Promise<'kept'> {
  try {
    await keep(idOf(body), body)
  } catch (error) {
    throw new NotKept(`${typeOf(body)} was not kept`, { cause: error })
  }
  await acknowledge(event, logger)
  return 'kept'
}

/** It is written down: an acknowledgement that gets lost only means that Slack sends it again. */
async function acknowledge(event: ReceiverEvent, logger: Logger): Promise<void> {
  try {
    await event.ack()
  } catch (error) {
    logger.debug({ err: describe(error) }, 'could not acknowledge; Slack will send it again')
  }
}

/** Slack's id; the digest is for a stand-in that leaves it out, so that its repeats are still recognised. */
function idOf(body: SlackBody): string {
  const id = body['event_id']
  if (typeof id === 'string' && id !== '') return id
  return `sha256:${createHash('sha256').update(JSON.stringify(body)).digest('hex')}`
}

/** Bolt takes whatever has an `event` for one; a body that only looks like that must not get there. */
function isInteractive(body: SlackBody): boolean {
  if (body['event'] !== undefined) return false
  return typeof body['command'] === 'string' || interactive.has(String(body['type']))
}

function word(value: unknown): string {
  return typeof value === 'string' && /^\w{1,64}$/.test(value) ? value : 'unknown'
}

function isRecord(value: unknown): value is SlackBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
