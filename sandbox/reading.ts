import type { Element } from './forms.ts'
import { fields, optionsOf } from './forms.ts'
import type { Block, MessageView, Snapshot, TextView, ViewView } from './protocol.ts'

/** All text in blocks, in reading order, buttons in brackets. */
function wordsOf(blocks: readonly Block[]): string {
  const lines: string[] = []
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk)
    if (!node || typeof node !== 'object') return
    const it = node as Record<string, unknown>
    if (it['type'] === 'button') return void lines.push(`[${label(it)}]`)
    if (it['type'] === 'overflow')
      return void lines.push(
        `[… ${optionsOf(it as Element)
          .map((one) => one.text.text)
          .join(' | ')}]`,
      )
    if (typeof it['text'] === 'string') lines.push(it['text'])
    if (typeof it['alt_text'] === 'string') lines.push(`(${it['alt_text']})`)
    for (const key of [
      'title',
      'label',
      'text',
      'fields',
      'element',
      'hint',
      'elements',
      'accessory',
      'child_blocks',
      'rows',
    ])
      if (typeof it[key] === 'object') walk(it[key])
  }
  walk(blocks)
  return lines.join('\n')
}

/** Everything a reader of the message could match on: its text and its blocks. */
export function textOf(message: MessageView): string {
  const attached = message.attachments.flatMap((one) => [
    one['text'],
    one['fallback'],
    wordsOf((one['blocks'] as Block[]) ?? []),
  ])
  return [message.text, wordsOf(message.blocks), ...attached]
    .filter((part) => typeof part === 'string' && part)
    .join('\n')
}

/** A modal or Home as text. */
export function viewText(view: ViewView): string {
  const title = view.title ? `${view.title.text}\n` : ''
  const errors = Object.entries(view.errors).map(([block, error]) => `! ${block}: ${error}`)
  return [title + wordsOf(view.blocks), ...errors, ...(view.error ? [`! ${view.error}`] : [])].join('\n')
}

function label(element: Record<string, unknown>): string {
  return (element['text'] as TextView | undefined)?.text ?? ''
}

export type Labelled = { block: Block; element: Element; value?: string }

/** Buttons and overflow entries by the words on them. */
export function buttons(blocks: readonly Block[]): { label: string; at: Labelled }[] {
  return fields(blocks).flatMap(({ block, element }) => {
    if (element.type === 'overflow')
      return optionsOf(element).map((option) => ({
        label: option.text.text,
        at: { block, element, value: option.value ?? '' },
      }))
    return element.type.endsWith('button') ? [{ label: label(element), at: { block, element } }] : []
  })
}

/** Everything with a value, by all the names a person could call it: label, placeholder, the text beside it, its ids. */
export function inputs(blocks: readonly Block[]): { names: string[]; at: Labelled }[] {
  return fields(blocks)
    .filter(({ element }) => !element.type.endsWith('button') && element.type !== 'overflow')
    .map(({ block, element }) => {
      const texts = [block['label'], element['placeholder'], block['text']] as (TextView | undefined)[]
      const names = [...texts.map((text) => text?.text ?? ''), block.block_id ?? '', element.action_id]
      return { names: names.filter(Boolean), at: { block, element } }
    })
}

/** What a person has in front of them, for failures. */
export function describe(seen: Snapshot, only?: string): string {
  const names = new Map(seen.users.map((user) => [user.id, user.real_name]))
  const lines = [`${seen.me.real_name} (${seen.me.id}) at ${seen.now} sees:`]
  for (const channel of seen.channels) {
    const messages = (seen.messages[channel.id] ?? []).slice(-10)
    if (messages.length === 0 || (only !== undefined && channel.id !== only)) continue
    lines.push(`  ${channel.kind === 'im' ? 'DM' : '#'}${channel.name} (${channel.id})`)
    for (const message of messages) {
      const marks = [
        message.ephemeral && 'only you',
        message.thread_ts && 'in thread',
        message.edited && 'edited',
      ].filter(Boolean)
      const mark = marks.length > 0 ? ` (${marks.join(', ')})` : ''
      lines.push(indent(`${names.get(message.user) ?? message.user}${mark}: ${textOf(message)}`))
    }
  }
  for (const view of seen.modals) lines.push('  modal:', indent(viewText(view)))
  for (const notice of seen.notices) lines.push(`  notice: ${notice.text}`)
  return lines.join('\n')
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')
}
