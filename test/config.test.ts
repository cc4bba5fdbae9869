import { describe, expect, it } from 'vitest'
import { formatConfigProblems, readConfig, readSettings } from '#config.ts'

const socket = { SLACK_BOT_TOKEN: 'xoxb-bot', SLACK_APP_TOKEN: 'xapp-app' }

const reportOf = (env: Record<string, string>) => {
  const read = readConfig(env)
  return read.ok ? 'no problems' : formatConfigProblems(read.problems)
}

describe('a good environment', () => {
  it('has a default for everything but Slack', () => {
    expect(readConfig(socket)).toEqual({
      ok: true,
      config: {
        databaseUrl: undefined,
        policy: 'belay.yml',
        sweep: '* * * * * *',
        port: 3000,
        logLevel: 'info',
        slack: {
          mode: 'socket',
          botToken: 'xoxb-bot',
          appToken: 'xapp-app',
          apiUrl: 'https://slack.com/api/',
        },
      },
    })
  })

  it('is HTTP mode without an app token', () => {
    const read = readConfig({ SLACK_BOT_TOKEN: 'xoxb-bot', SLACK_SIGNING_SECRET: 'signed' })
    expect(read).toMatchObject({ ok: true, config: { slack: { mode: 'http', signingSecret: 'signed' } } })
  })

  it('is Socket Mode with both', () => {
    const read = readConfig({ ...socket, SLACK_SIGNING_SECRET: 'signed' })
    expect(read).toMatchObject({ ok: true, config: { slack: { mode: 'socket' } } })
  })

  it('says everything', () => {
    const read = readConfig({
      ...socket,
      SLACK_API_URL: 'http://127.0.0.1:4000/api',
      DATABASE_URL: 'postgresql://belay@db:5432/belay',
      BELAY_POLICY: '/etc/belay/belay.yml',
      BELAY_SWEEP: '*/5 * * * * *',
      PORT: '0',
      LOG_LEVEL: 'debug',
      BELAY_HEARTBEAT_URL: 'https://ping.example/a-secret',
    })
    expect(read).toMatchObject({
      config: {
        heartbeatUrl: 'https://ping.example/a-secret',
        databaseUrl: 'postgresql://belay@db:5432/belay',
        policy: '/etc/belay/belay.yml',
        sweep: '*/5 * * * * *',
        port: 0,
        logLevel: 'debug',
        slack: { apiUrl: 'http://127.0.0.1:4000/api/' },
      },
    })
  })

  it('takes an empty variable as unset, and no spaces around a value', () => {
    const read = readConfig({ ...socket, SLACK_APP_TOKEN: ' xapp-app\n', PORT: '', DATABASE_URL: '  ' })
    expect(read).toMatchObject({
      ok: true,
      config: { port: 3000, databaseUrl: undefined, slack: { appToken: 'xapp-app' } },
    })
  })

  it.each([
    [{ SMTP_URL: 'smtps://belay%40example.com:p@mail.example.com' }, 'belay@example.com'],
    [{ SMTP_URL: 'smtp://belay:p@mail.example.com:587' }, 'belay@mail.example.com'],
    [{ SMTP_URL: 'smtp://mail.example.com', SMTP_FROM: 'alarm@example.com' }, 'alarm@example.com'],
  ])('sends e-mail as somebody whom the mail server knows: %o', (env, from) => {
    expect(readSettings(env)).toMatchObject({ settings: { smtp: { url: env.SMTP_URL, from } } })
  })

  it('needs no Slack for the command line', () => {
    expect(readSettings({ PORT: '8080' })).toMatchObject({ ok: true, settings: { port: 8080 } })
    expect(readSettings({ PORT: 'http' })).toMatchObject({ ok: false, problems: [{ name: 'PORT' }] })
  })
})

describe('a bad environment', () => {
  it('is told what is missing', () => {
    expect(reportOf({})).toBe(
      [
        'SLACK_BOT_TOKEN       expected a bot token that starts with xoxb-, got nothing',
        'SLACK_SIGNING_SECRET  expected a signing secret (HTTP mode), or SLACK_APP_TOKEN (Socket Mode), got nothing',
      ].join('\n'),
    )
  })

  it('is told everything at once', () => {
    const env = {
      SLACK_BOT_TOKEN: 'xapp-app',
      SLACK_APP_TOKEN: 'xoxb-bot',
      SLACK_API_URL: 'slack.com',
      DATABASE_URL: 'mysql://root@db/belay',
      BELAY_SWEEP: '*/10 * * * *',
      PORT: '70000',
      BELAY_HEARTBEAT_URL: 'ping.example/very-secret',
      SMTP_URL: 'smtp://mail:p%w@mail.example.com',
      SMTP_FROM: 'Belay <belay@example.com>',
      LOG_LEVEL: 'loud',
    }
    expect(reportOf(env)).toBe(
      [
        'SLACK_BOT_TOKEN      expected a bot token that starts with xoxb-, got one that starts with xapp-',
        'SLACK_API_URL        expected an http or https address, got "slack.com"',
        'SLACK_APP_TOKEN      expected an app-level token that starts with xapp-, got one that starts with xoxb-',
        'DATABASE_URL         expected a PostgreSQL address such as postgres://user@host:5432/belay, got one that starts with mysql://',
        'BELAY_SWEEP          expected a node-cron expression of six fields, the first of them seconds, got "*/10 * * * *"',
        'PORT                 expected a port from 0 (any free one) to 65535, got "70000"',
        'BELAY_HEARTBEAT_URL  expected an http or https address, without a password, got something else',
        'SMTP_URL             expected a mail server such as smtps://user:password@smtp.example.com, got one that starts with smtp://',
        'SMTP_FROM            expected an e-mail address such as belay@example.com, got "Belay <belay@example.com>"',
        'LOG_LEVEL            expected one of fatal, error, warn, info, debug, trace, silent, got "loud"',
      ].join('\n'),
    )
  })

  it.each(['-1', '3e3', '0x10', '80.5', '65536'])('has the port %s', (port) => {
    expect(reportOf({ ...socket, PORT: port })).toContain(`got "${port}"`)
  })

  it.each(['* * * * * 99', 'every second', '@hourly'])('has the sweep %s', (sweep) => {
    expect(reportOf({ ...socket, BELAY_SWEEP: sweep })).toContain(`got "${sweep}"`)
  })

  it('never shows a secret', () => {
    const report = reportOf({
      SLACK_BOT_TOKEN: 'hunter2',
      SLACK_APP_TOKEN: 'xoxp-hunter2',
      DATABASE_URL: 'http://belay:hunter2@db',
      SLACK_API_URL: 'ftp://belay:hunter2@slack',
      SMTP_URL: 'belay:hunter2@mail.example.com',
      LOG_LEVEL: 'xoxb-hunter2',
      BELAY_HEARTBEAT_URL: 'https://belay:hunter2@ping.example/',
    })
    expect(report.split('\n')).toHaveLength(7)
    expect(report).not.toContain('hunter2')
  })
})
