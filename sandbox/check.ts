/** Holds the sandbox's own tables against published ones, where a folder with them is at hand:
 *  `node sandbox/check.ts <folder>` with `slack-methods.json` and `block-kit-limits.json` in it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { least, limits } from './blockkit-limits.ts'
import { errorsMissed } from './check-errors.ts'
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

/** Where the published number is, when it is not at our path under one of the usual roots. */
const PLACES: Record<string, string> = {
  'surfaces.message': 'surface_limits.message.blocks.max_items',
  'surfaces.modal': 'surface_limits.modal.blocks.max_items',
  'surfaces.home': 'surface_limits.home.blocks.max_items',
  'message.text': 'message.text.truncated_above',
  'message.update': 'message.text.update_max_len',
  'message.attachments': 'surface_limits.message.attachments.max_items',
  block_id: 'any_block.block_id.max_len',
  action_id: 'any_element.action_id.max_len',
  placeholder: 'any_element.placeholder.max_len',
  focus_on_load: 'any_element.focus_on_load.max_per_view',
  text: 'objects.text.text.max_len',
  'select.options': 'elements.static_select.options.max_items',
  'select.option_groups': 'elements.static_select.option_groups.max_items',
  overflow: 'elements.overflow.options.max_items',
  radio_buttons: 'elements.radio_buttons.options.max_items',
  checkboxes: 'elements.checkboxes.options.max_items',
  file_input: 'elements.file_input.max_files.max',
  alert: 'blocks.alert.text.max_len',
  actions: 'blocks.actions.elements.max_items',
  carousel: 'blocks.carousel.elements.max_items',
  context: 'blocks.context.elements.max_items',
  context_actions: 'blocks.context_actions.elements.max_items',
  'data_table.chars': 'blocks.data_table.chars.max_per_table',
  'data_visualization.series': 'blocks.data_visualization.series_or_segments.max_items',
  markdown: 'blocks.markdown.text.max_len_per_payload',
  plan: 'blocks.plan.tasks.max_items',
  rich_text_indent: 'blocks.rich_text.list_indent.max',
  'section.field': 'blocks.section.fields.item_max_len',
  'table.cells': 'blocks.table.cells_per_row.max_items',
  'table.chars': 'blocks.table.chars.max_per_message',
}
const LEAST_PLACES: Record<string, string> = {
  text: 'objects.text.text.min_len',
  raw_text: 'objects.raw_text.text.min_len',
  raw_number: 'objects.raw_number.text.min_len',
  overflow: 'elements.overflow.options.min_items',
  radio_buttons: 'elements.radio_buttons.options.min_items',
  checkboxes: 'elements.checkboxes.options.min_items',
  max_selected_items: 'elements.multi_static_select.max_selected_items.min',
  file_input: 'elements.file_input.max_files.min',
  carousel: 'blocks.carousel.elements.min_items',
  rich_text_indent: 'blocks.rich_text.list_indent.min',
}
/** Published numbers that one of ours stands for as well. */
const ALSO: [RegExp, number][] = [
  [
    /^elements\.(icon_button|feedback_buttons|workflow_button)\.accessibility_label/,
    limits.button.accessibility_label,
  ],
  [/^elements\.workflow_button\.text\.max_len$/, limits.button.text],
  [/^elements\.(multi_)?(static|external)_select\.options\.max_items$/, limits.select.options],
  [/^elements\.(multi_)?(static|external)_select\.option_groups\.max_items$/, limits.select.option_groups],
  [/^elements\.multi_\w+\.max_selected_items\.min$/, least.max_selected_items],
  [/^(elements|blocks)\.image\.image_url\.max_len$/, limits.image.image_url],
  [/^(elements|blocks)\.image\.alt_text\.max_len$/, limits.image.alt_text],
  [/^blocks\.section\.text\.min_len$/, least.text],
  [/^blocks\.data_table\.chars\.max_per_message$/, limits.data_table.chars],
]
/** Advice, defaults and what a client shows: nothing that is refused. */
const NO_LIMIT = /(recommended_len|bot_cap|safe_len|may_truncate_at|default)$/

function dig(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Json | undefined)?.[key], value)
}

/** The path in the published tree for one of our numbers. */
function place(tree: Json, path: string, places: Record<string, string>, ends: string[]): string | undefined {
  if (places[path]) return places[path]
  const roots = ['', 'objects.', 'elements.', 'blocks.']
  const paths = roots.flatMap((root) => ends.map((end) => `${root}${path}.${end}`))
  return paths.find((candidate) => dig(tree, candidate) !== undefined)
}

function leaves(value: unknown, path = ''): [string, number][] {
  if (typeof value === 'number') return [[path, value]]
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return []
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key))
}

/** Our numbers that differ from the published ones, and published ones that we do not have. */
function limitProblems(tree: Json): string[] {
  const claimed = new Set<string>()
  const compare = (ours: object, places: Record<string, string>, ends: string[]) =>
    leaves(ours).flatMap(([path, number]) => {
      const at = place(tree, path, places, ends)
      if (at !== undefined) claimed.add(at)
      const theirs = at === undefined ? undefined : dig(tree, at)
      return theirs === number ? [] : [`limit ${path}: ${number}, published ${String(theirs)}`]
    })
  const wrong = [
    ...compare(limits, PLACES, ['max_len', 'max_items', 'max']),
    ...compare(least, LEAST_PLACES, ['min_len', 'min_items', 'min']),
  ]
  const missed = leaves(tree).filter(
    ([path, number]) =>
      !claimed.has(path) &&
      !NO_LIMIT.test(path) &&
      !ALSO.some(([pattern, ours]) => pattern.test(path) && ours === number),
  )
  return [...wrong, ...missed.map(([path, number]) => `published limit ${path}: ${number} is missing here`)]
}

function read(folder: string, file: string): Json {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json
}

/** The published errors of these methods. */
function errorsOf(names: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(names.map((name) => [name, table[name]?.errors ?? []]))
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
  ...limitProblems(tree),
  ...(await errorsMissed(errorsOf(served.map(([name]) => name)))),
]
console.log(
  `${served.length} methods served, ${unknown.length} of them not in the published table: ${unknown.join(', ') || 'none'}`,
)
for (const problem of problems) console.log(problem)
process.exit(problems.length > 0 ? 1 : 0)
