import { createHash } from 'node:crypto'
import type { NoticeRow } from '../store/outbox.ts'
import { withinMs } from './verdict.ts'
import type { Verdict } from './verdict.ts'
import type { Email } from './words.ts'

/** The mail server with its credentials, and whom e-mails come from. */
export type Smtp = { url: string; from: string }

export type Mailer = {
  /** Sends one e-mail to one address. `id` is the same for every attempt, so that whoever gets it twice can tell. */
  send: (email: Email, to: string, id: string, over: AbortSignal) => Promise<Verdict>
  /** Asks the server whether it would take an e-mail from us. Throws what is wrong. */
  verify: () => Promise<void>
}

/** A mailer that connects when there is something to send: most nights there is nothing. */
export function createMailer({ url, from }: Smtp): Mailer {
  const open = async () => {
    // Loaded by those who use it only: it takes 25 MB.
    const { createTransport } = await import('nodemailer')
    const timeouts = { connectionTimeout: withinMs, greetingTimeout: withinMs, socketTimeout: withinMs }
    return createTransport({ url, ...timeouts, disableFileAccess: true, disableUrlAccess: true })
  }
  return {
    send: async ({ subject, text }, to, id, over) => {
      const transport = await open()
      const signal = AbortSignal.any([AbortSignal.timeout(withinMs), over])
      const messageId = `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`
      const headers = { 'Auto-Submitted': 'auto-generated' }
      try {
        await transport.sendMail({
          from: { name: 'Belay', address: from },
          to,
          subject,
          text,
          messageId,
          headers,
          signal,
        })
        return { kind: 'taken' }
      } catch (error) {
        return verdictOn(error)
      } finally {
        transport.close()
      }
    },
    verify: async () => {
      const transport = await open()
      try {
        await transport.verify()
      } finally {
        transport.close()
      }
    },
  }
}

/** The same for the same notices: an e-mail that lists other ones is another e-mail. */
export function emailId(rows: readonly NoticeRow[]): string {
  const ids = rows.map(({ id }) => id)
  if (ids.length === 1) return ids[0]!
  return createHash('sha256').update(ids.sort().join()).digest('hex').slice(0, 32)
}

/**
 * A server that refuses the recipient or the message for good (5xx) will do so again. Everything else may pass: a server
 * that is away, a full mailbox (4xx), a password that somebody mends, an answer that never came.
 */
function verdictOn(error: unknown): Verdict {
  const {
    responseCode = 0,
    command = '',
    message = String(error),
  } = error as {
    responseCode?: number
    command?: string
    message?: string
  }
  const why = message.replaceAll(/\s+/g, ' ').slice(0, 300)
  const isFinal = responseCode >= 500 && /^(RCPT TO|DATA)$/.test(command)
  return { kind: isFinal ? 'refused' : 'again', why: `the mail server: ${why}` }
}
