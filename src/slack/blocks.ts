import type {
  ActionsBlock,
  ActionsBlockElement,
  Button,
  ContextBlock,
  HeaderBlock,
  HomeView,
  InputBlock,
  KnownBlock,
  ModalView,
  MrkdwnElement,
  Overflow,
  PlainTextElement,
  PlainTextOption,
  SectionBlock,
} from '@slack/types'
import type { Actor } from '../domain/escalation.ts'
import { minuteMs } from '../domain/time.ts'

/**
 * The Block Kit dialect we speak. Every builder cuts to Slack's limit, so that no view can forget; what people wrote
 * enters mrkdwn through `said`, `inline` or `quoted` only. Slack does not say whether it counts code points or UTF-16
 * units: lengths here are UTF-16 units, which are never fewer, so the result fits either way.
 */
export type Message = { text: string; blocks: KnownBlock[] }

/** Slack's limits, some with a margin. Held against data of the platform by the gallery's tests. */
export const limits = {
  messageText: 3900,
  messageBlocks: 50,
  viewBlocks: 100,
  text: 2900,
  field: 1900,
  header: 150,
  contextElements: 10,
  fields: 10,
  actions: 25,
  buttonText: 75,
  buttonValue: 2000,
  url: 3000,
  optionText: 75,
  optionValue: 75,
  options: 100,
  overflowOptions: 5,
  placeholder: 150,
  label: 150,
  hint: 500,
  inputText: 3000,
  viewTitle: 24,
  metadata: 3000,
} as const

/** Cut to at most `max`, with an ellipsis; never inside a surrogate pair, an escape (`&amp;`) or a token (`<!date…>`). */
export function clamp(text: string, max: number): string {
  if (text.length <= max) return text
  const cut = text.slice(0, max - 1)
  const whole = cut
    .replace(/[\uD800-\uDBFF]$/, '')
    .replace(/<[^>]*$/, '')
    .replace(/&[a-z]{0,4}$/, '')
  return `${whole.trimEnd()}…`
}

/** Characters that nobody sees but that garble or reorder what stands around them. */
// oxlint-disable-next-line no-control-regex
const invisible = /[\u0000-\u0008\u000B-\u001F\u007F\u202A-\u202E\u2066-\u2069]/g

function clean(text: string, max: number): string {
  return text
    .slice(0, max * 2)
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(invisible, '')
    .trim()
}

/** A code fence that somebody left open would swallow whatever of ours comes next. */
function unfenced(text: string): string {
  return text.replaceAll('```', "'''")
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** What somebody wrote, for mrkdwn: it can neither mention, link nor reach beyond `max`. Lines stay lines. */
export function said(text: string | null | undefined, max = 600): string {
  return clamp(escaped(unfenced(clean(text ?? '', max))), max)
}

/** What somebody wrote, on one line: names, subjects. */
export function inline(text: string | null | undefined, max = 200): string {
  return said((text ?? '').slice(0, max * 4).replace(/\s+/g, ' '), max)
}

/** What somebody wrote, set off as a quotation, so that it can't pass for our own words. */
export function quoted(text: string | null | undefined, max = 600): string {
  return said(text, max)
    .split('\n')
    .map((row) => `> ${row}`)
    .join('\n')
}

const two = (value: number) => String(value).padStart(2, '0')

/** `2026-11-22 09:30 UTC`. */
export function utc(at: Date): string {
  const day = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`
  return `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC`
}

/** An instant as each reader's Slack shows it, in their own zone: to the minute, so that no message is edited for seconds. */
export function when(at: Date): string {
  return `<!date^${Math.floor(at.getTime() / minuteMs) * 60}^{date_short_pretty} {time}|${utc(at)}>`
}

/** Pings: only for those whom a page asks. `U…`, `W…` are people, `S…` are user groups. */
export function mention(id: Actor): string {
  return id.startsWith('S') ? `<!subteam^${id}>` : `<@${id}>`
}

/** A channel's name as each reader may see it; notifies nobody. */
export function channelName(id: string): string {
  return `<#${id}>`
}

/** A link whose label somebody else may have written. Without an http(s) address only the label is left. */
export function linked(url: string | null | undefined, label: string): string {
  const shown = inline(label, 100).replaceAll('|', '¦') || 'link'
  const address =
    url && /^https?:\/\/[^\s<>|]+$/.test(url) && url.length <= limits.url - 200 ? escaped(url) : null
  return address ? `<${address}|${shown}>` : shown
}

/** Blank text is refused by Slack: it becomes a dash. */
const filled = (text: string) => (text.trim() === '' ? '–' : text)

export function plain(text: string, max: number = limits.text): PlainTextElement {
  return { type: 'plain_text', text: clampPlain(filled(text.toWellFormed()), max), emoji: true }
}

/** Plain text knows no tokens and no escapes: only surrogate pairs must stay whole. */
export function clampPlain(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** `verbatim` keeps Slack from turning bare names and addresses into mentions and links. */
function mrkdwn(text: string, max: number = limits.text): MrkdwnElement {
  return { type: 'mrkdwn', text: clamp(filled(text), max), verbatim: true }
}

export function section(text: string, accessory?: SectionBlock['accessory']): SectionBlock {
  return { type: 'section', text: mrkdwn(text), ...(accessory && { accessory }) }
}

/** Up to ten short texts in two columns; on a phone in one. */
export function fields(...texts: string[]): SectionBlock {
  return { type: 'section', fields: texts.slice(0, limits.fields).map((text) => mrkdwn(text, limits.field)) }
}

/** Small print. */
export function context(...texts: string[]): ContextBlock {
  const elements = texts.slice(0, limits.contextElements).map((text) => mrkdwn(text))
  return { type: 'context', elements }
}

export function header(text: string): HeaderBlock {
  return { type: 'header', text: plain(text, limits.header) }
}

export function actions(...elements: ActionsBlockElement[]): ActionsBlock {
  return { type: 'actions', elements: elements.slice(0, limits.actions) }
}

/** A button that acts (`value`) or leads somewhere (`url`). `spoken` says in a list what the label alone can't. */
export function pressable(
  id: string,
  label: string,
  does: { value: string } | { url: string },
  { style, spoken }: { style?: 'primary' | 'danger' | undefined; spoken?: string | undefined } = {},
): Button {
  return {
    type: 'button',
    action_id: id,
    text: plain(label, limits.buttonText),
    ...does,
    ...(style && { style }),
    ...(spoken && { accessibility_label: clampPlain(spoken, limits.buttonText) }),
  }
}

export function option(label: string, value: string): PlainTextOption {
  return { text: plain(label, limits.optionText), value }
}

export function overflow(id: string, options: PlainTextOption[]): Overflow {
  return { type: 'overflow', action_id: id, options: options.slice(0, limits.overflowOptions) }
}

/** An input of a form. Its block and its element share one id, so that what was typed survives a redraw. */
export function input(
  id: string,
  label: string,
  element: InputBlock['element'],
  { optional = false, hint }: { optional?: boolean; hint?: string | undefined } = {},
): InputBlock {
  return {
    type: 'input',
    block_id: id,
    label: plain(label, limits.label),
    element: { ...element, action_id: id },
    optional,
    ...(hint && { hint: plain(hint, limits.hint) }),
  }
}

/** A text to type, with what is already known. */
export function textInput({
  initial,
  lines = 'one',
  placeholder,
  max = limits.inputText,
}: {
  initial?: string | null | undefined
  lines?: 'one' | 'many'
  placeholder?: string | undefined
  max?: number
}): Extract<InputBlock['element'], { type: 'plain_text_input' }> {
  const known = clampPlain(clean(initial ?? '', max), max)
  return {
    type: 'plain_text_input',
    multiline: lines === 'many',
    max_length: max,
    ...(known && { initial_value: lines === 'many' ? known : known.replace(/\s+/g, ' ') }),
    ...(placeholder && { placeholder: plain(placeholder, limits.placeholder) }),
  }
}

/** One of a few, with the default already chosen. */
export function choice(
  values: readonly string[],
  initial: string | null | undefined,
): Extract<InputBlock['element'], { type: 'static_select' }> {
  const options = values.slice(0, limits.options).map((value) => option(value, value))
  const chosen = options.find(({ value }) => value === initial)
  return { type: 'static_select', options, ...(chosen && { initial_option: chosen }) }
}

/** A message: `text` is what notifications show and screen readers read, so it says everything on its own. */
export function message(text: string, blocks: readonly (KnownBlock | null)[] = []): Message {
  const drawn = blocks.filter((block): block is KnownBlock => block !== null)
  return {
    text: clamp(filled(text), limits.messageText),
    blocks: (drawn.length > 0 ? drawn : [section(text)]).slice(0, limits.messageBlocks),
  }
}

/** A form. `metadata` comes back with it when it is submitted. */
export function modal(
  id: string,
  { title, submit, metadata }: { title: string; submit: string; metadata: string },
  blocks: readonly (KnownBlock | null)[],
): ModalView {
  return {
    type: 'modal',
    callback_id: id,
    title: plain(title, limits.viewTitle),
    submit: plain(submit, limits.viewTitle),
    close: plain('Cancel', limits.viewTitle),
    private_metadata: metadata,
    blocks: blocks.filter((block): block is KnownBlock => block !== null).slice(0, limits.viewBlocks),
  }
}

/** A person's Home tab. */
export function homeTab(blocks: readonly (KnownBlock | null)[]): HomeView {
  const drawn = blocks.filter((block): block is KnownBlock => block !== null)
  return { type: 'home', blocks: drawn.slice(0, limits.viewBlocks) }
}
