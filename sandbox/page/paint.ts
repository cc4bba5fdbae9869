// Tokens -> nodes. Text is always set as text, so whatever a customer typed stays text.
import { h, type Child } from './dom.ts'
import { emoji } from './emoji.ts'
import { formatDate, fullDate, type Moment } from './dates.ts'
import { flat, parse, unescape, type Inline } from './mrkdwn.ts'

/** Who and what the ids in a text stand for, seen by `me` at this moment. */
export interface Scene {
  at: Moment
  me: string
  userName(id: string): string | undefined
  channelName(id: string): string | undefined
  groupName(id: string): string | undefined
}

export function paintMrkdwn(text: string, scene: Scene): Node[] {
  return parse(text).map((piece) => {
    if (piece.kind === 'pre') return h('pre', { class: 'pre' }, piece.text)
    const children = paintInline(piece.children, scene)
    return piece.kind === 'quote'
      ? h('blockquote', { class: 'quote' }, children)
      : h('div', { class: 'lines' }, children)
  })
}

export function paintInline(tokens: Inline[], scene: Scene): Child[] {
  return tokens.map((token) => paintToken(token, scene))
}

function paintToken(token: Inline, scene: Scene): Child {
  switch (token.kind) {
    case 'text':
      return token.text
    case 'break':
      return h('br')
    case 'bold':
      return h('strong', null, paintInline(token.children, scene))
    case 'italic':
      return h('em', null, paintInline(token.children, scene))
    case 'strike':
      return h('s', null, paintInline(token.children, scene))
    case 'code':
      return h('code', null, token.text)
    case 'link':
      return link(token.url, paintInline(token.children, scene))
    case 'emoji':
      return paintEmoji(token.name)
    case 'date':
      return paintDate(token, scene)
    case 'user':
    case 'usergroup':
    case 'broadcast':
    case 'channel':
    default:
      return mention(token, scene)
  }
}

export const link = (url: string, children: Child): HTMLElement =>
  h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, children)

export function paintEmoji(name: string): Child {
  const char = emoji(name)
  return char
    ? h('span', { class: 'emoji', role: 'img', 'aria-label': name, title: `:${name}:` }, char)
    : `:${name}:`
}

function paintDate(token: Inline & { kind: 'date' }, scene: Scene): Child {
  const text = formatDate(token.unix, token.format, scene.at)
  if (text === undefined) return token.fallback
  const time = h(
    'time',
    { datetime: new Date(token.unix * 1000).toISOString(), title: fullDate(token.unix, scene.at.zone) },
    text,
  )
  return token.url ? link(token.url, time) : time
}

type Mention = Inline & { kind: 'user' | 'usergroup' | 'broadcast' | 'channel' }

function mention(token: Mention, scene: Scene): HTMLElement {
  const text = mentionText(token, scene)
  if (token.kind === 'channel')
    return h('a', { class: 'mention', href: `#/${scene.me}/${token.id}`, 'data-channel': token.id }, text)
  const mine = token.kind === 'broadcast' || (token.kind === 'user' && token.id === scene.me)
  const id = token.kind === 'broadcast' ? token.range : token.id
  return h('span', { class: mine ? 'mention mention-me' : 'mention', 'data-mention': id }, text)
}

function mentionText(token: Mention, scene: Scene): string {
  if (token.kind === 'broadcast') return `@${token.range}`
  const label = token.label
  if (token.kind === 'user') return `@${scene.userName(token.id) ?? label ?? token.id}`
  if (token.kind === 'channel') return `#${scene.channelName(token.id) ?? label ?? 'private-channel'}`
  return `@${scene.groupName(token.id) ?? label?.replace(/^@/, '') ?? token.id}`
}

/** One line of text, for strips, quotations and labels. */
export function flatText(text: string, scene: Scene): string {
  const name = (token: Inline): string => {
    if (token.kind === 'emoji') return emoji(token.name) ?? `:${token.name}:`
    if (token.kind === 'date') return formatDate(token.unix, token.format, scene.at) ?? token.fallback
    if (
      token.kind === 'user' ||
      token.kind === 'channel' ||
      token.kind === 'usergroup' ||
      token.kind === 'broadcast'
    )
      return mentionText(token, scene)
    return ''
  }
  return parse(text)
    .map((piece) => (piece.kind === 'pre' ? piece.text : flat(piece.children, name)))
    .join(' ')
}

/** A plain_text object: entities and, unless it says otherwise, emoji. */
export function paintPlain(text: string, withEmoji = true): Child[] {
  if (!withEmoji) return [unescape(text)]
  return text
    .split(/(:[a-z0-9_+-]{1,40}:)/)
    .map((part, index) => (index % 2 ? paintEmoji(part.slice(1, -1)) : unescape(part)))
}
export const plainText = (text: string): string =>
  unescape(text).replaceAll(/:([a-z0-9_+-]{1,40}):/g, (whole, name: string) => emoji(name) ?? whole)
