import type { TimeZone } from '../domain/time.ts'
import { shownTime } from '../domain/shown-time.ts'

/** A sentence made for Slack, for a terminal: times in a zone, names without their tokens, text as it was written. */
export function plainly(mrkdwn: string, zone: TimeZone): string {
  return mrkdwn
    .replaceAll(/<!date\^(\d+)\^[^>]*>/g, (_, seconds: string) =>
      shownTime(new Date(Number(seconds) * 1000), zone),
    )
    .replaceAll(/<(https?:[^|>]*)\|([^>]*)>/g, '$2 ($1)')
    .replaceAll(/<(?:!subteam\^|[#@!])([^|>]*)(?:\|[^>]*)?>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
