// Slack's `<!date^…>` formats, in the viewer's zone and relative to the sandbox's clock.

export interface Moment {
  now: number // seconds since 1970
  zone: string
}

const formats = new Map<string, Intl.DateTimeFormat>()
function parts(unix: number, zone: string, options: Intl.DateTimeFormatOptions): string {
  const name = zone + JSON.stringify(options)
  let format = formats.get(name)
  if (!format) formats.set(name, (format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone })))
  return format.format(new Date(unix * 1000))
}

/** The calendar day as a number, so that yesterday is today - 1 whatever the zone does at night. */
function day(unix: number, zone: string): number {
  const [date, month, year] = parts(unix, zone, { day: '2-digit', month: '2-digit', year: 'numeric' }).split(
    '/',
  )
  return Date.UTC(Number(year), Number(month) - 1, Number(date)) / 86_400_000
}

export const clockTime = (unix: number, zone: string): string =>
  parts(unix, zone, { hour: '2-digit', minute: '2-digit' })

export const isoDate = (unix: number, zone: string): string =>
  parts(unix, zone, { day: '2-digit', month: '2-digit', year: 'numeric' }).split('/').toReversed().join('-')

function near(unix: number, at: Moment): string | undefined {
  const names: Record<number, string> = { [-1]: 'yesterday', 0: 'today', 1: 'tomorrow' }
  return names[day(unix, at.zone) - day(at.now, at.zone)]
}

/** "2 hours ago", "in 3 days". */
export function ago(unix: number, now: number): string {
  const seconds = Math.round(unix - now)
  const steps: [number, Intl.RelativeTimeFormatUnit][] = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
  ]
  const [size, unit] = steps.find(([size]) => Math.abs(seconds) >= size) ?? [1, 'second' as const]
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.trunc(seconds / size), unit)
}

export function dayName(unix: number, at: Moment): string {
  const name = near(unix, at)
  if (name) return capital(name)
  return parts(unix, at.zone, { weekday: 'long', day: 'numeric', month: 'long' })
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

const TOKENS: Record<string, (unix: number, at: Moment) => string> = {
  date_num: (unix, { zone }) => isoDate(unix, zone),
  date_slash: (unix, { zone }) => isoDate(unix, zone).replaceAll('-', '/'),
  date: (unix, { zone }) => parts(unix, zone, { day: 'numeric', month: 'long', year: 'numeric' }),
  date_short: (unix, { zone }) => parts(unix, zone, { day: 'numeric', month: 'short', year: 'numeric' }),
  date_long: (unix, { zone }) =>
    parts(unix, zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
  date_long_full: (unix, at) => TOKENS['date_long']?.(unix, at) ?? '',
  date_pretty: (unix, at) => near(unix, at) ?? TOKENS['date']?.(unix, at) ?? '',
  date_short_pretty: (unix, at) => near(unix, at) ?? TOKENS['date_short']?.(unix, at) ?? '',
  date_long_pretty: (unix, at) => near(unix, at) ?? TOKENS['date_long']?.(unix, at) ?? '',
  day_divider_pretty: dayName,
  time: (unix, { zone }) => clockTime(unix, zone),
  time_secs: (unix, { zone }) => parts(unix, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  ago: (unix, { now }) => ago(unix, now),
}

/** The text of a date token, or undefined when the format has no placeholder that exists (show the fallback). */
export function formatDate(unix: number, format: string, at: Moment): string | undefined {
  if (!Number.isFinite(unix)) return undefined
  let known = false
  const text = format.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const token = Object.hasOwn(TOKENS, name) ? TOKENS[name] : undefined
    if (!token) return whole
    known = true
    return token(unix, at)
  })
  return known ? text : undefined
}

/** "2026-11-22T09:30" in a zone, as seconds since 1970: guess in UTC, then take off what the zone adds. */
export function unixIn(local: string, zone: string): number {
  const wanted = Date.parse(`${local}:00Z`) / 1000
  const shift = (unix: number) =>
    Date.parse(`${isoDate(unix, zone)}T${clockTime(unix, zone)}:00Z`) / 1000 - unix
  return wanted - shift(wanted - shift(wanted))
}

/** The full date for a tooltip. */
export const fullDate = (unix: number, zone: string): string =>
  parts(unix, zone, { dateStyle: 'full', timeStyle: 'long' })
