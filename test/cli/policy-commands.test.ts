import { describe, expect, it, vi } from 'vitest'
import { belay } from './run.ts'

/** A process takes its time to start where many tests run at once. */
vi.setConfig({ testTimeout: 90_000 })

describe('belay', () => {
  it('says what it can do', async () => {
    const { code, out } = await belay(['--help'])
    expect(code).toBe(0)
    for (const command of ['check', 'simulate', 'explain', 'doctor', 'migrate', 'quarantine'])
      expect(out).toContain(command)
  })

  it('says what is wrong with how it was called', async () => {
    const { code, err } = await belay(['chek'])
    expect(code).toBe(1)
    expect(err).toContain("unknown command 'chek'")
    expect(err).toContain('Did you mean check?')
  })
})

describe('belay check', () => {
  it('sums a good policy up, with who is on call', async () => {
    const { code, out, err } = await belay(['check'])
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('belay.example.yml is a good policy.')
    expect(out).toContain('Severities: critical, high, normal, low')
    expect(out).toMatch(/frontline {4}C0FRONT {2}asks U0FRONT[123] \(on call, frontline\)/)
    expect(out).toMatch(/Digest: C0MANAGERS, next on \w{3} \d{4}-\d\d-\d\d 09:00/)
  })

  it('reports everything that is wrong, and ends with 2', async () => {
    const { code, out, err } = await belay(['check', 'test/policy-file/everything-wrong.yml'])
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/^test\/policy-file\/everything-wrong\.yml has \d+ problems\.\n/)
    expect(err).toMatch(/everything-wrong\.yml:\d+ .* expected /)
  })

  it('names the variables that the policy wants from the environment', async () => {
    const { code, err } = await belay(['check'], { BELAY_WEBHOOK_SECRET: '' })
    expect(code).toBe(2)
    expect(err).toContain('BELAY_WEBHOOK_SECRET')
  })

  it('does both for machines, too', async () => {
    const good = await belay(['check', '--json'])
    expect(JSON.parse(good.out)).toMatchObject({
      ok: true,
      timezone: 'Europe/Brussels',
      fallback: { channel: 'C0ADMINS' },
    })
    const bad = await belay(['check', 'nowhere.yml', '--json'])
    expect(bad.code).toBe(2)
    expect(JSON.parse(bad.out)).toMatchObject({ ok: false, problems: [{ got: 'no such file' }] })
  })
})

describe('belay simulate', () => {
  const saturday = ['simulate', '--at', '2026-11-28 03:00', '--plan', 'enterprise', '--severity', 'critical']

  it('says who would be paged on Saturday at 03:00', async () => {
    const { code, out, err } = await belay(saturday)
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain(
      'Rule 1 (plan: enterprise, severity: critical or high) starts policy vip with severity critical.',
    )
    const lines = out.split('\n').filter((line) => line.includes('page '))
    expect(lines[0]).toBe(
      '  Sat 2026-11-28 03:00  page 1, round 1: frontline in C0FRONT asks U0FRONT2 (on call); it has until Sat 2026-11-28 03:05',
    )
    expect(lines[1]).toContain(
      'Sat 2026-11-28 03:05  page 2, round 1: engineering in C0ENG asks U0ENG2 (on call), S0ENGLEADS',
    )
    expect(lines.at(-1)).toContain('to the fallback C0ADMINS: nobody answered; mentions U0HEAD')
    expect(out).toContain('acknowledge          by Sat 2026-11-28 03:15  15m (always)')
  })

  it('says it to machines', async () => {
    const { out } = await belay([...saturday, '--json'])
    const told = JSON.parse(out) as { steps: { at: string; event: { kind: string } }[] }
    expect(told).toMatchObject({ rule: 1, policy: 'vip', severity: 'critical', endedUnanswered: true })
    expect(told.steps[0]).toMatchObject({
      at: '2026-11-28T02:00:00.000Z',
      event: { kind: 'paged', number: 1 },
    })
  })

  it('counts working hours, and takes tags', async () => {
    const friday = await belay(['simulate', '--severity', 'normal', '--at', '2026-11-27T16:00:00Z'])
    expect(friday.out).toContain('it has until Mon 2026-11-30 09:30')
    const security = await belay(['simulate', '--tag', 'billing', '--tag', 'security', '--subject', 'A leak'])
    expect(security.out).toContain('Rule 2 (tags: security) starts policy vip with severity critical.')
  })

  it.each([
    [['--at', 'someday'], '--at "someday" is not an instant: expected "2026-11-28 03:00"'],
    [
      ['--severity', 'urgnt'],
      'The policy has no severity "urgnt": expected one of critical, high, normal, low.',
    ],
    [['--policy-file', 'nowhere.yml'], 'nowhere.yml  expected a policy file that can be read'],
  ])('explains what it can not do with %s', async (args, sentence) => {
    const { code, out, err } = await belay(['simulate', ...args])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(sentence)
  })
})
