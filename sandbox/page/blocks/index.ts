// Block Kit, as far as a support team's app goes; what is beyond is shown as an honest box.
import type {
  ActionsBlock,
  ContextActionsBlock,
  ContextBlock,
  HeaderBlock,
  ImageBlock,
  KnownBlock,
  SectionBlock,
} from '@slack/types'
import type { Block } from '../../protocol.ts'
import { h, type Child } from '../dom.ts'
import { paintElement, unknown, type Element } from './element.ts'
import { image } from './image.ts'
import { inputBlock } from './input.ts'
import { richText } from './rich-text.ts'
import type { Spot, Surface } from './surface.ts'
import { table } from './table.ts'
import { paintText, stringOf } from './text.ts'

export function paintBlocks(blocks: Block[], surface: Surface): HTMLElement[] {
  return blocks.map((block) => {
    const node = safely(block as unknown as KnownBlock, surface)
    node.classList.add('block')
    node.dataset['block'] = block.block_id ?? ''
    return node
  })
}

/** The server checks blocks, but a page must not fall over one of them. */
function safely(block: KnownBlock, surface: Surface): HTMLElement {
  try {
    return paint(block, surface)
  } catch {
    return unknown(block)
  }
}

const PAINTERS: {
  [K in KnownBlock['type']]?: (block: Extract<KnownBlock, { type: K }>, surface: Surface) => HTMLElement
} = {
  section,
  context,
  actions,
  context_actions: actions,
  header: (block) => header(block),
  image: (block) => picture(block),
  divider: () => h('hr', { class: 'block-divider' }),
  input: inputBlock,
  rich_text: (block, { scene }) => richText(block, scene),
  markdown: (block) => h('div', { class: 'block-markdown' }, block.text),
  table: (block, { scene }) => table(block, scene),
  alert: (block, { scene }) =>
    h('div', { class: 'block-alert', 'data-level': block.level, role: 'note' }, paintText(block.text, scene)),
}

function paint(block: KnownBlock, surface: Surface): HTMLElement {
  const painter = Object.hasOwn(PAINTERS, block.type)
    ? (PAINTERS[block.type] as ((block: KnownBlock, surface: Surface) => HTMLElement) | undefined)
    : undefined
  return painter ? painter(block, surface) : unknown(block)
}

function element(of: { block_id?: string }, one: Element, surface: Surface): Child {
  const actionId = 'action_id' in one && one.action_id ? one.action_id : one.type
  const spot: Spot = { surface, blockId: of.block_id ?? '', actionId, quiet: false }
  return paintElement(one, spot)
}

function section(block: SectionBlock, surface: Surface): HTMLElement {
  const field = (text: NonNullable<SectionBlock['fields']>[number]) =>
    h('div', { class: 'section-field' }, paintText(text, surface.scene))
  return h(
    'div',
    { class: 'block-section' },
    h(
      'div',
      { class: 'section-body' },
      block.text && h('div', { class: 'section-text' }, paintText(block.text, surface.scene)),
      block.fields && h('div', { class: 'section-fields' }, block.fields.map(field)),
    ),
    block.accessory && h('div', { class: 'section-accessory' }, element(block, block.accessory, surface)),
  )
}

function header(block: HeaderBlock): HTMLElement {
  const level = 'level' in block && typeof block.level === 'number' ? block.level : 1
  return h(
    'div',
    { class: `block-header header-${level}`, role: 'heading', 'aria-level': level + 2 },
    stringOf(block.text),
  )
}

function context(block: ContextBlock, surface: Surface): HTMLElement {
  return h(
    'div',
    { class: 'block-context' },
    block.elements.map((one) =>
      one.type === 'image'
        ? image(one, 'small')
        : h('div', { class: 'context-text' }, paintText(one, surface.scene)),
    ),
  )
}

function actions(block: ActionsBlock | ContextActionsBlock, surface: Surface): HTMLElement {
  return h(
    'div',
    { class: 'block-actions' },
    block.elements.map((one) => element(block, one, surface)),
  )
}

function picture(block: ImageBlock): HTMLElement {
  return h(
    'figure',
    { class: 'block-image' },
    block.title && h('figcaption', null, stringOf(block.title)),
    image(block, 'large'),
  )
}
