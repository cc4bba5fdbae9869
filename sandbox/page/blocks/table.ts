import type { TableBlock } from '@slack/types'
import { h, type Child } from '../dom.ts'
import type { Scene } from '../paint.ts'
import { richText } from './rich-text.ts'

type Cell = TableBlock['rows'][number][number]

const paintCell = (cell: Cell, scene: Scene): Child =>
  cell.type === 'rich_text' ? richText(cell, scene) : cell.text

/** The first row is the head. */
export function table(block: TableBlock, scene: Scene): HTMLElement {
  const [head = [], ...rows] = block.rows
  const align = (index: number) => `align-${block.column_settings?.[index]?.align ?? 'left'}`
  const row = (cells: Cell[], tag: 'th' | 'td') =>
    h(
      'tr',
      null,
      cells.map((cell, index) =>
        h(tag, { class: align(index), scope: tag === 'th' ? 'col' : undefined }, paintCell(cell, scene)),
      ),
    )
  return h(
    'div',
    { class: 'block-table' },
    h(
      'table',
      null,
      h('thead', null, row(head, 'th')),
      h(
        'tbody',
        null,
        rows.map((cells) => row(cells, 'td')),
      ),
    ),
  )
}
