import { createHmac } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { plain, startDesk, type Desk } from '../support/desk.ts'
import { phones, shown } from '../support/pings.ts'
import { ticketEvent } from '../support/tickets.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk({ transport: 'http' })
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

async function count(): Promise<number> {
  const { rows } = await desk.belay.store.db.execute<{ n: number }>(
    sql`select count(*)::int as n from escalations`,
  )
  return rows[0]!.n
}

describe('the form', () => {
  it('refuses a text of only spaces at its field, and opens nothing', async () => {
    const { agent } = desk
    await agent.command('/escalate', 'C0SUPPORT')
    const form = await agent.modal('Escalate a ticket')
    await form.fill({ Customer: '   ', Severity: 'critical', Summary: ' \n\t ' })
    const before = await count()
    expect(await form.submit({ expectErrors: true })).toEqual({
      customer: 'Name the customer.',
      summary: 'Say in a few words what is wrong.',
    })
    expect(await count()).toBe(before)
    await form.close()
  })

  it('needs neither a ticket nor what was tried, and takes emoji', async () => {
    const { agent, first, quiet } = desk
    await agent.command('/escalate', 'C0SUPPORT')
    const form = await agent.modal('Escalate a ticket')
    const summary = '🔥 Überfällig: 結帳失敗 👩‍👩‍👧‍👦'
    await form.fill({
      Customer: 'Grüße & Söhne 🚀',
      Severity: 'low',
      Summary: summary,
      Ticket: '  ',
      'Already tried': '   ',
    })
    await form.submit()
    await quiet()
    const card = await first.sees('C0FRONT', summary)
    expect(card.text).toContain('Grüße &amp; Söhne 🚀')
    expect(shown(card)).not.toContain('Already tried')
  })

  it('is filled in from the command’s words', async () => {
    await desk.agent.command('/escalate', 'C0SUPPORT', 'T-9 critical checkout is down')
    const form = await desk.agent.modal('Escalate a ticket')
    expect(form.values()).toMatchObject({ Ticket: 'T-9', Severity: 'critical', Summary: 'checkout is down' })
    await form.close()
  })
})

describe('a ticket that would ping everybody', () => {
  it.each([50, 5_000, 50_000])('with %i characters pages whom it should, and nobody else', async (length) => {
    const { hook, quiet, first, sandbox } = desk
    const evil = `<!channel> & <@U0HEAD> <!subteam^S0ENGLEADS> *${'x'.repeat(length - 50)}`.slice(0, length)
    const rang = phones(sandbox)
    const customer = { name: evil.slice(0, 1000), contact: evil.slice(0, 1000) }
    const event = ticketEvent('ticket.escalated', {
      id: `evil-${length}`,
      subject: evil,
      customer,
      description: evil,
      tried: evil,
      requestedBy: evil.slice(0, 1000),
      transcript: [{ from: '<!here>', text: evil.slice(0, 20_000) }],
    })
    const { status, body } = await hook(event)
    expect(status).toBe(202)
    await quiet()
    expect(rang()).toEqual(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
    const card = await first.sees('C0FRONT', new RegExp(`^${String(body['escalation'])} `))
    expect(card.text).toContain('frontline is asked (<@U0FRONT2>) to acknowledge by')
    expect(card.text).toContain('&lt;!channel&gt; &amp; &lt;@U0HEAD&gt;')
    await first.press(card, 'Acknowledge')
    await quiet()
    expect(first.again(card).text).toContain('Acknowledged by First-line engineer 2')
    expect(rang()).toEqual([])
    await hook(ticketEvent('ticket.solved', { id: `evil-${length}` }))
  })
})

describe('a press that is not ours', () => {
  it.each(['', 'null', '{"e":"1"}', '{"e":1}', '{"e":1,"v":1,"do":"release"}', '[]', 'x'.repeat(3000)])(
    'with the value %j changes nothing',
    async (value) => {
      const told = await desk.escalate('Stranger', plain)
      const before = await desk.saved(told)
      expect(await press(value)).toBe(200)
      await desk.quiet()
      expect(await desk.saved(told)).toEqual(before)
    },
  )

  it('of an escalation that does not exist changes nothing', async () => {
    expect(await press('{"e":999999,"v":1}')).toBe(200)
  })
})

/** As if another app, or an old version of ours, had drawn the button. */
async function press(value: string): Promise<number> {
  const { url, sandbox } = desk
  const payload = {
    type: 'block_actions',
    team: { id: sandbox.teamId, domain: 'acme-support' },
    user: { id: 'U0FRONT1', team_id: sandbox.teamId },
    api_app_id: sandbox.appId,
    trigger_id: '1.2.3',
    channel: { id: 'C0FRONT', name: 'frontline' },
    actions: [{ type: 'button', action_id: 'acknowledge', block_id: 'b', value, action_ts: '1.2' }],
  }
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
  const stamp = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', sandbox.signingSecret).update(`v0:${stamp}:${body}`).digest('hex')
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': stamp,
    'x-slack-signature': `v0=${signature}`,
  }
  const response = await fetch(`${url}/slack/events`, { method: 'POST', headers, body })
  return response.status
}
