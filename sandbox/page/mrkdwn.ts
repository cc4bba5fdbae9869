// Slack's mrkdwn, text -> tokens. Pure, so that node can test it; paint.ts makes the nodes.

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'bold' | 'italic' | 'strike'; children: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; url: string; children: Inline[] }
  | { kind: 'user' | 'channel' | 'usergroup'; id: string; label?: string }
  | { kind: 'broadcast'; range: string }
  | { kind: 'date'; unix: number; format: string; fallback: string; url?: string }
  | { kind: 'emoji'; name: string }
  | { kind: 'break' }

export type Piece =
  | { kind: 'lines'; children: Inline[] }
  | { kind: 'quote'; children: Inline[] }
  | { kind: 'pre'; text: string }

const SCHEMES = /^(https?:\/\/|mailto:|slack:\/\/)/i

/** A link the page may follow, or undefined: `javascript:`, `data:` and their kin stay text. */
export function safeUrl(url: string): string | undefined {
  const text = unescape(url).trim()
  // oxlint-disable-next-line no-control-regex -- browsers drop these inside a scheme, so no link may carry them
  return SCHEMES.test(text) && !/[\u0000-\u0020]/.test(text) ? text : undefined
}

export const unescape = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

export function parse(source: string): Piece[] {
  const pieces: Piece[] = []
  const parts = source.split(/```\n?([\s\S]*?)```/)
  parts.forEach((part, index) => {
    if (index % 2 === 1) pieces.push({ kind: 'pre', text: unescape(plain(part)).replace(/\n$/, '') })
    else if (part.trim() !== '' || parts.length === 1)
      pieces.push(...lines(trimBreaks(part, index, parts.length)))
  })
  return pieces
}

/** The line break around a code block belongs to the block. */
const trimBreaks = (part: string, index: number, count: number): string =>
  part.slice(
    index > 0 && part.startsWith('\n') ? 1 : 0,
    index < count - 1 && part.endsWith('\n') ? -1 : undefined,
  )

/** Inside a code block only links keep their label; nothing else is formatted. */
const plain = (text: string): string =>
  text.replaceAll(
    /<((?:https?|mailto|slack):[^|>]*)(?:\|([^>]*))?>/g,
    (_, url: string, label?: string) => label ?? url,
  )

function lines(text: string): Piece[] {
  const pieces: Piece[] = []
  let kind: 'lines' | 'quote' | undefined
  let held: string[] = []
  const flush = () => {
    if (kind) pieces.push({ kind, children: inline(held.join('\n')) })
    held = []
  }
  for (const line of text.split('\n')) {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line)
    const next = quoted ? 'quote' : 'lines'
    if (next !== kind) flush()
    kind = next
    held.push(quoted ? (quoted[1] ?? '') : line)
  }
  flush()
  return pieces
}

const STYLES: Record<string, 'bold' | 'italic' | 'strike'> = { '*': 'bold', _: 'italic', '~': 'strike' }

export function inline(text: string): Inline[] {
  const out: Inline[] = []
  let pending = ''
  const flush = () => {
    if (pending) out.push({ kind: 'text', text: unescape(pending) })
    pending = ''
  }
  let at = 0
  while (at < text.length) {
    const found = token(text, at)
    if (found) {
      flush()
      out.push(found.token)
      at = found.end
    } else {
      pending += text[at]
      at += 1
    }
  }
  flush()
  return out
}

interface Found {
  token: Inline
  end: number
}

function token(text: string, at: number): Found | undefined {
  const char = text[at] ?? ''
  if (char === '\n') return { token: { kind: 'break' }, end: at + 1 }
  if (char === '<') return angle(text, at)
  if (char === '`') return code(text, at)
  if (char === ':') return emojiName(text, at)
  const style = Object.hasOwn(STYLES, char) ? STYLES[char] : undefined
  return style && styled(text, at, style)
}

function code(text: string, at: number): Found | undefined {
  const end = text.indexOf('`', at + 1)
  const body = text.slice(at + 1, end)
  if (end < 0 || body.trim() === '' || body.includes('\n')) return undefined
  return { token: { kind: 'code', text: unescape(plain(body)) }, end: end + 1 }
}

function emojiName(text: string, at: number): Found | undefined {
  const found = /^:([a-z0-9_+-]{1,40}):(?::skin-tone-\d:)?/.exec(text.slice(at, at + 60))
  if (!found || wordBefore(text, at)) return undefined
  return { token: { kind: 'emoji', name: found[1] ?? '' }, end: at + found[0].length }
}

const WORD = /[\p{L}\p{N}]/u
const wordBefore = (text: string, at: number): boolean => at > 0 && WORD.test(text[at - 1] ?? '')

function styled(text: string, at: number, kind: 'bold' | 'italic' | 'strike'): Found | undefined {
  const mark = text[at] ?? ''
  if (wordBefore(text, at) || text[at - 1] === mark) return undefined
  if (/^\s?$/.test(text[at + 1] ?? '') || text[at + 1] === mark) return undefined
  const end = closing(text, at + 1, mark)
  if (end === undefined) return undefined
  return { token: { kind, children: inline(text.slice(at + 1, end)) }, end: end + 1 }
}

/** Where a style ends: on the same line, not inside a link or code, after no blank, before no letter. */
function closing(text: string, from: number, mark: string): number | undefined {
  for (let at = from; at < text.length && text[at] !== '\n'; at += 1) {
    const skipped = text[at] === '<' ? angle(text, at) : text[at] === '`' ? code(text, at) : undefined
    if (skipped) at = skipped.end - 1
    else if (text[at] === mark && !/\s/.test(text[at - 1] ?? ' ') && !WORD.test(text[at + 1] ?? ''))
      return at === from ? undefined : at
  }
  return undefined
}

function angle(text: string, at: number): Found | undefined {
  const end = text.indexOf('>', at)
  if (end < 0) return undefined
  const body = text.slice(at + 1, end)
  if (body === '' || /[<\n]/.test(body)) return undefined
  const found = reference(body)
  return found && { token: found, end: end + 1 }
}

function reference(body: string): Inline | undefined {
  const bar = body.indexOf('|')
  const target = bar < 0 ? body : body.slice(0, bar)
  const label = bar < 0 ? undefined : body.slice(bar + 1)
  const named = label ? { label: unescape(label) } : {}
  if (/^@[UWB]\w*$/.test(target)) return { kind: 'user', id: target.slice(1), ...named }
  if (/^#[CGD]\w*$/.test(target)) return { kind: 'channel', id: target.slice(1), ...named }
  if (target.startsWith('!')) return special(target.slice(1), label)
  const url = safeUrl(target)
  if (!url) return undefined
  return { kind: 'link', url, children: label ? inline(label) : [{ kind: 'text', text: bareUrl(url) }] }
}

const bareUrl = (url: string): string => url.replace(/^mailto:/i, '')

function special(body: string, label: string | undefined): Inline | undefined {
  const [name = '', ...rest] = body.split('^')
  if (/^(here|channel|everyone)$/.test(name)) return { kind: 'broadcast', range: name }
  if (name === 'subteam' && rest[0])
    return { kind: 'usergroup', id: rest[0], ...(label ? { label: unescape(label) } : {}) }
  if (name !== 'date' || rest.length < 2) return label ? { kind: 'text', text: unescape(label) } : undefined
  const url = rest[2] === undefined ? undefined : safeUrl(rest[2])
  return {
    kind: 'date',
    unix: Number(rest[0]),
    format: unescape(rest[1] ?? ''),
    fallback: unescape(label ?? ''),
    ...(url ? { url } : {}),
  }
}

/** The text alone, as a notification or a quotation shows it. */
export function flat(tokens: Inline[], name: (token: Inline) => string): string {
  return tokens
    .map((token) => {
      if (token.kind === 'text' || token.kind === 'code') return token.text
      if (token.kind === 'break') return ' '
      return 'children' in token ? flat(token.children, name) : name(token)
    })
    .join('')
}
