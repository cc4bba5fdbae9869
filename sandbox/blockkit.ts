import { blocks, type Surface } from './blockkit-blocks.ts'
import { elementSurfaces } from './blockkit-elements.ts'
import { limits } from './blockkit-limits.ts'
import {
  anything,
  flag,
  isObject,
  list,
  type Problem,
  say,
  shape,
  size,
  string,
  text,
} from './blockkit-rules.ts'

export type { Surface } from './blockkit-blocks.ts'
export type { Problem } from './blockkit-rules.ts'
type Json = Record<string, unknown>

const plain = (most: number) => text(most, 'plain_text')
const viewKeys = {
  title: plain(limits.view.title),
  submit: plain(limits.view.submit),
  close: plain(limits.view.close),
}
const viewIds = {
  'blocks!': anything,
  private_metadata: string(limits.view.private_metadata),
  callback_id: string(limits.view.callback_id),
  external_id: string(limits.view.external_id),
}
const flags = { clear_on_close: flag, notify_on_close: flag, submit_disabled: flag }
const modal = shape({ ...viewIds, ...viewKeys, ...flags, 'title!': viewKeys.title })
const home = shape({ ...viewIds, ...viewKeys, ...flags })

/** Holds a message's blocks, or a whole view, against Block Kit's rules for where it will be shown. An empty list: it fits. */
export function validate(surface: Surface, payload: { blocks?: unknown; [key: string]: unknown }): Problem[] {
  const out: Problem[] = []
  if (surface !== 'message') (surface === 'modal' ? modal : home)(payload, '', out)
  if (payload.blocks === undefined) return out
  list((block, at) => checkBlock(surface, block, at, out), limits.surfaces[surface])(
    payload.blocks,
    '/blocks',
    out,
  )
  if (!Array.isArray(payload.blocks) || payload.blocks.length > limits.surfaces[surface]) return out
  checkTogether(surface, payload.blocks.filter(isObject), out)
  const needsSubmit =
    surface === 'modal' && payload.blocks.some((block) => isObject(block) && block['type'] === 'input')
  if (needsSubmit && payload['submit'] === undefined)
    say(out, '', 'missing', 'missing required field: submit')
  return out
}

function checkBlock(surface: Surface, block: unknown, at: string, out: Problem[]): void {
  const known = isObject(block) && typeof block['type'] === 'string' ? blocks[block['type']] : undefined
  const type = isObject(block) ? String(block['type']) : typeof block
  if (!known || !isObject(block)) return say(out, at, 'unsupported', `unsupported type: ${type}`)
  if (!known.on.includes(surface)) return say(out, at, 'surface', `unsupported type: ${type}`)
  known.check(block, at, out)
  const inside = [block['elements'], block['accessory'], block['element']].flat().filter(isObject)
  for (const one of inside) {
    const on = elementSurfaces[String(one['type'])]
    if (on && !on.includes(surface)) say(out, at, 'surface', `unsupported type: ${String(one['type'])}`)
  }
  const ids = inside.map((one) => one['action_id']).filter((one) => one !== undefined)
  if (new Set(ids).size < ids.length) say(out, at, 'unique', 'action_id must be unique within the block')
  const children = block['child_blocks']
  if (Array.isArray(children))
    for (const [index, child] of children.entries())
      checkBlock(surface, child, `${at}/child_blocks/${index}`, out)
}

/** What counts over the whole payload. */
function checkTogether(surface: Surface, all: Json[], out: Problem[]): void {
  const ids = all.map((block) => block['block_id']).filter((one) => one !== undefined)
  if (new Set(ids).size < ids.length) say(out, '/blocks', 'unique', 'block_id must be unique')
  const of = (type: string) => all.filter((block) => block['type'] === type)
  const chars = (list: Json[]) => list.reduce((sum, block) => sum + cellSize(block['rows']), 0)
  const markdown = of('markdown').reduce((sum, block) => sum + size(String(block['text'])), 0)
  if (markdown > limits.markdown)
    say(out, '/blocks', 'too_long', `must be less than ${limits.markdown + 1} characters`)
  if (of('table').length > limits.table.per_message)
    say(out, '/blocks', 'only_one_table_allowed', 'only one table allowed')
  if (chars(of('table')) > limits.table.chars)
    say(out, '/blocks', 'too_long', `must be less than ${limits.table.chars + 1} characters`)
  if (chars(of('data_table')) > limits.data_table.chars)
    say(out, '/blocks', 'too_long', `must be less than ${limits.data_table.chars + 1} characters`)
  if (of('data_visualization').length > limits.data_visualization.per_message)
    say(out, '/blocks', 'too_many', `no more than ${limits.data_visualization.per_message} charts allowed`)
  const inside = all
    .flatMap((block) => [block['elements'], block['accessory'], block['element']].flat())
    .filter(isObject)
  if (
    surface !== 'message' &&
    inside.filter((one) => one['focus_on_load'] === true).length > limits.focus_on_load
  )
    say(out, '/blocks', 'unique', 'only one element may have focus_on_load')
}

function cellSize(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + cellSize(one), 0)
  if (!isObject(value)) return 0
  const own = typeof value['text'] === 'string' ? size(value['text']) : 0
  return own + cellSize(value['elements'])
}
