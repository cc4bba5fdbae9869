// Radio buttons, checkboxes, dates and times: the browser's own controls.
import type { Checkboxes, Datepicker, DateTimepicker, Option, RadioButtons, Timepicker } from '@slack/types'
import { clockTime, isoDate, unixIn } from '../dates.ts'
import { h } from '../dom.ts'
import { change, current, elementId, labels, string, strings, type Spot } from './surface.ts'
import { paintText } from './text.ts'

export const optionId = (option: Option): string => option.value ?? option.text.text

const listed = (options: Option[] | undefined): string[] => (options ?? []).map(optionId)

export function radio(element: RadioButtons, spot: Spot): HTMLElement {
  const chosen = current(spot, element.initial_option ? optionId(element.initial_option) : null)
  return choices(element.options, spot, 'radio', [string(chosen)], (id) => change(spot, id))
}

export function checkboxes(element: Checkboxes, spot: Spot): HTMLElement {
  let chosen = strings(current(spot, listed(element.initial_options)))
  return choices(element.options, spot, 'checkbox', chosen, (id, on) => {
    chosen = listed(element.options).filter((one) => (one === id ? on : chosen.includes(one)))
    change(spot, chosen)
  })
}

function choices(
  options: Option[],
  spot: Spot,
  type: 'radio' | 'checkbox',
  chosen: string[],
  toggle: (id: string, on: boolean) => void,
): HTMLElement {
  const name = elementId(spot)
  const one = (option: Option, index: number) =>
    h(
      'label',
      { class: 'choice' },
      h('input', {
        type,
        name,
        value: optionId(option),
        checked: chosen.includes(optionId(option)),
        'data-focus': `${name}-${index}`,
        on: { change: (event) => toggle(optionId(option), (event.target as HTMLInputElement).checked) },
      }),
      h(
        'span',
        { class: 'choice-text' },
        h('span', null, paintText(option.text, spot.surface.scene)),
        option.description && h('small', null, paintText(option.description, spot.surface.scene)),
      ),
    )
  const role = type === 'radio' ? 'radiogroup' : 'group'
  return h(
    'div',
    { ...labels(spot, 'Options'), role, class: 'choices', 'data-focus': undefined },
    options.map(one),
  )
}

export function date(element: Datepicker, spot: Spot): HTMLElement {
  const value = string(current(spot, element.initial_date ?? null))
  return field('date', value, spot, 'Date', (text) => change(spot, text || null))
}

export function time(element: Timepicker, spot: Spot): HTMLElement {
  const value = string(current(spot, element.initial_time ?? null))
  return field('time', value, spot, 'Time', (text) => change(spot, text || null))
}

export function dateTime(element: DateTimepicker, spot: Spot): HTMLElement {
  const { zone } = spot.surface.scene.at
  const unix = Number(current(spot, element.initial_date_time ?? null) ?? 0)
  const value = unix ? `${isoDate(unix, zone)}T${clockTime(unix, zone)}` : ''
  return field('datetime-local', value, spot, 'Date and time', (text) =>
    change(spot, text ? unixIn(text, zone) : null),
  )
}

function field(type: string, value: string, spot: Spot, label: string, take: (text: string) => void) {
  const on = { change: (event: Event) => take((event.target as HTMLInputElement).value) }
  return h('input', { ...labels(spot, label), type, value, class: 'field field-short', on })
}
