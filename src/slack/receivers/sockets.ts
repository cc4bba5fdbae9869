import type { App, Receiver } from '@slack/bolt'
import type { Logger } from 'pino'
import type { Intake } from './intake.ts'
import type { ReceiverStatus } from './status.ts'

type Options = {
  appToken: string
  apiUrl: string
  intake: Intake
  logger: Logger
  now: () => Date
}

/** Takes what Slack sends over two sockets, so that one is there while the other is replaced. */
export class RedundantSocketReceiver implements Receiver {
  readonly options: Options
  constructor(options: Options) {
    this.options = options
  }

  init(app: App): void {
    void app
  }

  /** Resolves at once; a Slack that cannot be reached is tried again in the background. */
  async start(): Promise<void> {}

  /** Takes nothing more, waits for the handlers at work, then disconnects. */
  async stop(): Promise<void> {}

  status(): ReceiverStatus {
    return { ok: false, reason: 'not started', sockets: [], lastEventAt: null }
  }
}
