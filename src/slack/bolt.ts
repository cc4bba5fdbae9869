import { App, type AuthorizeResult, type CodedError, type Receiver } from '@slack/bolt'
import { WebClient } from '@slack/web-api'
import type { Logger } from 'pino'
import { carefulOptions } from './clients.ts'
import { createSelfKnowledge, type Identity, type SelfKnowledge } from './identity.ts'
import { describe, redact, slackLogger } from './log.ts'
import { typeOf, type SlackBody } from './receivers/intake.ts'
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
  /** Gives a kept event to Bolt's event listeners. Rejects when one of them fails, so that it can be tried again. */
  handle(body: SlackBody): Promise<void>
  /** Whether the token is good, and if not, why. */
  status(): { ok: boolean; reason?: string }
}

type Options = { receiver: Receiver; token: string; apiUrl: string; logger: Logger }

/** A person waits for an answer: without knowing who we are, Bolt can still give it. */
const learnMs = 500

/** Builds Bolt's App around a receiver of ours. */
export async function createBolt({ receiver, token, apiUrl, logger }: Options): Promise<Bolt> {
  const self = createSelfKnowledge({
    client: new WebClient(token, carefulOptions({ apiUrl, logger })),
    logger,
  })
  const app = new App({
    receiver,
    authorize: ({ teamId }, body) =>
      authorize({ self, token, teamId, isEvent: body !== undefined && 'event' in body }),
    clientOptions: carefulOptions({ apiUrl, logger }),
    logger: slackLogger(logger),
    // Otherwise the constructor asks Slack who we are, and an answer that fails ends the process.
    deferInitialization: true,
    convoStore: false,
    extendedErrorHandler: true,
  })
  const failures = reportFailures(app, logger)
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
    async handle(body) {
      await app.processEvent({ body, ack: async () => undefined })
      if (failures.has(body)) throw failures.get(body)
    },
    status: () => (self.reason === undefined ? { ok: true } : { ok: false, reason: self.reason }),
    [Symbol.asyncDispose]: stop,
  }
}

type Asked = { self: SelfKnowledge; token: string; teamId: string | undefined; isEvent: boolean }

/** An event waits until we know ourselves, or our own posts would look like somebody else's. */
async function authorize({ self, token, teamId, isEvent }: Asked): Promise<AuthorizeResult> {
  const team = teamId === undefined ? {} : { teamId }
  const identity = isEvent ? await self.learn() : await soon(self)
  if (identity === undefined) return { botToken: token, ...team }
  return { botToken: token, botId: identity.botId, botUserId: identity.botUserId, ...team }
}

async function soon(self: SelfKnowledge): Promise<Identity | undefined> {
  if (self.known !== undefined) return self.known
  const learned = self.learn().catch(() => undefined)
  return await within(learned, learnMs, undefined)
}

/** Bolt ends with what a listener threw. It is logged, never thrown on, and remembered for whoever handed the body in. */
function reportFailures(app: App, logger: Logger): WeakMap<object, unknown> {
  const failures = new WeakMap<object, unknown>()
  app.error(async ({ error, body }: { error: CodedError; body: object }) => {
    failures.set(body, error)
    logger.error({ type: typeOf(body), why: describe(error.original ?? error) }, 'a listener failed')
    logger.debug({ stack: redact(error.stack ?? '') }, 'where the listener failed')
  })
  return failures
}
