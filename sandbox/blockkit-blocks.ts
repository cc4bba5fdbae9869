import { elements, homes, slackFile } from './blockkit-elements.ts'
import { chart } from './blockkit-charts.ts'
import { least, limits } from './blockkit-limits.ts'
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
  string,
  text,
} from './blockkit-rules.ts'

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
  if (value['indent'] !== undefined)
    number(least.rich_text_indent, limits.rich_text_indent)(value['indent'], `${at}/indent`, out)
}

const cell: Check = (value, at, out) => {
  const type = isObject(value) ? value['type'] : undefined
  if (type === 'rich_text') return richText(value, at, out)
  if (type === 'raw_number')
    return shape({ 'value!': number(-Infinity, Infinity), 'text!': string(limits.text, least.raw_number) })(
      value,
      at,
      out,
    )
  if (type !== 'raw_text') return say(out, at, 'unsupported', `unsupported type: ${String(type)}`)
  shape({ 'text!': string(limits.table.chars, least.raw_text) })(value, at, out)
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

/** Every block by its type, and where it may be shown. */
export const blocks: Record<string, { on: Surface[]; check: Check }> = {
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
    check: shape({
      ...id,
      'text!': plain(limits.header.text),
      level: number(least.header.level, limits.header.level),
    }),
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
        slack_file: slackFile,
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
        'rows!': list(
          list(cell, limits.data_table.columns, least.data_table.columns),
          limits.data_table.rows,
          least.data_table.rows,
        ),
        'caption!': string(limits.text, 1),
        page_size: number(least.data_table.page_size, limits.data_table.page_size),
        row_header_column_index: number(0, limits.data_table.columns - 1),
      },
      equalRows,
    ),
  },
  data_visualization: { on: ['message'], check: chart },
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
    check: shape({ ...id, 'elements!': list(card, limits.carousel, least.carousel) }),
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
