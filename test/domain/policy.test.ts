import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canonical,
  chooseRule,
  defaultSeverity,
  isMoreUrgent,
  PolicyDocument,
  versionOf,
  waitOf,
  type RuleFacts,
} from '#domain/policy.ts'

type Written = Record<string, unknown>

const times = (acknowledge: string) => ({
  acknowledge,
  update: '1h',
  resolve: '1d',
  hours: 'always',
  lapse: '1h',
})

const written: Written = {
  timezone: 'Europe/Brussels',
  severities: { urgent: times('5m'), normal: times('1h'), low: times('1d') },
  tiers: { first: { channel: 'C0FIRST' }, boss: { channel: 'C0BOSS', mention: ['U0BOSS'] } },
  policies: {
    default: { tiers: [{ tier: 'first' }, { tier: 'boss', wait: '30m' }] },
    vip: { tiers: [{ tier: 'boss', wait: { urgent: '1m' } }], rounds: 2 },
  },
  rules: [{ policy: 'default' }],
  fallback: { channel: 'C0ADMINS' },
}

const policy = (changes: Written = {}) => PolicyDocument.parse({ ...written, ...changes })

const ticket: RuleFacts = { source: 'generic', subject: 'Checkout is down' }

/** Which policy a rule with this condition gives the ticket: `vip` when it matches. */
const chosenWhen = (when: Written, changes: Partial<RuleFacts>) =>
  chooseRule(policy({ rules: [{ when, policy: 'vip' }, { policy: 'default' }] }), { ...ticket, ...changes })
    .policy

describe('the document', () => {
  it('keeps the order of severities where PostgreSQL forgets the order of keys', () => {
    expect(policy().severities.map(({ name }) => name)).toEqual(['urgent', 'normal', 'low'])
    expect(policy().severities[0]).toEqual({ name: 'urgent', ...times('5m') })
  })

  it('fills in what may be left out', () => {
    expect(policy()).toMatchObject({ hours: {}, rotations: {}, admins: [], sources: {} })
    expect(policy().tiers['first']).toEqual({ channel: 'C0FIRST', on_call: [], mention: [] })
    expect(policy().policies['default']).toMatchObject({ rounds: 1, missed_promise: [] })
    expect(policy({ digest: { channel: 'C0MANAGERS' } }).digest).toEqual({
      channel: 'C0MANAGERS',
      at: '09:00',
      days: 'Mon-Fri',
    })
  })

  it('takes one value where it takes a list', () => {
    const rules = [{ when: { plan: 'gold', words: ['down'] }, policy: 'vip' }, { policy: 'default' }]
    expect(policy({ rules }).rules[0]?.when).toEqual({ plan: ['gold'], words: ['down'] })
  })
})

describe('what a schema of shapes cannot see', () => {
  const problemsOf = (changes: Written) =>
    PolicyDocument.safeParse({ ...written, ...changes }).error?.issues.map(({ path }) => path.join('.')) ?? []

  it.each<[string, Written, string[]]>([
    [
      'an unknown calendar',
      { severities: { urgent: { ...times('1m'), hours: 'office' } } },
      ['severities.urgent.hours'],
    ],
    [
      'a calendar that only JavaScript knows',
      { severities: { urgent: { ...times('1m'), hours: 'constructor' } } },
      ['severities.urgent.hours'],
    ],
    [
      'a severity twice',
      { severities: { ...(written['severities'] as Written), LOW: times('1m') } },
      ['severities.LOW'],
    ],
    [
      'a calendar called always',
      { hours: { always: { days: 'Mon-Fri', open: '09:00-17:00' } } },
      ['hours.always'],
    ],
    [
      'an unknown rotation, a mention twice',
      {
        tiers: {
          ...(written['tiers'] as Written),
          more: { channel: 'C0MORE', on_call: ['nobody'], mention: ['U0A', 'U0A'] },
        },
      },
      ['tiers.more.on_call.0', 'tiers.more.mention.1'],
    ],
    [
      'unknown tiers and a wait for an unknown severity',
      {
        policies: {
          default: { tiers: [{ tier: 'second', wait: { medium: '1m' } }], missed_promise: ['boss', 'chief'] },
        },
      },
      [
        'policies.default.tiers.0.tier',
        'policies.default.tiers.0.wait.medium',
        'policies.default.missed_promise.1',
      ],
    ],
    [
      'a rule for an unknown policy, severity and condition',
      {
        rules: [
          { when: { severity: ['urgent', 'medium'] }, policy: 'gold', severity: 'top' },
          { policy: 'default' },
        ],
      },
      ['rules.0.policy', 'rules.0.severity', 'rules.0.when.severity.1'],
    ],
    ['a last rule with a condition', { rules: [{ when: { plan: 'a' }, policy: 'vip' }] }, ['rules.0.when']],
    [
      'a rule that hides the rules below it',
      { rules: [{ when: {}, policy: 'vip' }, { policy: 'default' }] },
      ['rules.0'],
    ],
    ['an admin twice', { admins: ['U0A', 'U0B', 'U0A'] }, ['admins.2']],
    [
      'a secret of the wrong form',
      { sources: { generic: { secret: 'hunter2' } } },
      ['sources.generic.secret'],
    ],
    ['nothing where something is needed', { policies: {}, rules: [] }, ['policies', 'rules']],
  ])('%s', (_name, changes, paths) => {
    expect(problemsOf(changes)).toEqual(paths)
  })
})

describe('the choice of a rule', () => {
  it.each<[string, Written, Partial<RuleFacts>, string]>([
    ['the plan', { plan: 'Enterprise' }, { plan: 'enterprise ' }, 'vip'],
    ['another plan', { plan: 'enterprise' }, { plan: 'free' }, 'default'],
    ['no plan', { plan: 'enterprise' }, {}, 'default'],
    ['any of several tags', { tags: ['security', 'payments'] }, { tags: ['eu', 'Payments'] }, 'vip'],
    ['the source', { source: 'slack' }, { source: 'slack' }, 'vip'],
    ['the severity', { severity: 'urgent' }, { severity: 'Urgent' }, 'vip'],
    ['the default severity of a ticket without one', { severity: 'normal' }, {}, 'vip'],
    ['all keys together', { plan: 'gold', tags: 'eu' }, { plan: 'gold', tags: ['us'] }, 'default'],
    ['a word', { words: 'down' }, { subject: 'Checkout is DOWN!' }, 'vip'],
    ['a phrase over other spacing', { words: 'data  loss' }, { subject: 'Possible data-loss (EU)' }, 'vip'],
    ['no part of a word', { words: 'down' }, { subject: 'Where do I download it?' }, 'default'],
    ['an accent written in two ways', { words: 'réseau' }, { subject: 'Panne de re\u0301seau' }, 'vip'],
    ['a word of another script', { words: 'оплата' }, { subject: 'Не проходит Оплата' }, 'vip'],
  ])('%s', (_name, when, changes, chosen) => {
    expect(chosenWhen(when, changes)).toBe(chosen)
  })

  it('takes the severity of the rule, else of the ticket, else the default', () => {
    const rules = [{ when: { tags: 'security' }, policy: 'vip', severity: 'urgent' }, { policy: 'default' }]
    const choose = (changes: Partial<RuleFacts>) => chooseRule(policy({ rules }), { ...ticket, ...changes })
    expect(choose({ tags: ['security'], severity: 'low' })).toEqual({
      policy: 'vip',
      severity: 'urgent',
      rule: 0,
    })
    expect(choose({ severity: 'LOW' })).toEqual({ policy: 'default', severity: 'low', rule: 1 })
    expect(choose({ severity: 'sev1' }).severity).toBe('normal')
    expect(choose({}).severity).toBe('normal')
  })

  it('has the least urgent severity as the default where there is no normal one', () => {
    expect(defaultSeverity(policy({ severities: { urgent: times('1m'), p2: times('1h') } }))).toBe('p2')
  })

  const value = fc.constantFrom('a', 'b', 'c')
  const when = fc.record(
    { plan: fc.array(value, { minLength: 1 }), tags: fc.array(value, { minLength: 1 }), source: value },
    { requiredKeys: ['plan'] },
  )
  const facts = fc.record({ source: value, plan: value, tags: fc.array(value), subject: fc.string() })

  it('is the first of the rules that would match alone', () => {
    fc.assert(
      fc.property(fc.array(when, { maxLength: 6 }), facts, (conditions, facts) => {
        const rules = [...conditions.map((when) => ({ when, policy: 'vip' })), { policy: 'default' }]
        const alone = conditions.findIndex((when) => chosenWhen(when, facts) === 'vip')
        expect(chooseRule(policy({ rules }), facts).rule).toBe(alone < 0 ? conditions.length : alone)
      }),
    )
  })

  it('gives every ticket a policy and a severity of the document', () => {
    const anything = fc.record({
      source: fc.string(),
      subject: fc.string({ unit: 'binary' }),
      plan: fc.option(fc.string(), { nil: undefined }),
      severity: fc.option(fc.string(), { nil: undefined }),
      tags: fc.array(fc.string()),
    })
    const document = policy()
    fc.assert(
      fc.property(anything, (facts) => {
        const chosen = chooseRule(document, facts)
        expect(chosen.policy).toBe('default')
        expect(['urgent', 'normal', 'low']).toContain(chosen.severity)
      }),
    )
  })

  it('finds a phrase between any other words', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/)
    const words = fc.array(word, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(words, words, words, (before, phrase, after) => {
        const subject = `${before.join(' ')}, ${phrase.join(' ').toUpperCase()}: ${after.join(' ')}`
        expect(chosenWhen({ words: phrase.join(' ') }, { subject })).toBe('vip')
        expect(chosenWhen({ words: `${phrase.join(' ')}1` }, { subject })).toBe('default')
      }),
    )
  })
})

describe('severities', () => {
  it('gives a tier its own wait, else the acknowledge of the severity', () => {
    expect(waitOf(policy(), 'default', 0, 'urgent')).toBe('5m')
    expect(waitOf(policy(), 'default', 1, 'urgent')).toBe('30m')
    expect(waitOf(policy(), 'vip', 0, 'urgent')).toBe('1m')
    expect(waitOf(policy(), 'vip', 0, 'low')).toBe('1d')
    expect(() => waitOf(policy(), 'vip', 0, 'sev1')).toThrow('the policy has no severity "sev1"')
  })

  it('compares urgency by the order of the file', () => {
    expect(isMoreUrgent(policy(), 'urgent', 'low')).toBe(true)
    expect(isMoreUrgent(policy(), 'low', 'urgent')).toBe(false)
    expect(isMoreUrgent(policy(), 'normal', 'normal')).toBe(false)
    expect(isMoreUrgent(policy(), 'low', 'gone')).toBe(true)
    expect(isMoreUrgent(policy(), 'gone', 'low')).toBe(false)
  })
})

describe('the version that an escalation keeps', () => {
  it('has no secrets, rules or people to tell', () => {
    const sources = { generic: { secret: 'whsec_c2VjcmV0' } }
    expect(Object.keys(versionOf(policy({ sources })))).toEqual([
      'timezone',
      'severities',
      'hours',
      'rotations',
      'tiers',
      'policies',
    ])
  })

  it('has one text, whatever the order of keys', () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned)
      if (value === null || typeof value !== 'object') return value
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, part]) => [key, turned(part)]),
      )
    }
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonical(turned(value))).toBe(canonical(value))
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})
