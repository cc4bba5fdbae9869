import { icon } from '../icons.ts'
import type { Button, FeedbackButtons, IconButton, Overflow, WorkflowButton } from '@slack/types'
import { h } from '../dom.ts'
import { openMenu } from '../menu.ts'
import { safeUrl } from '../mrkdwn.ts'
import { labels, type Spot } from './surface.ts'
import { paintText, stringOf } from './text.ts'

export function button(element: Button | WorkflowButton, spot: Spot): HTMLElement {
  const style = element.style === 'primary' || element.style === 'danger' ? ` button-${element.style}` : ''
  const props = { ...labels(spot, element.accessibility_label), class: `button${style}` }
  const text = paintText(element.text, spot.surface.scene)
  if (element.type === 'workflow_button') return asleep(props, 'Workflows do not run in this sandbox', text)
  const press = (event: Event) => void busy(event, () => spot.surface.press(spot.blockId, spot.actionId))
  const url = element.url === undefined ? undefined : safeUrl(element.url)
  if (url)
    return h(
      'a',
      { ...props, href: url, target: '_blank', rel: 'noopener noreferrer', on: { click: press } },
      text,
    )
  return h('button', { ...props, type: 'button', on: { click: press } }, text)
}

/** Shows that the app is being asked, and takes no second press meanwhile. */
async function busy(event: Event, work: () => Promise<void>): Promise<void> {
  const pressed = event.currentTarget
  if (!(pressed instanceof HTMLElement) || pressed.ariaBusy === 'true') return
  pressed.ariaBusy = 'true'
  await work().finally(() => (pressed.ariaBusy = null))
}

const asleep = (props: object, title: string, text: ReturnType<typeof paintText>): HTMLElement =>
  h('button', { ...props, type: 'button', disabled: true, title }, text)

export function overflow(element: Overflow, spot: Spot): HTMLElement {
  const items = element.options.map((option) => ({
    label: stringOf(option.text),
    detail: stringOf(option.description),
    url: option.url === undefined ? undefined : safeUrl(option.url),
    act: () => void spot.surface.choose(spot.blockId, spot.actionId, option.value ?? option.text.text),
  }))
  const opener: HTMLElement = h(
    'button',
    {
      ...labels(spot, 'More options'),
      type: 'button',
      class: 'button button-icon',
      'aria-haspopup': 'menu',
      on: { click: () => openMenu(opener, items) },
    },
    icon('more'),
  )
  return opener
}

/** The two kinds of a context_actions block: shown, and pressed like buttons. */
export function iconButton(element: IconButton, spot: Spot): HTMLElement {
  return h(
    'button',
    {
      ...labels(spot, element.accessibility_label),
      type: 'button',
      class: 'button button-quiet',
      on: { click: (event) => void busy(event, () => spot.surface.press(spot.blockId, spot.actionId)) },
    },
    paintText(element.text, spot.surface.scene),
  )
}

export function feedback(element: FeedbackButtons, spot: Spot): HTMLElement {
  const one = (which: FeedbackButtons['positive_button']) =>
    h(
      'button',
      {
        type: 'button',
        class: 'button button-quiet',
        'aria-label': which.accessibility_label,
        on: {
          click: (event) =>
            void busy(event, () => spot.surface.choose(spot.blockId, spot.actionId, which.value)),
        },
      },
      paintText(which.text, spot.surface.scene),
    )
  return h(
    'span',
    { class: 'button-pair', role: 'group' },
    one(element.positive_button),
    one(element.negative_button),
  )
}
