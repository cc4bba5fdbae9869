import { elements, elementSurfaces, homes } from './blockkit-elements.ts'
import { limits } from './blockkit-limits.ts'
import {
  anyOf,
  anything,
  both,
  type Check,
  choice,
  flag,
  isObject,
  list,
  number,
  oneOf,
  type Problem,
  say,
  shape,
  size,
  string,
  text,
} from './blockkit-rules.ts'

export type { Problem } from './blockkit-rules.ts'
export type Surface = 'message' | 'modal' | 'home'
type Json = Record<string, unknown>

const plain = (most: number) => text(most, 'plain_text')
const mrkdwn = (most: number) => text(most, 'mrkdwn')
const id = { block_id: string(limits.block_id, 1) }
const image = elements['image']!

/** One element out of those that fit here. */
function element(allowed: readonly string[]): Check {
  return (value, at, out) => {
    const type = isObject(value) ? String(value['type']) : 'undefined'
    if (allowed.includes(type)) elements[type]!(value, at, out)
    else say(out, at, 'unsupported', `unsupported type: ${type}`)
  }
}

const contextElement: Check = (value, at, out) => {
  const isImage = isObject(value) && value['type'] === 'image'
  return isImage ? image(value, at, out) : text(limits.text)(value, at, out)
}

const richText = shape({ ...id, 'elements!': list(richPart, 1_000) })

function richPart(value: unknown, at: string, out: Problem[]): void {
  const kinds = ['rich_text_section', 'rich_text_list', 'rich_text_quote', 'rich_text_preformatted']
  if (!isObject(value) || !kinds.includes(String(value['type'])))
    return say(out, at, 'unsupported', 'unsupported type')
  if (!Array.isArray(value['elements'])) return say(out, at, 'missing', 'missing required field: elements')
  if (value['indent'] !== undefined) number(0, limits.rich_text_indent)(value['indent'], `${at}/indent`, out)
}

const cell: Check = (value, at, out) => {
  const type = isObject(value) ? value['type'] : undefined
  if (type === 'rich_text') return richText(value, at, out)
  if (type === 'raw_number')
    return shape({ 'value!': number(-Infinity, Infinity), 'text!': string(limits.text, 1) })(value, at, out)
  if (type !== 'raw_text') return say(out, at, 'unsupported', `unsupported type: ${String(type)}`)
  shape({ 'text!': string(limits.table.chars, 1) })(value, at, out)
}

const equalRows: Check = (value, at, out) => {
  const rows = (value as { rows?: unknown[][] }).rows
  if (Array.isArray(rows) && rows.some((row) => row.length !== rows[0]?.length))
    say(out, `${at}/rows`, 'width', 'all rows must have the same number of cells')
}

const task = shape({
  ...id,
  'task_id!': string(255, 1),
  'title!': string(limits.text, 1),
  details: anything,
  output: anything,
  sources: anything,
  'status!': choice('pending', 'in_progress', 'complete', 'error'),
})

const card = shape(
  {
    ...id,
    hero_image: image,
    icon: image,
    title: mrkdwn(limits.card.title),
    subtitle: mrkdwn(limits.card.subtitle),
    body: mrkdwn(limits.card.body),
    subtext: mrkdwn(limits.card.subtext),
    actions: list(element(['button']), limits.card.actions),
  },
  anyOf('hero_image', 'title', 'actions', 'body'),
)

const blocks: Record<string, { on: Surface[]; check: Check }> = {
  section: {
    on: ['message', 'modal', 'home'],
    check: shape(
      {
        ...id,
        text: text(limits.section.text),
        fields: list(text(limits.section.field), limits.section.fields, 1),
        accessory: element(homes.accessory),
        expand: flag,
      },
      anyOf('text', 'fields'),
    ),
  },
  header: {
    on: ['message', 'modal', 'home'],
    check: shape({ ...id, 'text!': plain(limits.header.text), level: number(1, limits.header.level) }),
  },
  divider: { on: ['message', 'modal', 'home'], check: shape(id) },
  context: {
    on: ['message', 'modal', 'home'],
    check: shape({ ...id, 'elements!': list(contextElement, limits.context, 1) }),
  },
  actions: {
    on: ['message', 'modal', 'home'],
    check: shape({ ...id, 'elements!': list(element(homes.actions), limits.actions, 1) }),
  },
  context_actions: {
    on: ['message'],
    check: shape({ ...id, 'elements!': list(element(homes.context_actions), limits.context_actions, 1) }),
  },
  input: {
    on: ['message', 'modal', 'home'],
    check: shape({
      ...id,
      'label!': plain(limits.input.label),
      'element!': element(homes.input),
      hint: plain(limits.input.hint),
      optional: flag,
      dispatch_action: flag,
    }),
  },
  image: {
    on: ['message', 'modal', 'home'],
    check: shape(
      {
        ...id,
        'alt_text!': string(limits.image.alt_text, 1),
        image_url: string(limits.image.image_url, 1),
        slack_file: anything,
        title: plain(limits.image.title),
      },
      oneOf('image_url', 'slack_file'),
    ),
  },
  rich_text: { on: ['message', 'modal', 'home'], check: richText },
  video: {
    on: ['message', 'modal', 'home'],
    check: shape({
      ...id,
      'video_url!': string(3_000, 1),
      'thumbnail_url!': string(3_000, 1),
      'alt_text!': string(2_000, 1),
      'title!': plain(limits.video.title),
      title_url: string(3_000),
      author_name: string(limits.video.author_name),
      provider_name: string(255),
      provider_icon_url: string(3_000),
      description: plain(200),
    }),
  },
  // An app cannot add a file block: Slack does, for remote files.
  file: { on: [], check: anything },
  markdown: { on: ['message'], check: shape({ ...id, 'text!': string(limits.markdown, 1) }) },
  table: {
    on: ['message', 'home'],
    check: shape(
      {
        ...id,
        'rows!': list(list(cell, limits.table.cells), limits.table.rows, 1),
        column_settings: list(anything, limits.table.column_settings),
      },
      equalRows,
    ),
  },
  data_table: {
    on: ['message', 'home'],
    check: shape(
      {
        ...id,
        'rows!': list(list(cell, limits.data_table.columns, 1), limits.data_table.rows, 2),
        'caption!': string(limits.text, 1),
        page_size: number(1, limits.data_table.page_size),
        row_header_column_index: number(0, limits.data_table.columns - 1),
      },
      equalRows,
    ),
  },
  data_visualization: { on: ['message'], check: anything },
  alert: {
    on: ['modal'],
    check: shape({
      ...id,
      'text!': text(limits.alert),
      level: choice('default', 'info', 'warning', 'error', 'success'),
    }),
  },
  card: { on: ['message', 'home'], check: card },
  carousel: {
    on: ['message', 'home'],
    check: shape({ ...id, 'elements!': list(card, limits.carousel, 1) }),
  },
  container: {
    on: ['message', 'home'],
    check: shape(
      {
        ...id,
        title: plain(limits.container.title),
        rich_text_title: richText,
        subtitle: text(limits.container.subtitle),
        'child_blocks!': list(anything, limits.container.child_blocks),
        width: choice('narrow', 'standard', 'wide', 'full'),
        icon: image,
        is_collapsible: flag,
        default_collapsed: flag,
        has_header_divider: flag,
      },
      anyOf('title', 'rich_text_title'),
    ),
  },
  plan: {
    on: ['message'],
    check: shape({ ...id, 'title!': string(limits.text, 1), tasks: list(task, limits.plan) }),
  },
  task_card: {
    on: ['message'],
    check: both(task, (value, at, out) => {
      if ((value as Json)['status'] === 'pending')
        say(out, `${at}/status`, 'enum', 'must be one of: in_progress, complete, error')
    }),
  },
}

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
  if (of('table').length > 1) say(out, '/blocks', 'only_one_table_allowed', 'only one table allowed')
  if (chars(of('table')) > limits.table.chars)
    say(out, '/blocks', 'too_long', `must be less than ${limits.table.chars + 1} characters`)
  if (chars(of('data_table')) > limits.data_table.chars)
    say(out, '/blocks', 'too_long', `must be less than ${limits.data_table.chars + 1} characters`)
  if (of('data_visualization').length > limits.data_visualization.per_message)
    say(out, '/blocks', 'too_many', `no more than ${limits.data_visualization.per_message} charts allowed`)
  const inside = all
    .flatMap((block) => [block['elements'], block['accessory'], block['element']].flat())
    .filter(isObject)
  if (surface !== 'message' && inside.filter((one) => one['focus_on_load'] === true).length > 1)
    say(out, '/blocks', 'unique', 'only one element may have focus_on_load')
}

function cellSize(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + cellSize(one), 0)
  if (!isObject(value)) return 0
  const own = typeof value['text'] === 'string' ? size(value['text']) : 0
  return own + cellSize(value['elements'])
}
