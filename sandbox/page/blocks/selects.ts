// Selects: the browser's own for one, a list of checkboxes for several, a search box for the app's own options.
import type { MultiSelect, PlainTextOption, Select } from '@slack/types'
import type { FieldValue, OptionView } from '../../protocol.ts'
import { h } from '../dom.ts'
import { optionId } from './picks.ts'
import { change, current, elementId, labels, string, strings, type Choice, type Spot } from './surface.ts'
import { stringOf } from './text.ts'

interface Group {
  label?: string
  choices: Choice[]
}

const choice = (option: PlainTextOption): Choice => ({ id: optionId(option), name: stringOf(option.text) })

function groups(element: Select | MultiSelect, spot: Spot): Group[] {
  if (element.type === 'users_select' || element.type === 'multi_users_select')
    return [{ choices: spot.surface.people }]
  if (element.type !== 'static_select' && element.type !== 'multi_static_select')
    return [{ choices: spot.surface.channels }]
  return element.option_groups
    ? element.option_groups.map(({ label, options }) => ({
        label: stringOf(label),
        choices: options.map(choice),
      }))
    : [{ choices: (element.options ?? []).map(choice) }]
}

/** What the app set at first. The names differ by kind, the meaning does not. */
function first(element: Select | MultiSelect): FieldValue {
  const set = element as unknown as Record<string, unknown>
  const one = set['initial_user'] ?? set['initial_channel'] ?? set['initial_conversation']
  if (typeof one === 'string') return one
  const option = set['initial_option'] as PlainTextOption | undefined
  if (option) return optionId(option)
  const many = set['initial_users'] ?? set['initial_channels'] ?? set['initial_conversations']
  if (Array.isArray(many)) return many.map(String)
  const options = set['initial_options'] as PlainTextOption[] | undefined
  return options ? options.map(optionId) : null
}

export function select(element: Select, spot: Spot): HTMLElement {
  if (element.type === 'external_select') return search(element, spot)
  const chosen = string(current(spot, first(element)))
  const option = ({ id, name }: Choice) => h('option', { value: id, selected: id === chosen }, name)
  const placeholder = stringOf(element.placeholder) || 'Choose an option'
  const node: HTMLSelectElement = h(
    'select',
    {
      ...labels(spot, placeholder),
      class: 'field field-select',
      on: { change: () => change(spot, node.value || null) },
    },
    h('option', { value: '', selected: chosen === '' }, placeholder),
    groups(element, spot).map(({ label, choices }) =>
      label === undefined ? choices.map(option) : h('optgroup', { label }, choices.map(option)),
    ),
  )
  return node
}

export function multiSelect(element: MultiSelect, spot: Spot): HTMLElement {
  if (element.type === 'multi_external_select') return search(element, spot)
  let chosen = strings(current(spot, first(element)))
  const name = elementId(spot)
  const toggle = (id: string, on: boolean) => {
    chosen = on ? [...chosen, id] : chosen.filter((one) => one !== id)
    change(spot, chosen)
  }
  const one = ({ id, name: text }: Choice) =>
    h(
      'label',
      { class: 'choice' },
      h('input', {
        type: 'checkbox',
        value: id,
        checked: chosen.includes(id),
        'data-focus': `${name}-${id}`,
        on: { change: (event) => toggle(id, (event.target as HTMLInputElement).checked) },
      }),
      h('span', { class: 'choice-text' }, text),
    )
  return h(
    'div',
    {
      ...labels(spot, stringOf(element.placeholder)),
      role: 'group',
      class: 'choices choices-box',
      'data-focus': undefined,
    },
    groups(element, spot).map(({ label, choices }) => [
      label !== undefined && h('div', { class: 'choices-label' }, label),
      choices.map(one),
    ]),
  )
}

/** Type, and the app's suggestions come; choose one (or, for a multi select, several). */
function search(
  element: (Select & { type: 'external_select' }) | (MultiSelect & { type: 'multi_external_select' }),
  spot: Spot,
): HTMLElement {
  const many = element.type === 'multi_external_select'
  const chosen = current(spot, first(element))
  const list = h('div', {
    role: 'listbox',
    id: `${elementId(spot)}-list`,
    class: 'suggestions',
    hidden: true,
  })
  const picked = h('output', { class: 'picked' }, many ? strings(chosen).join(', ') : string(chosen))
  const take = (option: OptionView) => {
    const id = option.value ?? option.text.text
    const held = current(spot, chosen)
    change(spot, many ? [...new Set([...strings(held), id])] : id)
    picked.textContent = many
      ? strings(current(spot, null)).join(', ')
      : stringOf(option.text as PlainTextOption['text'])
    list.hidden = true
  }
  const entry = (option: OptionView) =>
    h(
      'button',
      { type: 'button', role: 'option', class: 'suggestion', on: { click: () => take(option) } },
      option.text.text,
    )
  const ask = async (query: string) => {
    if (query.length < (element.min_query_length ?? 3)) return
    const options = await spot.surface.suggest(spot.blockId, spot.actionId, query)
    list.replaceChildren(...options.map(entry))
    list.hidden = options.length === 0
  }
  const input = h('input', {
    ...labels(spot, stringOf(element.placeholder) || 'Search'),
    type: 'text',
    class: 'field',
    role: 'combobox',
    'aria-expanded': 'false',
    'aria-controls': list.id,
    autocomplete: 'off',
    placeholder: stringOf(element.placeholder) || 'Type to search',
    on: { input: (event) => void ask((event.target as HTMLInputElement).value) },
  })
  return h('div', { class: 'search' }, input, picked, list)
}
