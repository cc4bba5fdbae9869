/** Holds the sandbox's own tables against published ones, where a folder with them is at hand:
 *  `node sandbox/check.ts <folder>` with `slack-methods.json` and `block-kit-limits.json` in it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from './blockkit-limits.ts'
import { methods } from './methods/index.ts'
import type { Method } from './methods/method.ts'

type Json = Record<string, unknown>
type Published = {
  tier: string
  tier_alt?: string
  scopes: { bot?: string[] }
  args: Record<string, { required: boolean }>
  errors: string[]
}

/** Errors that any method may answer, so no method lists them. */
const COMMON = new Set(['invalid_arguments', 'no_such_subteam', 'cannot_dm_bot'])
/** Left out on purpose. */
const LEFT_OUT = new Set([
  'chat.postMessage current_draft_last_updated_ts',
  'chat.update unfurled_attachments',
])
/** Taken on purpose although the method page does not have it. */
const UNDOCUMENTED = new Set(['chat.postMessage client_msg_id'])

function differences(name: string, ours: Method, theirs: Published): string[] {
  const found: string[] = []
  const say = (text: string) => found.push(`${name}: ${text}`)
  if (![theirs.tier, theirs.tier_alt].includes(String(ours.tier)))
    say(`tier ${ours.tier}, published ${theirs.tier}`)
  const scopes = theirs.scopes.bot ?? []
  for (const scope of ours.scopes) if (!scopes.includes(scope)) say(`scope ${scope} is not published`)
  if (ours.scopes.length === 0 && scopes.length > 0) say(`needs one of ${scopes.join(', ')}`)
  for (const [arg, kind] of Object.entries(ours.args)) {
    if (!theirs.args[arg] && !UNDOCUMENTED.has(`${name} ${arg}`)) say(`argument ${arg} is not published`)
    if (theirs.args[arg]?.required && !kind.endsWith('!')) say(`argument ${arg} is required`)
  }
  for (const arg of Object.keys(theirs.args))
    if (!ours.args[arg] && !LEFT_OUT.has(`${name} ${arg}`)) say(`argument ${arg} is missing here`)
  for (const error of ours.errors)
    if (!theirs.errors.includes(error) && !COMMON.has(error)) say(`error ${error} is not published`)
  return found
}

/** Every number in our table of limits, with the place where the published one is. */
const PLACES: Record<string, string> = {
  'surfaces.message': 'surface_limits.message.blocks.max_items',
  'surfaces.modal': 'surface_limits.modal.blocks.max_items',
  'surfaces.home': 'surface_limits.home.blocks.max_items',
  block_id: 'any_block.block_id.max_len',
  action_id: 'any_element.action_id.max_len',
  placeholder: 'any_element.placeholder.max_len',
  text: 'objects.text.text.max_len',
  'option_group.options': 'objects.option_group.options.max_items',
  'select.options': 'elements.static_select.options.max_items',
  'select.option_groups': 'elements.static_select.option_groups.max_items',
  overflow: 'elements.overflow.options.max_items',
  radio_buttons: 'elements.radio_buttons.options.max_items',
  checkboxes: 'elements.checkboxes.options.max_items',
  'plain_text_input.min_length': 'elements.plain_text_input.min_length.max',
  'plain_text_input.max_length': 'elements.plain_text_input.max_length.max',
  file_input: 'elements.file_input.max_files.max',
  alert: 'blocks.alert.text.max_len',
  actions: 'blocks.actions.elements.max_items',
  carousel: 'blocks.carousel.elements.max_items',
  context: 'blocks.context.elements.max_items',
  context_actions: 'blocks.context_actions.elements.max_items',
  'data_table.chars': 'blocks.data_table.chars.max_per_table',
  'header.level': 'blocks.header.level.max',
  markdown: 'blocks.markdown.text.max_len_per_payload',
  plan: 'blocks.plan.tasks.max_items',
  rich_text_indent: 'blocks.rich_text.list_indent.max',
  'section.field': 'blocks.section.fields.item_max_len',
  'table.cells': 'blocks.table.cells_per_row.max_items',
  'table.chars': 'blocks.table.chars.max_per_message',
  'data_visualization.per_message': 'blocks.data_visualization.per_message.max_items',
}

function dig(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Json | undefined)?.[key], value)
}

function published(tree: Json, path: string): unknown {
  if (PLACES[path]) return dig(tree, PLACES[path])
  const roots = ['', 'objects.', 'elements.', 'blocks.']
  const ends = ['max_len', 'max_items', 'max']
  for (const root of roots)
    for (const end of ends) {
      const found = dig(tree, `${root}${path}.${end}`)
      if (found !== undefined) return found
    }
  return undefined
}

function leaves(value: unknown, path = ''): [string, number][] {
  if (typeof value === 'number') return [[path, value]]
  return Object.entries(value as Json).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key))
}

function read(folder: string, file: string): Json {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json
}

const folder = process.argv[2]
if (folder === undefined) {
  console.error('usage: node sandbox/check.ts <folder with slack-methods.json and block-kit-limits.json>')
  process.exit(2)
}
const table = read(folder, 'slack-methods.json') as unknown as Record<string, Published>
const tree = read(folder, 'block-kit-limits.json')
const served = Object.entries(methods)
const unknown = served.filter(([name]) => !table[name]).map(([name]) => name)
const problems = [
  ...served.flatMap(([name, method]) => (table[name] ? differences(name, method, table[name]) : [])),
  ...leaves(limits).flatMap(([path, ours]) => {
    const theirs = published(tree, path)
    return theirs === ours ? [] : [`limit ${path}: ${ours}, published ${String(theirs)}`]
  }),
]
console.log(
  `${served.length} methods served, ${unknown.length} of them not in the published table: ${unknown.join(', ') || 'none'}`,
)
for (const problem of problems) console.log(problem)
process.exit(problems.length > 0 ? 1 : 0)
