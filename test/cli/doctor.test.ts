import { describe, expect, it, vi } from 'vitest'
import { startSandbox } from '../../sandbox/index.ts'
import type { Sandbox } from '../../sandbox/protocol.ts'
import { testDatabase } from '../support/database.ts'
import { startMailServer } from '../support/mail-server.ts'
import { policyFile } from '../support/process.ts'
import { startReceiver } from '../support/receiver.ts'
import { examplePolicy } from '../support/world.ts'
import { belay } from './run.ts'

/** A process takes its time to start where many tests run at once. */
vi.setConfig({ testTimeout: 90_000 })

async function doctor(sandbox: Sandbox, env: Record<string, string> = {}) {
  await using database = await testDatabase()
  return await belay(['doctor'], {
    DATABASE_URL: database.url,
    SLACK_BOT_TOKEN: sandbox.botToken,
    SLACK_APP_TOKEN: sandbox.appToken,
    SLACK_API_URL: sandbox.apiUrl,
    ...env,
  })
}

describe('belay doctor', () => {
  it('finds everything in order where it is', async () => {
    await using sandbox = await startSandbox()
    const { code, out, err } = await doctor(sandbox)
    expect([code, err]).toEqual([0, ''])
    expect(out).not.toContain('PROBLEM')
    expect(out).toMatch(/ok +the database: PostgreSQL \d+/)
    expect(out).toMatch(/ok +the clocks of this machine and of the database agree/)
    expect(out).toMatch(/ok +channel #engineering \(tier engineering\)/)
    expect(out).toContain('Everything is in order.')
    expect(out).not.toContain(sandbox.botToken)
  })

  it('says of each problem what to do', async () => {
    await using sandbox = await startSandbox()
    await sandbox.act({ type: 'archive', as: 'U0HEAD', channel: 'C0MGMT' })
    await sandbox.act({ type: 'kick', as: 'U0HEAD', channel: 'C0ENG', user: sandbox.botUserId })
    sandbox.control({ type: 'scopes', scopes: ['chat:write', 'channels:read', 'users:read'] })
    const { code, out } = await doctor(sandbox)
    expect(code).toBe(1)
    expect(out).toMatch(/PROBLEM {2}channel #management \(tier management\) is archived\n +Unarchive it/)
    expect(out).toMatch(
      /PROBLEM {2}the app is not in channel #engineering \(tier engineering\)\n +Write \/invite/,
    )
    expect(out).toMatch(/PROBLEM {2}permissions are missing: commands, im:write, .*\n +Add them/)
    expect(out).toMatch(
      /PROBLEM {2}the user groups S0ENGLEADS, S0FRONT could not be looked at: .*missing_scope/,
    )
    expect(out).toContain('There are 4 problems.')
  })

  it('says what is not there at all', async () => {
    const { code, out } = await belay(['doctor'], {
      BELAY_POLICY: 'nowhere.yml',
      DATABASE_URL: 'postgres://belay@127.0.0.1:1/belay',
    })
    expect(code).toBe(1)
    expect(out).toMatch(/SLACK_BOT_TOKEN +expected a bot token/)
    expect(out).toContain("PROBLEM  the policy nowhere.yml can't be used")
    expect(out).toContain("PROBLEM  the database can't be used")
  })

  it('greets the mail server and dials the webhook, and tells nobody anything', async () => {
    await using sandbox = await startSandbox()
    await using mail = await startMailServer()
    await using pager = await startReceiver()
    const beyond = `email: a@example.com, webhook: { url: "${pager.url}", secret: "${pager.secret}" }`
    const text = examplePolicy.replace('{ channel: C0ADMINS }', `{ channel: C0ADMINS, ${beyond} }`)
    await using file = await policyFile(text)
    const { out } = await doctor(sandbox, { BELAY_POLICY: file.path, SMTP_URL: mail.url })
    expect(out).toMatch(
      /ok +the mail server 127\.0\.0\.1:\d+, for e-mail from belay@127\.0\.0\.1 to a@example\.com/,
    )
    expect(out).toMatch(/ok +the fallback's webhook at 127\.0\.0\.1:\d+/)
    expect(out).toContain('Everything is in order.')
    expect([mail.arrived(), pager.received()]).toEqual([[], []])
    await pager[Symbol.asyncDispose]()
    const wrong = mail.url.replace('secret', 'hunter2')
    const bad = await doctor(sandbox, { BELAY_POLICY: file.path, SMTP_URL: wrong })
    expect(bad.out).toMatch(/PROBLEM {2}the mail server .* takes no e-mail from us: .*535/)
    expect(bad.out).toMatch(/PROBLEM {2}the fallback's webhook at .* can't be reached: .*ECONNREFUSED/)
    expect(bad.out).not.toContain('hunter2')
  })

  it('is told by Slack that the token is not valid', async () => {
    await using sandbox = await startSandbox()
    const { code, out } = await doctor(sandbox, { SLACK_BOT_TOKEN: 'xoxb-not-ours' })
    expect(code).toBe(1)
    expect(out).toMatch(/PROBLEM {2}Slack does not answer as it should: .*invalid_auth/)
    expect(out).not.toContain('xoxb-not-ours')
  })
})
