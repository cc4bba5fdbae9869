import { z } from 'zod'
import { HoursSpec } from './hours.ts'
import { crossProblems } from './policy-checks.ts'
import { Channel, Email, Mention, Name, User, Word, listOrOne } from './policy-words.ts'
import { RotationSpec } from './rotation.ts'
import { Duration, TimeOfDay, TimeZone, Weekdays } from './time.ts'

function named<T extends z.ZodType>(what: string, value: T, description: string) {
  return z
    .record(Name, value)
    .refine((record) => Object.keys(record).length > 0, `expected at least one ${what}`)
    .meta({ description, minProperties: 1 })
}

/** What a severity promises, and how long an acknowledgement holds. Counted on its hours calendar. */
const SeverityTimes = z.strictObject({
  acknowledge: Duration.describe('until somebody has it; also how long a tier has, unless it says `wait`'),
  update: Duration.describe('until the customer hears the next time'),
  resolve: Duration.describe('until it is solved'),
  hours: z.string().describe('the hours calendar on which these times are counted, or `always`'),
  lapse: Duration.describe('how long an acknowledgement holds without activity'),
})
/** A severity and its times. Their order is the order of urgency. */
export type Severity = { name: string } & z.infer<typeof SeverityTimes>

/** One rung: a channel, and who is asked there. A tier that asks nobody by name only posts. */
const Tier = z.strictObject({
  channel: Channel.describe('the channel that is paged'),
  on_call: z
    .array(z.string())
    .default([])
    .describe('rotations whose person on call is mentioned and gets a direct message'),
  mention: z.array(Mention).default([]).describe('users and user groups that are mentioned'),
})
export type Tier = z.infer<typeof Tier>

const Wait = z
  .union([Duration, z.record(z.string(), Duration)])
  .describe(
    'how long this tier has before the next is paged: one duration, or one for each severity; default: the acknowledge of the severity',
  )

/** Ordered tiers, and how many rounds to go through them. */
const Policy = z.strictObject({
  tiers: z
    .array(z.strictObject({ tier: z.string().describe('name of a tier'), wait: Wait.optional() }))
    .min(1, 'expected at least one tier')
    .describe('who is paged, in this order'),
  rounds: z
    .int()
    .min(1, 'expected 1 or more')
    .default(1)
    .describe('how often to go through the tiers before the escalation is unanswered'),
  missed_promise: z
    .array(z.string())
    .default([])
    .describe('tiers to which a missed update or resolution is raised, one more for each miss'),
})

/** What a ticket must be like. All keys that are given must match, and of each any one value. */
const When = z.strictObject({
  plan: listOrOne(Word, "the customer's plan is one of these").optional(),
  severity: listOrOne(z.string(), 'the severity is one of these').optional(),
  tags: listOrOne(Word, 'the ticket has one of these tags').optional(),
  source: listOrOne(Word, 'the ticket comes from one of these sources').optional(),
  words: listOrOne(Word, 'the subject contains one of these words or phrases').optional(),
})

const Rule = z.strictObject({
  when: When.optional().describe('the condition; the last rule has none'),
  policy: z.string().describe('name of the policy that it starts'),
  severity: z.string().optional().describe('the severity it gets, whatever the ticket says'),
})
export type Rule = z.infer<typeof Rule>

const Digest = z.strictObject({
  channel: Channel.describe('the channel that gets the digest'),
  at: TimeOfDay.default('09:00').describe('the wall time at which it is sent'),
  days: Weekdays.default('Mon-Fri').describe('the days on which it is sent'),
  timezone: TimeZone.optional().describe("default: the policy's"),
})

const Fallback = z.strictObject({
  channel: Channel.describe('the channel that is told'),
  email: listOrOne(
    Email,
    'addresses that are told too, and that hear of pages which Slack does not take for a minute; needs SMTP_URL',
  ).optional(),
  webhook: z
    .strictObject({
      url: z
        .string()
        .refine(isWebAddress, 'expected an http or https address')
        .describe('where a request is sent to for each'),
      secret: z
        .string()
        .describe('whsec_ and base64, with which it is signed; ${NAME} is read from the environment'),
    })
    .optional()
    .describe('told as `email` is, by a signed HTTP request, such as a phone pager takes'),
})

function isWebAddress(text: string): boolean {
  return ['http:', 'https:'].includes(URL.parse(text)?.protocol ?? '')
}

/** The policy as people write it: its shape alone. `PolicyDocument` also checks what refers to what. */
export const WrittenPolicy = z
  .strictObject({
    timezone: TimeZone.describe('IANA time zone for hours, rotations and digests unless they name their own'),
    severities: named('severity', SeverityTimes, 'most urgent first'),
    hours: z.record(Name, HoursSpec).default({}).describe('hours calendars by name; `always` is built in'),
    rotations: z.record(Name, RotationSpec).default({}).describe('who is on call in turn, by name'),
    tiers: named('tier', Tier, 'one rung each: a channel, and who is asked there'),
    policies: named('policy', Policy, 'ordered tiers, by name'),
    rules: z
      .array(Rule)
      .min(1, 'expected at least one rule')
      .describe('which policy a ticket starts: the first match wins; only the last rule has no condition'),
    digest: Digest.optional().describe('the summary for managers'),
    fallback: Fallback.describe('told when a page cannot reach its own target, and when nobody answers'),
    admins: z.array(User).default([]).describe('Slack users who look after Belay'),
    sources: z
      .record(
        Name,
        z.strictObject({
          secret: z
            .string()
            .min(1, 'expected a secret')
            .describe('shared with the ticket system; ${NAME} is read from the environment'),
        }),
      )
      .default({})
      .describe('ticket systems that may send tickets, by name'),
  })
  .meta({
    title: 'A Belay policy',
    description: 'Who is paged, when, and what was promised to the customer.',
  })

/**
 * The policy document: who is paged, when, and what was promised to the customer. It is written with severities as a
 * record and parsed into a list, because their order is their urgency and PostgreSQL's jsonb forgets the order of keys.
 */
export const PolicyDocument = WrittenPolicy.superRefine((document, context) => {
  for (const { path, expected } of crossProblems(document)) {
    context.addIssue({ code: 'custom', path, message: `expected ${expected}` })
  }
}).transform(({ severities, ...rest }) => ({
  ...rest,
  severities: Object.entries(severities).map(severity),
}))
export type PolicyDocument = z.infer<typeof PolicyDocument>

function severity([name, times]: [string, z.infer<typeof SeverityTimes>]): Severity {
  return { name, ...times }
}

/**
 * What an open escalation keeps of the policy it started with. Its rotations are only for those that the policy of
 * today no longer has: people are live.
 */
export type PolicyVersion = Pick<
  PolicyDocument,
  'timezone' | 'severities' | 'hours' | 'rotations' | 'tiers' | 'policies'
>

export function versionOf(document: PolicyDocument): PolicyVersion {
  const { timezone, severities, hours, rotations, tiers, policies } = document
  return { timezone, severities, hours, rotations, tiers, policies }
}

/** JSON that is the same for equal values, whatever the order of their keys: what a hash is taken of. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

/** What the rules look at. `plan` is the customer's. */
export type RuleFacts = {
  source: string
  subject: string
  plan?: string | undefined
  severity?: string | undefined
  tags?: readonly string[] | undefined
}

/** What a ticket starts, and the rule (counted from 0) that said so. */
export type RuleChoice = { policy: string; severity: string; rule: number }

/**
 * The first rule that matches. A ticket that names no severity of this policy is judged, and opened, with the default
 * one. Text is compared without regard to upper and lower case.
 */
export function chooseRule(
  document: Pick<PolicyDocument, 'rules' | 'severities'>,
  ticket: RuleFacts,
): RuleChoice {
  const severity = severityNamed(document, ticket.severity) ?? defaultSeverity(document)
  const index = document.rules.findIndex(({ when }) => !when || matches(when, { ...ticket, severity }))
  const rule = document.rules[index]
  if (!rule) throw new RangeError('a policy without a last rule that has no condition was not checked')
  return { policy: rule.policy, severity: rule.severity ?? severity, rule: index }
}

function matches(when: NonNullable<Rule['when']>, ticket: RuleFacts): boolean {
  const subject = spaced(ticket.subject)
  return (
    isOneOf(when.plan, [ticket.plan ?? '']) &&
    isOneOf(when.severity, [ticket.severity ?? '']) &&
    isOneOf(when.tags, ticket.tags ?? []) &&
    isOneOf(when.source, [ticket.source]) &&
    (!when.words || when.words.some((words) => subject.includes(spaced(words))))
  )
}

function isOneOf(wanted: readonly string[] | undefined, found: readonly string[]): boolean {
  return !wanted || wanted.some((value) => found.some((other) => folded(other) === folded(value)))
}

function folded(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
}

/** `Can't pay: 502!` -> ` can t pay 502 `, in which a whole word or phrase is a plain substring. */
function spaced(text: string): string {
  return ` ${(folded(text).match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).join(' ')} `
}

/** The severity with this name as the policy spells it, in any case of letters; undefined when it has none. */
export function severityNamed(
  document: Pick<PolicyDocument, 'severities'>,
  name: string | undefined,
): string | undefined {
  return document.severities.find((severity) => folded(severity.name) === folded(name ?? ''))?.name
}

/** The severity of a ticket that names none: `normal` when the policy has it, else the least urgent. */
export function defaultSeverity(document: Pick<PolicyDocument, 'severities'>): string {
  return severityNamed(document, 'normal') ?? document.severities.at(-1)?.name ?? ''
}

/** How long a tier of a policy has before the next is paged; by default as long as the severity has to acknowledge. */
export function waitOf(
  document: Pick<PolicyDocument, 'severities' | 'policies'>,
  policy: string,
  tierIndex: number,
  severity: string,
): Duration {
  const wait = document.policies[policy]?.tiers[tierIndex]?.wait
  const own = typeof wait === 'string' ? wait : wait?.[severity]
  return own ?? severityTimes(document, severity).acknowledge
}

/** The times of a severity. Throws for a name that the policy does not have. */
export function severityTimes(document: Pick<PolicyDocument, 'severities'>, name: string): Severity {
  const found = document.severities.find((severity) => severity.name === name)
  if (!found) throw new RangeError(`the policy has no severity "${name}"`)
  return found
}

/** True when `a` stands above `b`. A severity that this policy does not have is less urgent than any that it has. */
export function isMoreUrgent(document: Pick<PolicyDocument, 'severities'>, a: string, b: string): boolean {
  const rank = (name: string) => {
    const index = document.severities.findIndex((severity) => severity.name === name)
    return index < 0 ? document.severities.length : index
  }
  return rank(a) < rank(b)
}
