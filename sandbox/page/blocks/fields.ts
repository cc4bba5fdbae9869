// What people type: one line, many lines, addresses and numbers.
import type { EmailInput, NumberInput, PlainTextInput, RichTextInput, URLInput } from '@slack/types'
import { h } from '../dom.ts'
import { change, current, keep, labels, string, type Spot } from './surface.ts'
import { stringOf } from './text.ts'

type Typed = PlainTextInput | EmailInput | URLInput | NumberInput
const KINDS: Record<Typed['type'], string> = {
  plain_text_input: 'text',
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'text',
}

const typed = (event: Event): string => (event.target as HTMLInputElement | HTMLTextAreaElement).value

export function textField(element: Typed, spot: Spot): HTMLElement {
  const multiline = element.type === 'plain_text_input' && element.multiline === true
  const eager = element.dispatch_action_config?.trigger_actions_on?.includes('on_character_entered')
  const onEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || multiline || event.isComposing || spot.quiet) return
    event.preventDefault()
    change(spot, typed(event) || null)
  }
  const props = {
    ...labels(spot, stringOf(element.placeholder) || 'Text'),
    class: 'field',
    placeholder: stringOf(element.placeholder),
    maxlength: element.type === 'plain_text_input' ? element.max_length : undefined,
    inputmode: element.type === 'number_input' ? 'decimal' : undefined,
    value: string(current(spot, element.initial_value ?? null)),
    autocomplete: 'off',
    on: {
      input: (event: Event) => (eager ? change : keep)(spot, typed(event) || null),
      keydown: onEnter,
    },
  }
  return multiline
    ? h('textarea', { ...props, rows: 4 })
    : h('input', { ...props, type: KINDS[element.type] })
}

/** A plain text area; the sandbox makes rich text of it. */
export function richTextField(element: RichTextInput, spot: Spot): HTMLElement {
  return h('textarea', {
    ...labels(spot, stringOf(element.placeholder) || 'Text'),
    class: 'field',
    rows: 5,
    placeholder: stringOf(element.placeholder),
    value: string(current(spot, textIn(element.initial_value))),
    on: { input: (event) => keep(spot, typed(event) || null) },
  })
}

function textIn(value: unknown): string {
  if (typeof value !== 'object' || value === null) return ''
  const { text, elements } = value as { text?: unknown; elements?: unknown }
  if (typeof text === 'string') return text
  return Array.isArray(elements) ? elements.map(textIn).join('') : ''
}

export const fileField = (spot: Spot): HTMLElement =>
  h('input', {
    ...labels(spot, 'File'),
    type: 'file',
    disabled: true,
    title: 'Files are not uploaded in this sandbox',
  })
