// One element, wherever it stands. A kind that is not known is said so, in a box.
import type {
  ActionsBlockElement,
  ContextActionsBlockElement,
  InputBlockElement,
  SectionBlockAccessory,
} from '@slack/types'
import { h, type Child } from '../dom.ts'
import { button, feedback, iconButton, overflow } from './buttons.ts'
import { fileField, richTextField, textField } from './fields.ts'
import { image } from './image.ts'
import { checkboxes, date, dateTime, radio, time } from './picks.ts'
import { multiSelect, select } from './selects.ts'
import type { Spot } from './surface.ts'

export type Element =
  | ActionsBlockElement
  | InputBlockElement
  | SectionBlockAccessory
  | ContextActionsBlockElement

export function paintElement(element: Element, spot: Spot): Child {
  switch (element.type) {
    case 'button':
    case 'workflow_button':
      return button(element, spot)
    case 'overflow':
      return overflow(element, spot)
    case 'icon_button':
      return iconButton(element, spot)
    case 'feedback_buttons':
      return feedback(element, spot)
    case 'image':
      return image(element, 'accessory')
    case 'radio_buttons':
      return radio(element, spot)
    case 'checkboxes':
      return checkboxes(element, spot)
    case 'datepicker':
      return date(element, spot)
    case 'timepicker':
      return time(element, spot)
    case 'datetimepicker':
      return dateTime(element, spot)
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return textField(element, spot)
    case 'rich_text_input':
      return richTextField(element, spot)
    case 'file_input':
      return fileField(spot)
    case 'static_select':
    case 'external_select':
    case 'users_select':
    case 'channels_select':
    case 'conversations_select':
      return select(element, spot)
    case 'multi_static_select':
    case 'multi_external_select':
    case 'multi_users_select':
    case 'multi_channels_select':
    case 'multi_conversations_select':
      return multiSelect(element, spot)
    default:
      return unknown(element)
  }
}

/** Says what is not drawn, and shows what the app sent. */
export function unknown(thing: { type: string }): HTMLElement {
  return h(
    'details',
    { class: 'unknown', 'data-unknown': thing.type },
    h('summary', null, `This sandbox does not draw “${thing.type}”`),
    h('pre', { class: 'pre' }, JSON.stringify(thing, null, 2)),
  )
}
