import { startMailServer } from '../support/mail-server.ts'
import type { Mail, MailServer } from '../support/mail-server.ts'
import { startReceiver } from '../support/receiver.ts'
import type { Request } from '../support/receiver.ts'

/** A mail server and a webhook's receiver: those beyond Slack. */
export type Beyond = AsyncDisposable & {
  mail: MailServer
  /** As a policy's fallback names them. */
  named: { email: string; webhook: { url: string; secret: string } }
  /** What a process needs to reach them. */
  environment: Record<string, string>
  /** All that arrived so far. */
  told: () => { mails: readonly Mail[]; requests: readonly Request[] }
}

export async function startBeyond(): Promise<Beyond> {
  await using stack = new AsyncDisposableStack()
  const mail = stack.use(await startMailServer())
  const { url, secret, received } = stack.use(await startReceiver())
  const mails: Mail[] = []
  const requests: Request[] = []
  const running = stack.move()
  return {
    mail,
    named: { email: 'oncall@example.com', webhook: { url, secret } },
    environment: { SMTP_URL: mail.url, SMTP_FROM: 'belay@example.com' },
    told: () => {
      mails.push(...mail.arrived())
      requests.push(...received())
      return { mails, requests }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
