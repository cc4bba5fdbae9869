import { once } from 'node:events'
import { connect } from 'node:net'
import { readSettings } from '../config.ts'
import type { PolicyDocument } from '../domain/policy.ts'
import { createMailer } from '../fallback/email.ts'
import { note, ok, problem } from './finding.ts'
import type { Finding } from './finding.ts'
import { sentenceOf } from './output.ts'

/** Can those beyond Slack be reached? Nobody is told anything: the mail server is only greeted, the receiver only dialled. */
export async function beyondFindings({ fallback }: PolicyDocument): Promise<Finding[]> {
  const { email, webhook } = fallback
  if (!email && !webhook)
    return [note('the policy names nobody beyond Slack: while Slack is away, nobody hears of anything')]
  return [
    ...(email ? [await mailFinding(email)] : []),
    ...(webhook ? [await webhookFinding(webhook.url)] : []),
  ]
}

async function mailFinding(email: readonly string[]): Promise<Finding> {
  const read = readSettings(process.env)
  const smtp = read.ok ? read.settings.smtp : undefined
  if (!smtp) return problem('there is no mail server for fallback.email', 'Set SMTP_URL.')
  const server = `the mail server ${new URL(smtp.url).host}`
  try {
    await createMailer(smtp).verify()
    return ok(`${server}, for e-mail from ${smtp.from} to ${email.join(', ')}`)
  } catch (error) {
    return problem(`${server} takes no e-mail from us: ${sentenceOf(error)}`, 'Check SMTP_URL.')
  }
}

/** A name that nobody knows, or a firewall, is not waited for. */
const dialMs = 5000

async function webhookFinding(url: string): Promise<Finding> {
  const { hostname, port, protocol, host } = new URL(url)
  const socket = connect({
    host: hostname.replaceAll(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(dialMs) })
    return ok(`the fallback's webhook at ${host}`)
  } catch (error) {
    const todo = 'Check fallback.webhook.url in the policy, and that this machine may reach it.'
    return problem(`the fallback's webhook at ${host} can't be reached: ${sentenceOf(error)}`, todo)
  } finally {
    socket.destroy()
  }
}
