import { App, type AuthorizeResult, type CodedError, type Receiver } from '@slack/bolt'
import type { Logger } from 'pino'
import { carefulOptions, type Access } from './clients.ts'
import { createSelfKnowledge, type Identity, type SelfKnowledge } from './identity.ts'
import { describe, redact, slackLogger } from './log.ts'
import { typeOf } from './receivers/intake.ts'
import { within } from './receivers/within.ts'

/** Bolt, built so that Slack being away cannot end the process. */
export type Bolt = AsyncDisposable & {
  /** For registering listeners. */
  app: App
  /** Who we are in Slack, once it has said so. */
  self: SelfKnowledge
  /** Starts the receiver. Resolves though Slack cannot be reached; both keep trying. */
  start(): Promise<void>
  /** Stops the receiver and waits for its handlers. */
  stop(): Promise<void>
  /** Whether the token is good, and if not, why. */
  status(): { ok: boolean; reason?: string }
}

type Options = Access & {
  receiver: Receiver
  /** Slack has said who we are. */
  learned?: (identity: Identity) => void
}

/** A person waits for an answer: without knowing who we are, Bolt can still give it. */
const learnMs = 500

/** Builds Bolt's App around a receiver of ours. */
export async function createBolt({ receiver, token, apiUrl, logger, learned }: Options): Promise<Bolt> {
  const self = createSelfKnowledge({ token, apiUrl, logger }, learned)
  const app = new App({
    receiver,
    authorize: ({ teamId }) => authorize(self, token, teamId),
    clientOptions: carefulOptions({ apiUrl, logger }),
    logger: slackLogger(logger),
    // Otherwise the constructor asks Slack who we are, and an answer that fails ends the process.
    deferInitialization: true,
    convoStore: false,
    extendedErrorHandler: true,
  })
  reportFailures(app, logger)
  await app.init()

  const stop = async (): Promise<void> => {
    await app.stop()
    self[Symbol.dispose]()
  }
  return {
    app,
    self,
    async start() {
      self.keepAsking()
      await app.start()
    },
    stop,
    status: () => (self.reason === undefined ? { ok: true } : { ok: false, reason: self.reason }),
    [Symbol.asyncDispose]: stop,
  }
}

/** Events never get here: their listeners read them from the inbox. */
async function authorize(
  self: SelfKnowledge,
  token: string,
  teamId: string | undefined,
): Promise<AuthorizeResult> {
  const team = teamId === undefined ? {} : { teamId }
  const identity = await soon(self)
  if (identity === undefined) return { botToken: token, ...team }
  return { botToken: token, botId: identity.botId, botUserId: identity.botUserId, ...team }
}

async function soon(self: SelfKnowledge): Promise<Identity | undefined> {
  if (self.known !== undefined) return self.known
  const learned = self.learn().catch(() => undefined)
  return await within(learned, learnMs, undefined)
}

/** Bolt ends with what a listener threw: it is logged, and never thrown on. */
function reportFailures(app: App, logger: Logger): void {
  app.error(async ({ error, body }: { error: CodedError; body: object }) => {
    logger.error({ type: typeOf(body), why: describe(error.original ?? error) }, 'a listener failed')
    logger.debug({ stack: redact(error.stack ?? '') }, 'where the listener failed')
  })
}
