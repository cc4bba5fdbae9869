import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '#store/database.ts'
import { startSandbox } from '../../sandbox/index.ts'
import type { Fault, Sandbox } from '../../sandbox/protocol.ts'
import { testDatabase } from '../support/database.ts'
import { databaseLine } from '../support/database-line.ts'
import { scraped } from '../support/metrics.ts'
import { environment, freePort, linesOf, policyFile, startProcess } from '../support/process.ts'
import { ticketEvent } from '../support/tickets.ts'
import { examplePolicy, sendHook, webhookSecret } from '../support/world.ts'

describe('a start that can not go well', () => {
  it('lists everything that is wrong with the environment, and exits with 2', async () => {
    await using belay = startProcess({
      PORT: 'http',
      DATABASE_URL: 'mysql://secret@db',
      SLACK_BOT_TOKEN: 'xoxp-user',
    })
    expect(await belay.ended).toBe(2)
    expect(belay.stdout()).toBe('')
    for (const name of ['PORT', 'DATABASE_URL', 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET'])
      expect(belay.stderr()).toMatch(new RegExp(`^${name} `, 'm'))
    expect(belay.stderr()).not.toMatch(/secret@db|xoxp-user/)
  })

  it('reports everything that is wrong with the policy, and exits with 2', async () => {
    const wrong = examplePolicy
      .replace('rounds: 2', 'rounds: none')
      .replace('policy: vip }', 'policy: vips }')
    await using file = await policyFile(wrong)
    const nowhere = { apiUrl: 'http://127.0.0.1:9/api/', botToken: 'xoxb-1', appToken: 'xapp-1' }
    await using belay = startProcess(environment(nowhere, 'postgres://nobody@127.0.0.1:9/none', file.path))
    expect(await belay.ended).toBe(2)
    expect(belay.stderr()).toMatch(/belay\.yml:\d+.*rounds/)
    expect(belay.stderr()).toMatch(/belay\.yml:\d+.*vips/)
  })
})

it('does not start with a policy that names an e-mail and no mail server', async () => {
  await using file = await policyFile(
    examplePolicy.replace('{ channel: C0ADMINS }', '{ channel: C0ADMINS, email: oncall@example.com }'),
  )
  const nowhere = { apiUrl: 'http://127.0.0.1:9/api/', botToken: 'xoxb-1', appToken: 'xapp-1' }
  await using belay = startProcess(environment(nowhere, 'postgres://nobody@127.0.0.1:9/none', file.path))
  expect(await belay.ended).toBe(2)
  expect(belay.stderr()).toMatch(/belay\.yml:48 +fallback\.email +expected SMTP_URL to be set/)
})

describe('with Slack', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox({ random: 1 })
  })
  afterAll(() => sandbox.close())

  /** Slack is like this for the rest of the block. */
  const broken = (fault: Fault): Disposable => ({ [Symbol.dispose]: sandbox.fault(fault) })

  it('answers its operators, reads the policy again, and stops when it is asked to', async () => {
    await using database = await testDatabase()
    await using file = await policyFile()
    await using belay = startProcess(environment(sandbox, database.url, file.path))
    const url = await belay.url()
    await sandbox.connected()
    await belay.logged('socket to Slack')
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ ok: true })
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toMatch(/^belay_sweep_lag_seconds 0$/m)

    belay.signal('SIGHUP')
    await belay.logged('the policy was read again')
    await file.write(examplePolicy.replace('channel: C0FRONT', 'channel: C0SUPPORT'))
    await belay.logged('the policy was read again', 2)
    await file.write('severities: {}\n')
    await belay.logged('the running policy stays')
    for (const channel of ['C0ADMINS', 'U0HEAD'])
      await sandbox.until(
        () => sandbox.messages(channel).find(({ text }) => text.includes('The policy file was changed')),
        channel,
      )
    await sendHook(url, sandbox, ticketEvent('ticket.escalated', { subject: 'By the new policy' }))
    await sandbox.until(
      () => sandbox.messages('C0SUPPORT').find(({ text }) => text.includes('By the new policy')),
      'the page',
    )

    await withoutTimeline(database.url, async () => {
      const refused = ticketEvent('ticket.escalated', { id: 'unlucky', subject: 'What a customer wrote' })
      expect(await sendHook(url, sandbox, refused)).toMatchObject({ status: 503 })
    })
    belay.signal('SIGTERM')
    expect(await belay.ended).toBe(0)
    expect(belay.stdout()).not.toContain('What a customer wrote')
    const secrets = [
      sandbox.botToken,
      sandbox.appToken,
      webhookSecret.slice(6),
      'By the new policy',
      'postgres://',
    ]
    for (const secret of secrets) expect(belay.stdout() + belay.stderr()).not.toContain(secret)
    expect(linesOf(belay.stdout()).length).toBeGreaterThan(3)
    expect(belay.stderr()).toBe('')
  })

  it('waits for its database, and hears meanwhile that the policy has changed', async () => {
    await using database = await testDatabase()
    await using line = await databaseLine(database.url)
    await using file = await policyFile()
    line.cut()
    const port = await freePort()
    await using belay = startProcess({
      ...environment(sandbox, line.url, file.path),
      PORT: String(port),
    })
    await belay.logged('the database can not be reached')
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`)
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      {
        ok: false,
        checks: { database: 'it can not be reached yet', migrations: 'they wait for the database' },
      },
    ])
    expect((await scraped(`http://127.0.0.1:${port}`)).get('belay_database_up')).toBe(0)
    for (const path of ['/hooks/generic', '/slack/events'])
      expect((await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' })).status).toBe(503)
    belay.signal('SIGHUP')
    await file.write(examplePolicy.replace('channel: C0FRONT', 'channel: C0ENG'))
    line.mend()
    const url = await belay.url()
    await belay.logged('the policy was read again', 2)
    await sendHook(url, sandbox, ticketEvent('ticket.escalated', { subject: 'Changed meanwhile' }))
    await sandbox.until(
      () => sandbox.messages('C0ENG').some(({ text }) => text.includes('Changed meanwhile')),
      'the page',
    )
    belay.signal('SIGTERM')
    expect(await belay.ended).toBe(0)
  })

  it('takes a policy that changed while the database was away when it is back', async () => {
    await using database = await testDatabase()
    await using line = await databaseLine(database.url)
    await using file = await policyFile()
    await using belay = startProcess(environment(sandbox, line.url, file.path))
    await belay.url()
    line.cut()
    await file.write(examplePolicy.replace('channel: C0FRONT', 'channel: C0ENG'))
    await belay.logged('the policy could not be changed now')
    line.mend()
    await belay.logged('the policy was read again')
  })

  it('stops in time, and well, though Slack does not answer', async () => {
    await using database = await testDatabase()
    await using file = await policyFile()
    using _ = broken({ on: '*', times: 0, effect: { kind: 'hang' } })
    await using belay = startProcess(environment(sandbox, database.url, file.path))
    const url = await belay.url()
    expect(await sendHook(url, sandbox, ticketEvent('ticket.escalated'))).toMatchObject({ status: 202 })
    const ready = await fetch(`${url}/readyz`)
    expect([ready.status, JSON.stringify(await ready.json())]).toEqual([
      503,
      expect.stringContaining('slack: '),
    ])
    const askedAt = performance.now()
    belay.signal('SIGTERM')
    expect(await belay.ended).toBe(0)
    expect(performance.now() - askedAt).toBeLessThan(10_000)
  })
})

/** As if somebody had broken the database. */
async function withoutTimeline(url: string, work: () => Promise<void>): Promise<void> {
  const { $client } = connect(url, () => {})
  await $client.query('alter table timeline rename to gone')
  await work()
  await $client.query('alter table gone rename to timeline')
  await $client.end()
}
