import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api'
import { minuteMs } from '../domain/time.ts'
import { describe } from './log.ts'

/** How far a rate limit or a broken line reaches. */
type Scope = 'channel' | 'method' | 'all'

/** What a failed call to Slack means for what it was to say. */
export type Outcome =
  /** Surely not sent: again after `afterMs`, and hold back everything in `scope` until then. */
  | { kind: 'retry'; afterMs: number; scope: Scope; why: string }
  /** Surely not sent, and never will be: somebody else has to be told. */
  | { kind: 'permanent'; why: string }
  /** Slack refuses us altogether. Nothing is lost: keep it, and try again more and more slowly. */
  | { kind: 'away'; why: string }
  /** It may have been sent: look before sending again. */
  | { kind: 'unsure'; why: string }
  /** The message that it was about cannot be changed or answered any more. */
  | { kind: 'gone'; why: string }

/** The `why` of whatever Slack asks us to say later. */
export const ratelimited = 'ratelimited'
/** Until Slack tells us otherwise. */
const limitedMs = 30_000
const unreachableMs = 1_000
/** Slack asks for a minute or less; whatever answers with more in its place is asked again after this long. */
export const limitedAtMostMs = 10 * minuteMs

type Verdict = 'permanent' | 'away' | 'gone' | 'limited'

/** Codes that say for certain that nothing was done. All others may come after the deed. */
const verdicts: Readonly<Record<Verdict, readonly string[]>> = {
  limited: ['ratelimited', 'rate_limited'],
  away: [
    'account_inactive',
    'invalid_auth',
    'not_allowed_token_type',
    'not_authed',
    'org_login_required',
    'team_disabled',
    'token_expired',
    'token_revoked',
    'user_removed_from_team',
  ],
  gone: [
    'cannot_reply_to_message',
    'cant_update_message',
    'edit_window_closed',
    'message_not_found',
    'thread_not_found',
  ],
  permanent: [
    'access_denied',
    'attachment_payload_limit_exceeded',
    'cannot_dm_bot',
    'channel_not_found',
    'ekm_access_denied',
    'enterprise_is_restricted',
    'invalid_arguments',
    'invalid_blocks',
    'invalid_blocks_format',
    'invalid_metadata_format',
    'invalid_metadata_schema',
    'invalid_user_combination',
    'is_archived',
    'is_inactive',
    'markdown_text_conflict',
    'message_limit_exceeded',
    'messages_tab_disabled',
    'metadata_must_be_sent_from_app',
    'metadata_too_large',
    'method_not_supported_for_channel_type',
    'missing_scope',
    'msg_blocks_too_long',
    'msg_too_long',
    'no_permission',
    'no_text',
    'not_enabled',
    'not_in_channel',
    'posting_to_channel_denied',
    'team_access_not_granted',
    'team_not_found',
    'too_many_attachments',
    'unknown_method',
    'user_disabled',
    'user_not_found',
    'user_not_in_channel',
    'user_not_visible',
  ],
}
const verdictOf = new Map(
  Object.entries(verdicts).flatMap(([verdict, codes]) =>
    codes.map((code) => [code, verdict as Verdict] as const),
  ),
)
/** Families that grow: Slack adds members without saying so. */
const permanentPrefixes = ['restricted_action', 'invalid_blocks', 'slack_connect_']

/** The line broke before Slack heard anything. */
const neverLeft = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
])
const tlsCode = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_OSSL_)/

/** Says what a failed call means. `method` is the one that was called: only posts are limited by channel. */
export function classify(error: unknown, method = 'chat.postMessage'): Outcome {
  if (error instanceof WebAPIRateLimitedError) return limited(error.retryAfter * 1000, method)
  if (error instanceof WebAPIPlatformError) return refused(error, method)
  if (error instanceof WebAPIHTTPError) return { kind: 'unsure', why: `HTTP ${error.statusCode}` }
  if (error instanceof WebAPIRequestError) return broken(error.original)
  if (isLimitedWithoutTime(error)) return limited(limitedMs, method)
  return { kind: 'unsure', why: describe(error) }
}

/** Errors that are counted under their own name, besides those that say for certain that nothing was done. */
const counted = new Set([
  'ECONNRESET',
  'UND_ERR_SOCKET',
  'fatal_error',
  'internal_error',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
  'timeout',
])

/** A code of Slack's that we know nothing of: it may be a refusal, or come after the deed. */
export function isUnknownCode(why: string): boolean {
  return /^[a-z]\w*$/.test(why) && !verdictOf.has(why) && !counted.has(why)
}

/** A failed call's error as a label of a metric: there are only so many, whatever Slack says. */
export function errorLabel(error: unknown, method: string): string {
  const { why } = classify(error, method)
  if (verdictOf.has(why) || neverLeft.has(why) || counted.has(why)) return why
  const status = /^HTTP ([1-5])\d\d$/.exec(why)?.[1]
  return status ? `http_${status}xx` : 'other'
}

function refused({ data }: WebAPIPlatformError, method: string): Outcome {
  const code = typeof data.error === 'string' ? data.error : ''
  // A 200 that is not JSON comes as an error whose code is the whole page.
  if (!/^\w{1,80}$/.test(code)) return { kind: 'unsure', why: 'an answer that is not Slack\u2019s' }
  const retryAfter = data.response_metadata?.retryAfter
  const verdict = verdictOf.get(code)
  if (verdict === 'limited') return limited(retryAfter === undefined ? limitedMs : retryAfter * 1000, method)
  if (verdict !== undefined) return { kind: verdict, why: code }
  if (permanentPrefixes.some((prefix) => code.startsWith(prefix))) return { kind: 'permanent', why: code }
  return { kind: 'unsure', why: code }
}

function limited(afterMs: number, method: string): Outcome {
  const scope = /^chat\.(post|schedule)/.test(method) ? 'channel' : 'method'
  return { kind: 'retry', afterMs: Math.min(afterMs, limitedAtMostMs), scope, why: ratelimited }
}

function broken(original: Error): Outcome {
  const code = codeOf(original)
  if (code !== undefined && (neverLeft.has(code) || tlsCode.test(code)))
    return { kind: 'retry', afterMs: unreachableMs, scope: 'all', why: code }
  return { kind: 'unsure', why: code ?? (original.name === 'TimeoutError' ? 'timeout' : describe(original)) }
}

/** Node tries several addresses and wraps what it met in an AggregateError. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause
  return codeOf(inner)
}

/** The SDK has no class for a 429 that does not say for how long. */
function isLimitedWithoutTime(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Retry header did not contain a valid timeout')
}
