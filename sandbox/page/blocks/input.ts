import type { InputBlock } from '@slack/types'
import { h } from '../dom.ts'
import { paintElement } from './element.ts'
import { elementId, type Spot, type Surface } from './surface.ts'
import { stringOf } from './text.ts'

/** Label, element, hint and, after a refused submit, what was wrong with it. */
export function inputBlock(block: InputBlock, surface: Surface): HTMLElement {
  const blockId = block.block_id ?? ''
  const error = surface.errors[blockId]
  const id = `${surface.id}--${blockId}`.replaceAll(/[^\w-]/g, '_')
  const described = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  const spot: Spot = {
    surface,
    blockId,
    actionId:
      'action_id' in block.element && block.element.action_id ? block.element.action_id : block.element.type,
    quiet: block.dispatch_action !== true,
    labelledBy: `${id}-label`,
    invalid: error !== undefined,
    ...(described ? { describedBy: described } : {}),
  }
  return h(
    'div',
    { class: error ? 'block-input has-error' : 'block-input' },
    h(
      'div',
      { class: 'input-label' },
      h('label', { id: `${id}-label`, for: elementId(spot) }, stringOf(block.label)),
      block.optional && h('span', { class: 'input-optional' }, 'optional'),
    ),
    paintElement(block.element, spot),
    error && h('div', { class: 'input-error', id: `${id}-error`, role: 'alert' }, error),
    block.hint && h('div', { class: 'input-hint', id: `${id}-hint` }, stringOf(block.hint)),
  )
}
