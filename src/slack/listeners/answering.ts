import type { BlockAction, RespondFn } from '@slack/bolt'
import type { Message } from '../blocks.ts'
import { describe } from '../log.ts'
import { receivedAt } from '../receivers/received.ts'
import { orLate } from '../receivers/within.ts'
import { wentWrong } from '../views/sorry.ts'
import { showHome } from './home.ts'
import type { Asked, Listening } from './listening.ts'

/** Says something to the person who pressed or typed. */
type Say = (message: Message) => Promise<unknown>

/** Where they are, to them alone. */
export function whisper(respond: RespondFn): Say {
  return ({ text, blocks }) => respond({ response_type: 'ephemeral', replace_original: false, text, blocks })
}

/** In the Home tab nothing can be whispered: it stands there when it is drawn anew. */
export function answerTo(listening: Listening, { view, user }: BlockAction, respond: RespondFn): Say {
  if (view?.type !== 'home') return whisper(respond)
  return ({ text }) => showHome(listening, user.id, listening.clock.now(), text)
}

/** What Bolt hands to a listener, as far as an answer needs it. */
type Event = { ack: () => Promise<void>; context: Record<string, unknown> }

/**
 * The work, then the acknowledgement, then what there is to say. A failure is told to the person, and Slack hears that we
 * have taken care of it.
 */
export async function answered(
  listening: Listening,
  { ack, context }: Event,
  say: Say,
  work: (asked: Asked) => Promise<unknown>,
): Promise<void> {
  const said: Message[] = []
  try {
    await work({ since: receivedAt(context), tell: async (message) => void said.push(message) })
  } catch (error) {
    listening.log.error({ err: describe(error) }, 'what a person asked for could not be done')
    said.push(wentWrong())
  }
  await ack()
  for (const message of said) await sayInTime(listening, say, message)
}

/** Slack takes an answer at once or not at all: a handler must not wait for it for ever. */
const sayWithinMs = 2000

async function sayInTime({ log }: Listening, say: Say, message: Message): Promise<void> {
  try {
    await orLate(say(message), sayWithinMs)
  } catch (error) {
    log.warn({ err: describe(error) }, 'an answer did not reach the person who asked')
  }
}
