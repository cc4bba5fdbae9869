import { validate } from 'node-cron'
import { z } from 'zod'
import { emailAddress } from './domain/policy-words.ts'

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Everything but Slack's variables, which is all that the operator's command line needs. */
const Settings = z
  .object({
    DATABASE_URL: address('a PostgreSQL address such as postgres://user@host:5432/belay', [
      'postgres:',
      'postgresql:',
    ]).optional(),
    BELAY_POLICY: z.string().default('belay.yml'),
    BELAY_SWEEP: text('a node-cron expression of six fields, the first of them seconds', isSweep).default(
      '* * * * * *',
    ),
    PORT: text('a port from 0 (any free one) to 65535', isPort).transform(Number).default(3000),
    BELAY_HEARTBEAT_URL: text('an http or https address, without a password', isHeartbeat).optional(),
    SMTP_URL: text('a mail server such as smtps://user:password@smtp.example.com', isMailServer).optional(),
    SMTP_FROM: z.string().regex(emailAddress, 'an e-mail address such as belay@example.com').optional(),
    LOG_LEVEL: z.enum(logLevels, `one of ${logLevels.join(', ')}`).default('info'),
  })
  .transform((env) => ({
    /** Undefined: an embedded PostgreSQL. */
    databaseUrl: env.DATABASE_URL,
    /** Path of the policy file. */
    policy: env.BELAY_POLICY,
    /** When the sweep looks for what is due, as a node-cron expression with seconds. */
    sweep: env.BELAY_SWEEP,
    port: env.PORT,
    /** What is asked for after each healthy minute. A secret: whoever knows it can keep the alarm quiet. */
    ...(env.BELAY_HEARTBEAT_URL !== undefined && { heartbeatUrl: env.BELAY_HEARTBEAT_URL }),
    /** The mail server and whom e-mails come from. */
    ...(env.SMTP_URL !== undefined && { smtp: smtpOf(env.SMTP_URL, env.SMTP_FROM) }),
    logLevel: env.LOG_LEVEL,
  }))
export type Settings = z.infer<typeof Settings>

const slackVariables = {
  SLACK_BOT_TOKEN: text('a bot token that starts with xoxb-', startsWith('xoxb-')),
  SLACK_API_URL: address('an http or https address', ['http:', 'https:']).default('https://slack.com/api/'),
}

const SocketSlack = z
  .object({
    ...slackVariables,
    SLACK_APP_TOKEN: text('an app-level token that starts with xapp-', startsWith('xapp-')),
  })
  .transform((env) => ({
    mode: 'socket' as const,
    botToken: env.SLACK_BOT_TOKEN,
    appToken: env.SLACK_APP_TOKEN,
    apiUrl: withSlash(env.SLACK_API_URL),
  }))

const HttpSlack = z
  .object({
    ...slackVariables,
    SLACK_SIGNING_SECRET: z.string('a signing secret (HTTP mode), or SLACK_APP_TOKEN (Socket Mode)'),
  })
  .transform((env) => ({
    mode: 'http' as const,
    botToken: env.SLACK_BOT_TOKEN,
    signingSecret: env.SLACK_SIGNING_SECRET,
    apiUrl: withSlash(env.SLACK_API_URL),
  }))

/** How Belay talks to Slack: over a socket that it opens, or over HTTP requests that Slack signs. */
export type SlackConfig = z.infer<typeof SocketSlack> | z.infer<typeof HttpSlack>

/** The environment, checked: what the process needs to start. */
export type Config = Settings & { slack: SlackConfig }

/** One variable that is missing or malformed. `got` never shows a secret. */
export type ConfigProblem = { name: string; expected: string; got: string }

type Env = Readonly<Record<string, string | undefined>>

/** Reads the whole environment. All problems are reported at once; an empty variable counts as unset. */
export function readConfig(
  env: Env,
): { ok: true; config: Config } | { ok: false; problems: ConfigProblem[] } {
  const given = withoutBlanks(env)
  const slack = (given['SLACK_APP_TOKEN'] ? SocketSlack : HttpSlack).safeParse(given)
  const settings = Settings.safeParse(given)
  if (slack.success && settings.success) return { ok: true, config: { ...settings.data, slack: slack.data } }
  return { ok: false, problems: [...problemsOf(slack.error, given), ...problemsOf(settings.error, given)] }
}

/** Reads what works without Slack. */
export function readSettings(
  env: Env,
): { ok: true; settings: Settings } | { ok: false; problems: ConfigProblem[] } {
  const given = withoutBlanks(env)
  const { data, error } = Settings.safeParse(given)
  return data ? { ok: true, settings: data } : { ok: false, problems: problemsOf(error, given) }
}

/** One line for each problem: `PORT  expected a port …, got "http"`. */
export function formatConfigProblems(problems: readonly ConfigProblem[]): string {
  const width = Math.max(...problems.map(({ name }) => name.length))
  return problems
    .map(({ name, expected, got }) => `${name.padEnd(width)}  expected ${expected}, got ${got}`)
    .join('\n')
}

/** Spaces and line ends around a value come from copying it and from files that hold secrets. */
function withoutBlanks(env: Env): Env {
  const trimmed = Object.entries(env).map(([name, value]) => [name, value?.trim()] as const)
  return Object.fromEntries(trimmed.filter(([, value]) => value))
}

function problemsOf(error: z.ZodError | undefined, env: Env): ConfigProblem[] {
  return (error?.issues ?? []).map(({ path, message }) => {
    const name = String(path[0])
    return { name, expected: message, got: shown(name, env[name]) }
  })
}

/** The address of a database or a mail server may hold a password. How a token starts tells which one it is and gives nothing away. */
function shown(name: string, value: string | undefined): string {
  if (value === undefined) return 'nothing'
  if (!/TOKEN|SECRET|DATABASE|HEARTBEAT|SMTP_URL/.test(name) && !/:\/\/.*@|xox|xapp-/.test(value))
    return JSON.stringify(value.slice(0, 60))
  const prefix = /^(xox[a-z]-|xapp-|[a-z]{2,12}:\/\/)/.exec(value)?.[0]
  return prefix ? `one that starts with ${prefix}` : 'something else'
}

function text(expected: string, isValid: (value: string) => boolean) {
  return z.string(expected).refine(isValid, expected)
}

function address(expected: string, protocols: string[]) {
  return text(expected, (value) => protocols.includes(URL.parse(value)?.protocol ?? ''))
}

/** What is not a letter or digit of the user name and the password is written as in any address: `%40` for `@`. */
function isMailServer(value: string): boolean {
  const url = URL.parse(value)
  if (!url || !['smtp:', 'smtps:'].includes(url.protocol)) return false
  return url.hostname !== '' && !/%(?![0-9A-Fa-f]{2})/.test(url.username + url.password)
}

/** Mail servers take mail from whom they know, which is most often the user, by their address. */
function smtpOf(url: string, from: string | undefined) {
  const { username, hostname } = new URL(url)
  const user = decodeURIComponent(username)
  return { url, from: from ?? (emailAddress.test(user) ? user : `belay@${hostname}`) }
}

function startsWith(prefix: string) {
  return (value: string) => value.startsWith(prefix) && /^\S+$/.test(value) && value.length > prefix.length
}

/** Fetch takes no address that has a name or a password in it. */
function isHeartbeat(value: string): boolean {
  const url = URL.parse(value)
  return /^https?:$/.test(url?.protocol ?? '') && !url?.username && !url?.password
}

/** Five fields are valid for node-cron, but would look for what is due once a minute or less. */
function isSweep(expression: string): boolean {
  return expression.split(/\s+/).length === 6 && validate(expression)
}

function isPort(value: string): boolean {
  return /^\d{1,5}$/.test(value) && Number(value) <= 65_535
}

/** Slack's client appends method names to the address. */
function withSlash(address: string): string {
  return address.endsWith('/') ? address : `${address}/`
}
