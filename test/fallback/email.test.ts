import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createMailer } from '#fallback/email.ts'
import { emailOf, summaryOf } from '#fallback/words.ts'
import { escalationOf, monday, stories } from '../support/escalations.ts'
import { startMailServer } from '../support/mail-server.ts'

const cause = {
  number: 7,
  channel: 'C0ADMINS',
  tier: null,
  reason: 'unanswered',
  isLate: false,
} as const
const asked = [{ at: monday, tier: 'frontline', channel: 'C0FRONT', people: ['Kim\nBcc: x@evil.example'] }]
const never = new AbortController().signal
const plain = { subject: 'Hello', text: 'Hello.\n' }

/** An escalation whose ticket tries to write headers and lines of its own. */
function hostile() {
  const escalation = escalationOf(stories.unanswered())
  const subject = 'Down\r\nBcc: x@evil.example\r\n\r\nWhat to do: nothing \u2028 at all\0'
  const customer = { name: 'Acme\nReply-To: x@evil.example' }
  return { ...escalation, ticket: { ...escalation.ticket, subject, customer } }
}

describe('an e-mail', () => {
  it('can not be given headers, or lines that look like ours, by a ticket', async () => {
    await using server = await startMailServer()
    const mailer = createMailer({ url: server.url, from: 'belay@example.com' })
    const escalation = hostile()
    const facts = { cause, escalation, asked, card: null }
    for (const email of [emailOf(facts, 'Europe/Brussels'), summaryOf([facts, facts])]) {
      expect(email.subject).not.toMatch(/[\r\n\u2028\0]/)
      expect(await mailer.send(email, 'oncall@example.com', 'some-id', never)).toEqual({ kind: 'taken' })
    }
    const mails = server.arrived()
    for (const { to, headers, id, text } of mails) {
      expect(to).toEqual(['oncall@example.com'])
      expect([headers.has('bcc'), headers.has('reply-to')]).toEqual([false, false])
      expect(headers.get('from')).toBe('Belay <belay@example.com>')
      expect(headers.get('auto-submitted')).toBe('auto-generated')
      expect(id).toBe('<some-id@example.com>')
      expect(text).not.toMatch(/^(Bcc|What to do: nothing)/m)
    }
    expect(mails[0]?.subject).toBe(
      '[critical] Acme Reply-To: x@evil.example: Down Bcc: x@evil.example What to do: nothing at all - E-7 is unanswered',
    )
    expect(mails[1]?.subject).toMatch(/^1 escalation needs somebody - the worst: \[critical\] Acme/)
  })

  it('says why, what, who was asked and what to do', () => {
    const escalation = escalationOf(stories.unanswered())
    const people = ['Frontline on call']
    const facts = { cause, escalation, asked: [{ ...asked[0]!, people }], card: 'https://team.example/c' }
    expect(emailOf(facts, 'Europe/Brussels')).toMatchInlineSnapshot(`
      {
        "subject": "[critical] Acme GmbH: Checkout fails for all EU shoppers - E-7 is unanswered",
        "text": "E-7: Everybody was asked, and nobody has acknowledged it.

      Severity:    critical
      Customer:    Acme GmbH
      Summary:     Checkout fails for all EU shoppers
      Acknowledge: by Mon 2026-06-01 10:15 (Europe/Brussels)
      Ticket:      4711, https://desk.example/t/4711
      Card:        https://team.example/c

      Who was asked
        Mon 2026-06-01 10:00  frontline (channel C0FRONT): Frontline on call

      What to do: acknowledge it on its card in Slack, or find somebody who can.
      When Slack is away, see to the ticket itself; Belay goes on when Slack is back.

      -- 
      Sent by Belay, because the policy's fallback names this address.
      ",
      }
    `)
  })
})

describe('a mail server', () => {
  it.each([
    ['refuses an address for good', 'refused', /^the mail server: .*550/],
    ['is not there', 'again', /ECONNREFUSED/],
  ])('that %s', async (how, kind, why) => {
    await using server = await startMailServer()
    server.refuse('gone@example.com')
    if (how === 'is not there') await server.down()
    const mailer = createMailer({ url: server.url, from: 'belay@example.com' })
    const verdict = await mailer.send(plain, 'gone@example.com', 'id', never)
    expect(verdict).toEqual({ kind, why: expect.stringMatching(why) })
    if (how === 'is not there') await server.up()
  })

  it('that does not know our password may know it later', async () => {
    await using server = await startMailServer()
    const url = server.url.replace('secret', 'wrong')
    const mailer = createMailer({ url, from: 'belay@example.com' })
    expect(await mailer.send(plain, 'a@example.com', 'id', never)).toMatchObject({ kind: 'again' })
    const error = await mailer.verify().catch((refused: unknown) => String(refused))
    expect(error).toContain('535')
    expect(error).not.toContain('wrong')
  })

  it('that says nothing does not keep us from stopping', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const mailer = createMailer({ url: `smtp://127.0.0.1:${port}`, from: 'belay@example.com' })
    const stopping = new AbortController()
    const [sent] = await Promise.all([
      mailer.send(plain, 'a@example.com', 'id', stopping.signal),
      once(silent, 'connection').then(() => stopping.abort()),
    ])
    expect(sent).toMatchObject({ kind: 'again' })
    silent.close()
  })
})
