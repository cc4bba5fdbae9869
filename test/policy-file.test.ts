import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { chooseRule, waitOf, type PolicyDocument } from '#domain/policy.ts'
import { formatProblems, parsePolicy } from '#policy-file.ts'

const atRoot = (path: string) => new URL(`../${path}`, import.meta.url).pathname

const env = { BELAY_WEBHOOK_SECRET: 'whsec_c2VjcmV0', BELAY_EMPTY: '' }
const example = await readFile(atRoot('belay.example.yml'), 'utf8')

/** The report about a text, or the policy that it is. */
function read(text: string): PolicyDocument | string {
  const policy = parsePolicy(text, env)
  return policy.ok ? policy.document : formatProblems('belay.yml', policy.problems)
}

function good(text: string): PolicyDocument {
  const policy = read(text)
  if (typeof policy === 'string') throw new Error(policy)
  return policy
}

/** The report about the example with one thing changed. */
const changed = (from: string, to: string) => read(example.replace(from, to))

describe('the example', () => {
  const policy = good(example)

  it('has severities, most urgent first', () => {
    expect(policy.severities.map(({ name }) => name)).toEqual(['critical', 'high', 'normal', 'low'])
    expect(policy.severities[1]).toEqual({
      name: 'high',
      acknowledge: '30m',
      update: '4h',
      resolve: '2d',
      hours: 'office',
      lapse: '4h',
    })
  })

  it('keeps hours, dates and rotations as they are written', () => {
    expect(policy.hours['office']?.open).toBe('08:30-12:30, 13:30-18:00')
    expect(policy.hours['office']?.holidays).toEqual(['2026-12-25', '2027-01-01'])
    expect(policy.rotations['engineers']).toMatchObject({ handoff: '10:00', timezone: 'America/New_York' })
  })

  it('has tiers that ask somebody, and one wait or one for each severity', () => {
    expect(policy.tiers['engineering']).toEqual({
      channel: 'C0ENG',
      on_call: ['engineers'],
      mention: ['S0ENGLEADS'],
    })
    expect(waitOf(policy, 'default', 0, 'normal')).toBe('2h')
    expect(waitOf(policy, 'default', 2, 'normal')).toBe('30m')
    expect(waitOf(policy, 'vip', 0, 'critical')).toBe('5m')
    expect(waitOf(policy, 'vip', 0, 'normal')).toBe('2h')
  })

  it('chooses the first rule that matches', () => {
    const choose = (facts: object) => chooseRule(policy, { source: 'generic', subject: 'Help', ...facts })
    expect(choose({ plan: 'enterprise', severity: 'high' })).toEqual({
      policy: 'vip',
      severity: 'high',
      rule: 0,
    })
    expect(choose({ plan: 'enterprise', severity: 'low' })).toMatchObject({ policy: 'default' })
    expect(choose({ tags: ['security'] })).toEqual({ policy: 'vip', severity: 'critical', rule: 1 })
    expect(choose({ plan: 'free' })).toEqual({ policy: 'default', severity: 'normal', rule: 2 })
  })

  it('reads the secret from the environment, outside of what escalations keep', () => {
    expect(policy.sources['generic']?.secret).toBe(env.BELAY_WEBHOOK_SECRET)
    const file = parsePolicy(example, env)
    expect(JSON.stringify(file.ok && file.version)).not.toContain('whsec')
  })

  it('names who is told', () => {
    expect(policy).toMatchObject({
      digest: { channel: 'C0MANAGERS', at: '09:00', days: 'Mon-Fri' },
      fallback: { channel: 'C0ADMINS' },
      admins: ['U0HEAD'],
    })
  })
})

describe('the hash', () => {
  const hashOf = (text: string) => {
    const policy = parsePolicy(text, env)
    return policy.ok ? policy.hash : formatProblems('belay.yml', policy.problems)
  }
  const hash = hashOf(example)

  it('is short', () => expect(hash).toMatch(/^[0-9a-f]{16}$/))

  it.each([
    ['a comment', '# A Belay policy', '# Our policy'],
    ['a rule', 'tags: [security]', 'tags: [secret]'],
    ['the fallback', 'C0ADMINS', 'C0OTHER'],
    ['the order of keys', 'acknowledge: 15m, update: 1h', 'update: 1h, acknowledge: 15m'],
  ])('stays with another %s', (_name, from, to) => expect(hashOf(example.replace(from, to))).toBe(hash))

  it.each([
    ['wait', 'wait: 30m', 'wait: 31m'],
    ['channel', 'C0ENG', 'C0OTHER'],
    ['order of severities', /( {2}critical:.*\n)( {2}high:.*\n)/, '$2$1'],
  ])('changes with another %s', (_name, from, to) => {
    expect(hashOf(example.replace(from, to))).toMatch(/^[0-9a-f]{16}$/)
    expect(hashOf(example.replace(from, to))).not.toBe(hash)
  })
})

describe('a fallback beyond Slack', () => {
  const beyond = `{ channel: C0ADMINS, email: oncall@example.com, webhook: { url: 'https://pager.example/x', secret: '\${PAGER}' } }`
  const secret = `whsec_${Buffer.from('twenty-four bytes or more').toString('base64')}`
  const read = (fallback: string, more: Record<string, string> = { SMTP_URL: 'smtp://127.0.0.1' }) => {
    const policy = parsePolicy(example.replace('{ channel: C0ADMINS }', fallback), {
      ...env,
      PAGER: secret,
      ...more,
    })
    return policy.ok ? policy.document.fallback : formatProblems('belay.yml', policy.problems).split('\n')
  }

  it('is one address or several, and a webhook', () => {
    const webhook = { url: 'https://pager.example/x', secret }
    expect(read(beyond)).toEqual({ channel: 'C0ADMINS', email: ['oncall@example.com'], webhook })
    const several = read('{ channel: C0ADMINS, email: [a@example.com, b@example.com] }')
    expect(several).toEqual({ channel: 'C0ADMINS', email: ['a@example.com', 'b@example.com'] })
  })

  it('needs a mail server for e-mail, and for nothing else', () => {
    expect(read(beyond, { SMTP_URL: ' ' })).toEqual([
      expect.stringMatching(
        /^belay.yml:48 +fallback.email +expected SMTP_URL to be set in the environment, for e-mail, got nothing$/,
      ),
    ])
    expect(read(beyond.replace('email: oncall@example.com, ', ''), {})).toMatchObject({ channel: 'C0ADMINS' })
  })

  it.each([
    ['oncall@example.com', 'oncall', 'fallback.email', 'an e-mail address such as oncall@example.com'],
    ['oncall@example.com', '[a@b.com, A <a@b.com>]', 'fallback.email[1]', 'an e-mail address such as'],
    ['oncall@example.com', '[a@b.com, a@b.com]', 'fallback.email[1]', 'each once, got "a@b.com" again'],
    ['oncall@example.com', '"a@b.com\\nBcc: c@d.com"', 'fallback.email', 'an e-mail address such as'],
    ['https://pager', 'ftp://pager', 'fallback.webhook.url', 'an http or https address, got something else'],
    ['${PAGER}', 'hunter2', 'fallback.webhook.secret', 'base64 of 24 bytes or more'],
    ['${PAGER}', 'whsec_aHVudGVyMg==', 'fallback.webhook.secret', 'base64 of 24 bytes or more'],
    ['${PAGER}', '${NO_PAGER}', 'fallback.webhook.secret', 'NO_PAGER to be set in the environment'],
    ['secret:', 'token: x, secret:', 'fallback.webhook.token', 'one of url, secret'],
  ])('%s -> %s', (from, to, path, expected) => {
    const report = read(beyond.replace(from, to)) as string[]
    expect(report).toHaveLength(1)
    expect(report[0]).toContain(`  ${path} `)
    expect(report[0]).toContain(expected)
    expect(report[0]).not.toMatch(/hunter2|aHVudGVyMg/)
  })
})

describe('a bad file', () => {
  it('is reported with everything that is wrong with it', async () => {
    const text = await readFile(atRoot('test/policy-file/everything-wrong.yml'), 'utf8')
    const report = read(text) as string
    await expect(`${report}\n`).toMatchFileSnapshot('policy-file/everything-wrong.txt')
    expect(report).not.toContain('hunter2')
    expect(report).not.toContain('aHVudGVyMg')
  })

  it.each([
    [
      'hours: office, lapse: 4h',
      'hours: offce, lapse: 4h',
      'belay.yml:7  severities.high.hours  expected the name of an hours calendar (office) or "always", got "offce" (did you mean "office"?)',
    ],
    [
      'timezone:',
      'timezon:',
      'belay.yml:3  timezone  expected an IANA time zone such as Europe/Brussels, got nothing\nbelay.yml:3  timezon   expected one of timezone, severities, hours, rotations, tiers, policies, rules, digest, fallback, admins, sources, got "timezon" (did you mean "timezone"?)',
    ],
    [
      '{ channel: C0ADMINS }',
      'C0ADMINS',
      'belay.yml:48  fallback  expected a map with channel, email, webhook, got "C0ADMINS"',
    ],
    [
      '[2026-12-25, 2027-01-01]',
      '2026-12-25',
      'belay.yml:15  hours.office.holidays  expected a list, got "2026-12-25"',
    ],
    [
      'rounds: 2 ',
      'rounds: two ',
      'belay.yml:32  policies.default.rounds  expected a whole number, got "two"',
    ],
    ['rounds: 2 ', 'rounds: 1.5 ', 'belay.yml:32  policies.default.rounds  expected a whole number, got 1.5'],
    [
      'BELAY_WEBHOOK_SECRET',
      'BELAY_EMPTY',
      'belay.yml:55  sources.generic.secret  expected BELAY_EMPTY to be set in the environment, got nothing',
    ],
    [
      '"${BELAY_WEBHOOK_SECRET}"',
      'whsec_not/base64!',
      'belay.yml:55  sources.generic.secret  expected whsec_ followed by base64 (Standard Webhooks), got something else',
    ],
    [
      'C0FRONT,',
      'xoxb-123,',
      "belay.yml:22  tiers.frontline.channel  expected a channel id such as C012AB3CD (at the end of the channel's details in Slack), got something else",
    ],
    [
      '[U0HEAD]\n',
      '[S0HEAD]\n',
      'belay.yml:52  admins[0]  expected a user id such as U012AB3CD, got "S0HEAD"',
    ],
    [
      '- { policy: default }',
      '',
      'belay.yml:43  rules[1].when  expected no condition on the last rule, so that every ticket starts a policy, got one',
    ],
  ])('%s -> %s', (from, to, report) => expect(changed(from, to)).toBe(report))

  it('is a path in another form of file', () => {
    expect(read('- a\n- b\n')).toMatch(
      /^belay.yml:1 {2}expected a map with timezone, severities, .*, got a list$/,
    )
    expect(read('policy')).toMatch(/got "policy"$/)
  })

  it.each([
    ['empty', ''],
    ['only comments', '# nothing yet\n'],
  ])('is %s', (_name, text) => expect(read(text)).toBe('belay.yml  expected a policy, got an empty file'))
})

describe('YAML', () => {
  it('reads times, dates and words without quotes as text, and a byte order mark as nothing', () => {
    const traps = example
      .replace('"09:00", days', '09:00, days')
      .replace('"08:30-12:30, 13:30-18:00"', '08:30-18:00')
      .replace('policies:\n', 'policies:\n  on: { tiers: [{ tier: frontline }] }\n')
      .replace('{ tags: [security] }', '{ tags: [off, yes, 2026-12-25, "12"] }')
    expect(good(`\uFEFF${traps}`)).toEqual(good(traps))
    expect(good(`%YAML 1.1\n---\n${traps}`)).toEqual(good(traps))
    expect(good(traps).digest?.at).toBe('09:00')
    expect(good(traps).rules[1]?.when?.tags).toEqual(['off', 'yes', '2026-12-25', '12'])
  })

  it('takes anchors and aliases, and points at the use of a wrong one', () => {
    const shared = example.replace('[frontline] }', '&front [frontline] }').replace('[engineers]', '*front')
    expect(good(shared).tiers['engineering']?.on_call).toEqual(['frontline'])
    const wrong = example.replace('wait: 30m', 'wait: &w [1m]').replace('wait: 10m', 'wait: *w')
    expect(read(wrong)).toBe(
      [
        'belay.yml:31  policies.default.tiers[2].wait  expected a duration such as 30s, 15m, 4h, 2d or 1w, or a map, got a list',
        'belay.yml:36  policies.vip.tiers[1].wait      expected a duration such as 30s, 15m, 4h, 2d or 1w, or a map, got a list',
      ].join('\n'),
    )
  })

  const nested = (depth: number) => `a: ${'['.repeat(depth)}${']'.repeat(depth)}\n`
  const times20 = (name: string) => `[${`*${name},`.repeat(20)}]`
  const bomb = `a: &a [x, x]\nb: &b ${times20('a')}\nc: &c ${times20('b')}\nd: ${times20('c')}\n`

  it.each([
    ['a tab', 'severities:\n\tcritical: 1\n', 'belay.yml:2  expected spaces for indentation, not tabs'],
    [
      'two documents',
      'a: 1\n---\nb: 2\n',
      'belay.yml:2  expected one YAML document, without a second one after ---',
    ],
    [
      'a colon too many',
      'timezone: a: b\n',
      'belay.yml:1  expected YAML: nested mappings are not allowed in compact mappings',
    ],
    [
      'an open bracket',
      'a: { b: 1\nc: 2\n',
      'belay.yml:2  expected YAML: flow map in block collection must be sufficiently indented and end with a }',
    ],
    ['a tag', 'timezone: !zone Europe/Brussels\n', 'belay.yml:1  expected a value without a YAML tag'],
    [
      'an alias of nothing',
      'a: *b\n',
      'belay.yml:1  expected YAML: Unresolved alias (the anchor must be set before the alias): b',
    ],
    ['aliases that multiply', bomb, 'belay.yml:1  expected at most 1000 uses of YAML anchors'],
    ['a deep nest', nested(5000), 'belay.yml:1  expected YAML that is not nested this deep'],
  ])('is refused with %s', (_name, text, report) => expect(read(text)).toBe(report))

  it('survives an alias of itself', () => {
    expect(read('timezone: &a { b: *a }\n')).toContain('timezone    expected an IANA time zone')
  })
})

describe('a duration that its calendar can not count', () => {
  it.each([
    [/(high: .*resolve: )2d/, 'severities.high.resolve'],
    [/(high: .*lapse: )4h/, 'severities.high.lapse'],
  ])('is reported at its path', (what, path) => {
    const report = read(example.replace(what, (_, before) => `${before}9000w`))
    expect(report).toContain(
      `${path}  expected a duration that its hours calendar comes to within five years, got "9000w"`,
    )
  })

  it('is reported at a tier that waits for so long, once', () => {
    const report = read(example.replace('- { tier: frontline }', '- { tier: frontline, wait: 9000w }'))
    expect(report).toMatch(
      /^belay.yml:\d+ +policies\.\w+\.tiers\[0\]\.wait +expected a duration that its hours/,
    )
    expect(report).not.toContain('\n')
  })
})
