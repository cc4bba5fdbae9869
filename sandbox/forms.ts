import type { Block, FieldValue, FieldValues, OptionView } from './protocol.ts'

type Json = Record<string, unknown>
export type Element = Json & { type: string; action_id: string }
export type StateValue = Json & { type: string }
/** Slack's `state.values` */
export type State = Record<string, Record<string, StateValue>>
export type Field = { block: Block; element: Element }

/** How each stateful element keeps its value: the key in the state, and whether that is a list. */
const KEPT: Record<string, { key: string; initial: string; list?: boolean; option?: boolean }> = {
  plain_text_input: { key: 'value', initial: 'initial_value' },
  email_text_input: { key: 'value', initial: 'initial_value' },
  url_text_input: { key: 'value', initial: 'initial_value' },
  number_input: { key: 'value', initial: 'initial_value' },
  rich_text_input: { key: 'rich_text_value', initial: 'initial_value' },
  static_select: { key: 'selected_option', initial: 'initial_option', option: true },
  external_select: { key: 'selected_option', initial: 'initial_option', option: true },
  radio_buttons: { key: 'selected_option', initial: 'initial_option', option: true },
  users_select: { key: 'selected_user', initial: 'initial_user' },
  conversations_select: { key: 'selected_conversation', initial: 'initial_conversation' },
  channels_select: { key: 'selected_channel', initial: 'initial_channel' },
  multi_static_select: { key: 'selected_options', initial: 'initial_options', list: true, option: true },
  multi_external_select: { key: 'selected_options', initial: 'initial_options', list: true, option: true },
  checkboxes: { key: 'selected_options', initial: 'initial_options', list: true, option: true },
  multi_users_select: { key: 'selected_users', initial: 'initial_users', list: true },
  multi_conversations_select: { key: 'selected_conversations', initial: 'initial_conversations', list: true },
  multi_channels_select: { key: 'selected_channels', initial: 'initial_channels', list: true },
  datepicker: { key: 'selected_date', initial: 'initial_date' },
  timepicker: { key: 'selected_time', initial: 'initial_time' },
  datetimepicker: { key: 'selected_date_time', initial: 'initial_date_time' },
  file_input: { key: 'files', initial: 'initial_files', list: true },
}

/** Every element that a person can use, with its block. */
export function fields(blocks: readonly Block[]): Field[] {
  return blocks.flatMap((block) => {
    const nested = Array.isArray(block['child_blocks']) ? fields(block['child_blocks'] as Block[]) : []
    const own = [block['elements'], block['accessory'], block['element']]
      .flat()
      .filter(
        (element): element is Element => typeof (element as Element | undefined)?.action_id === 'string',
      )
    return [...own.map((element) => ({ block, element })), ...nested]
  })
}

export function findField(blocks: readonly Block[], blockId: string, actionId: string): Field | undefined {
  return fields(blocks).find(
    ({ block, element }) => block.block_id === blockId && element.action_id === actionId,
  )
}

/** The values a form opens with; what was typed before survives where block_id and action_id are the same. */
export function openState(blocks: readonly Block[], before: State = {}): State {
  const state: State = {}
  for (const { block, element } of fields(blocks)) {
    const kept = KEPT[element.type]
    if (!kept) continue
    const known = before[block.block_id!]?.[element.action_id]
    const initial = element[kept.initial] ?? (kept.list ? [] : null)
    state[block.block_id!] ??= {}
    state[block.block_id!]![element.action_id] =
      known?.type === element.type ? known : { type: element.type, [kept.key]: initial }
  }
  return state
}

/** A person's value in Slack's shape; undefined when the element has no such value. */
export function valueOf(
  element: Element,
  value: FieldValue,
  suggested: readonly OptionView[] = [],
): StateValue | undefined {
  if (element.type === 'overflow') {
    const option = pick(element, value, suggested)
    return option && { type: 'overflow', selected_option: option }
  }
  const kept = KEPT[element.type]
  if (!kept) return undefined
  if (value === null || value === '') return { type: element.type, [kept.key]: kept.list ? [] : null }
  if (element.type === 'rich_text_input')
    return { type: element.type, rich_text_value: richText(String(value)) }
  if (element.type === 'datetimepicker') return { type: element.type, selected_date_time: Number(value) }
  if (!kept.option) {
    const list = Array.isArray(value) ? value : [value]
    return { type: element.type, [kept.key]: kept.list ? list : String(value) }
  }
  if (!kept.list) {
    const option = pick(element, value, suggested)
    return option && { type: element.type, [kept.key]: option }
  }
  const chosen = (Array.isArray(value) ? value : [value]).map((one) => pick(element, one, suggested))
  return chosen.every(Boolean) ? { type: element.type, [kept.key]: chosen } : undefined
}

/** Merges what was typed; names the fields that do not exist or refuse the value. */
export function typeIn(
  blocks: readonly Block[],
  state: State,
  values: FieldValues = {},
  suggested: (blockId: string, actionId: string) => readonly OptionView[] = () => [],
): string[] {
  const problems: string[] = []
  for (const [blockId, byAction] of Object.entries(values))
    for (const [actionId, value] of Object.entries(byAction)) {
      const field = findField(blocks, blockId, actionId)
      const typed = field && valueOf(field.element, value, suggested(blockId, actionId))
      if (!typed) {
        problems.push(`${blockId}/${actionId} has no place for ${JSON.stringify(value)}`)
        continue
      }
      state[blockId] ??= {}
      state[blockId][actionId] = typed
    }
  return problems
}

/** All options an element offers. */
export function optionsOf(element: Element): OptionView[] {
  const groups = (element['option_groups'] as { options: OptionView[] }[] | undefined) ?? []
  return [
    ...((element['options'] as OptionView[] | undefined) ?? []),
    ...groups.flatMap((group) => group.options),
  ]
}

function pick(element: Element, value: unknown, suggested: readonly OptionView[]): OptionView | undefined {
  const offered = [...optionsOf(element), ...suggested]
  return (
    offered.find((option) => option.value === value) ??
    offered.find((option) => option.text.text === value) ??
    offered.find((option) => option.text.text.toLowerCase() === String(value).toLowerCase())
  )
}

function richText(text: string): Json {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
  }
}

/** What Slack's own client refuses to submit, by block_id. */
export function complaints(blocks: readonly Block[], state: State): Record<string, string> {
  const errors: Record<string, string> = {}
  for (const { block, element } of fields(blocks)) {
    if (block.type !== 'input') continue
    const kept = KEPT[element.type]
    const value = kept && state[block.block_id!]?.[element.action_id]?.[kept.key]
    const empty =
      value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
    const complaint = empty
      ? block['optional'] !== true && 'Please complete this required field.'
      : typeof value === 'string' && textComplaint(element, value)
    if (complaint) errors[block.block_id!] = complaint
  }
  return errors
}

function textComplaint(element: Element, value: string): string | false {
  const least = element['min_length'] as number | undefined
  const most = element['max_length'] as number | undefined
  if (least !== undefined && value.length < least) return `Must be at least ${least} characters.`
  if (most !== undefined && value.length > most) return `Must be at most ${most} characters.`
  if (element.type === 'email_text_input' && !/^\S+@\S+\.\S+$/.test(value)) return 'Must be an email address.'
  if (element.type === 'url_text_input' && !URL.canParse(value)) return 'Must be a URL.'
  if (element.type === 'number_input') {
    const number = Number(value)
    if (Number.isNaN(number)) return 'Must be a number.'
    if (element['is_decimal_allowed'] !== true && !Number.isInteger(number)) return 'Must be a whole number.'
    if (number < Number(element['min_value'] ?? -Infinity))
      return `Must be ${String(element['min_value'])} or more.`
    if (number > Number(element['max_value'] ?? Infinity))
      return `Must be ${String(element['max_value'])} or less.`
  }
  return false
}
