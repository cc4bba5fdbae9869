import { format } from 'node:util'
import { LogLevel, type Logger as SlackLogger } from '@slack/web-api'
import type { Logger } from 'pino'

const longest = 500

/** What is secret by its shape: tokens, tickets of sockets, addresses that answer for us, signatures. */
const secretShapes: readonly [RegExp, string][] = [
  [/\b(xox[a-z]|xapp|xoxe\.xox[a-z])-[\w-]+/g, '$1-…'],
  [/\b(Bearer\s+)[^\s"',]+/gi, '$1…'],
  [/\b(ticket=)[^&\s"']+/gi, '$1…'],
  [/(hooks\.slack\.com\/)[^\s"'<>]+/gi, '$1…'],
  [/("(?:\w*token|client_secret|signing_secret|response_url|trigger_id)"\s*:\s*")[^"]*/gi, '$1…'],
  [/\b(v0=)[0-9a-f]{16,}/gi, '$1…'],
]

/** The text without anything that could be used against us. */
export function redact(text: string): string {
  return secretShapes.reduce((clean, [shape, instead]) => clean.replace(shape, instead), text)
}

/**
 * Slack's SDKs write their logs to pino. What they print above debug is text of their own and the names of errors, never an
 * object: those are payloads, and payloads are customers' words. With `most` set to debug nothing is written above debug.
 */
export function slackLogger(logger: Logger, most?: 'debug'): SlackLogger {
  const write = (level: 'info' | 'warn' | 'error') => (parts: unknown[]) => {
    logger[most ?? level](parts.map(brief).filter(Boolean).join(' '))
  }
  const [info, warn, error] = [write('info'), write('warn'), write('error')]
  return {
    debug: (...parts: unknown[]) => {
      if (logger.isLevelEnabled('debug')) logger.debug(redact(parts.map(whole).join(' ')))
    },
    info: (...parts: unknown[]) => info(parts),
    warn: (...parts: unknown[]) => warn(parts),
    error: (...parts: unknown[]) => error(parts),
    // The SDKs would turn the level down for everybody.
    setLevel: () => undefined,
    setName: () => undefined,
    getLevel: () => levelOf(logger),
  }
}

/** An error in one line: its name, its message and its causes. */
export function describe(error: unknown): string {
  const said: string[] = []
  for (let at = error; at instanceof Error && said.length < 4; at = at.cause) {
    const code = 'code' in at && typeof at.code === 'string' ? ` (${at.code})` : ''
    // A failed query's message lists its parameters, which are what people wrote. Its cause says what went wrong.
    const message = 'params' in at ? 'a query failed' : at.message
    if (message) said.push(`${message}${code}`)
  }
  return cut(redact(said.length > 0 ? said.join(': ') : nameOf(error)))
}

function nameOf(error: unknown): string {
  if (error instanceof Error) return error.name
  return typeof error === 'string' ? error : 'unknown error'
}

function brief(part: unknown): string {
  if (part instanceof Error) return `${part.name}: ${describe(part)}`
  return typeof part === 'object' ? '' : cut(redact(format('%s', part)))
}

function whole(part: unknown): string {
  if (part instanceof Error) return part.stack ?? part.message
  return typeof part === 'object' ? JSON.stringify(part) : format('%s', part)
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

function levelOf(logger: Logger): LogLevel {
  if (logger.isLevelEnabled('debug')) return LogLevel.DEBUG
  if (logger.isLevelEnabled('info')) return LogLevel.INFO
  return logger.isLevelEnabled('warn') ? LogLevel.WARN : LogLevel.ERROR
}
