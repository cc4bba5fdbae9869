import * as fc from 'fast-check'
import type { NoticeRow } from '#store/outbox.ts'
import { startMailServer, type Mail, type MailServer } from '../support/mail-server.ts'
import { startReceiver, type Receiver, type Request } from '../support/receiver.ts'
import type { Fleet } from './fleet.ts'
import type { Findings } from './kept.ts'
import { command, type Command, type Model } from './model.ts'
import type { Saved } from './seen.ts'

/** Where a policy of the model sends what Slack does not take: the address of the one pager is known once it is there. */
export const pagerPlace = 'https://pager.example/belay'

/** Who is told when Slack is of no use, and everything that they were ever told. */
export type Beyond = AsyncDisposable & {
  mail: MailServer
  pager: Receiver
  heard: () => { mails: readonly Mail[]; requests: readonly Request[] }
}

export async function startBeyond(): Promise<Beyond> {
  const [mail, pager] = await Promise.all([startMailServer(), startReceiver()])
  const [mails, requests]: [Mail[], Request[]] = [[], []]
  return {
    mail,
    pager,
    heard: () => {
      mails.push(...mail.arrived())
      requests.push(...pager.received())
      return { mails, requests }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([mail[Symbol.asyncDispose](), pager[Symbol.asyncDispose]()])
    },
  }
}

export async function setMail(model: Model, { beyond }: Fleet, is: 'away' | 'there'): Promise<void> {
  if (model.hasMail === (is === 'there')) return
  model.hasMail = is === 'there'
  await (is === 'away' ? beyond.mail.down() : beyond.mail.up())
}

const mailTurns: fc.Arbitrary<Command> = fc.constant(
  command('the mail server goes away, or is back', (model, fleet) =>
    setMail(model, fleet, model.hasMail ? 'away' : 'there'),
  ),
)

const pagerFails: fc.Arbitrary<Command> = fc
  .array(fc.constantFrom(404, 429, 500, 503), { minLength: 1, maxLength: 4 })
  .map((statuses) =>
    command(`the pager answers ${statuses.join(', ')}`, async (_, { beyond }) =>
      beyond.pager.answers(...statuses),
    ),
  )

export const beyondCommands = { mailTurns, pagerFails }

const causes = new Set(['fallback_told', 'page_fell_back', 'quarantined'])

/** Whatever is to be told beyond Slack is told both ways, it arrived, and never more often than it was sent. */
export function holdsBeyond({ escalation: { id }, entries, notices }: Saved, { beyond }: Fleet): Findings {
  const { mails, requests } = beyond.heard()
  const happened = entries.filter(({ kind }) => causes.has(kind)).length
  const emails = notices.filter(({ kind }) => kind === 'email')
  const posts = notices.filter(({ kind }) => kind === 'webhook')
  const mailsOf = (row: NoticeRow) => mails.filter((mail) => mail.id.startsWith(`<${row.id}@`))
  const requestsOf = (row: NoticeRow) => requests.filter((request) => request.id === row.id)
  const lists = (mail: Mail) => new RegExp(String.raw`\bE-${id}\b`).test(`${mail.subject} ${mail.text}`)
  const sent = ({ state }: NoticeRow) => state === 'sent'
  return [
    ...[emails, posts]
      .filter(({ length }) => length !== happened)
      .map(({ length }) => `beyond Slack ${happened} things were to be told, and there are ${length}`),
    ...emails
      .filter((row) => sent(row) && mailsOf(row).length === 0 && !mails.some(lists))
      .map(({ key }) => `the e-mail ${key} was sent, and did not arrive`),
    ...posts
      .filter((row) => sent(row) && !requestsOf(row).some(({ status }) => status === 200))
      .map(({ key }) => `the request ${key} was taken, and did not arrive`),
    ...[...emails, ...posts]
      .filter((row) => mailsOf(row).length + requestsOf(row).length > row.attempts)
      .map(({ key, attempts }) => `${key} arrived more often than the ${attempts} times it was sent`),
    ...[...emails, ...posts]
      .filter(({ state }) => state === 'failed')
      .map(({ key, error }) => `${key} was given up: ${error}`),
  ]
}
