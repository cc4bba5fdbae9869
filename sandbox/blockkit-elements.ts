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
  pattern,
  say,
  shape,
  string,
  text,
} from './blockkit-rules.ts'

type Json = Record<string, unknown>
const plain = (most: number) => text(most, 'plain_text')
const colour = choice('primary', 'danger')
const id = string(255, 1)
const url = pattern(/^(https?|mailto|slack|tel|sms):/i, 'a valid URL')

const confirm = shape({
  title: plain(limits.confirm.title),
  'text!': text(limits.confirm.text),
  confirm: plain(limits.confirm.confirm),
  deny: plain(limits.confirm.deny),
  style: colour,
})

function option(kind: 'plain_text' | 'any', withUrl = false): Check {
  return shape({
    'text!': text(limits.option.text, kind),
    'value!': string(limits.option.value, 1),
    description: text(limits.option.description, kind),
    ...(withUrl && { url: both(url, string(limits.option.url)) }),
  })
}

const options = list(option('plain_text'), limits.select.options, 1)
const groups = list(
  shape({
    'label!': plain(limits.option_group.label),
    'options!': list(option('plain_text'), limits.option_group.options, 1),
  }),
  limits.select.option_groups,
  1,
)

/** An initial choice must be one of the options, word for word. */
const known: Check = (value, at, out) => {
  const element = value as Json
  const nested = ((element['option_groups'] as { options?: unknown[] }[] | undefined) ?? []).flatMap(
    (group) => group.options ?? [],
  )
  const offered = [...((element['options'] as unknown[] | undefined) ?? []), ...nested]
  if (offered.length === 0) return
  const signs = new Set(offered.map(sign))
  const initial = [element['initial_option'], element['initial_options']]
    .flat()
    .filter((one) => one !== undefined)
  for (const one of initial)
    if (!signs.has(sign(one))) say(out, at, 'initial', 'initial option must be one of the options')
}

function sign(one: unknown): string {
  const { value, text } = (isObject(one) ? one : {}) as { value?: unknown; text?: { text?: unknown } }
  return JSON.stringify([value, text?.text])
}

const active = { action_id: string(limits.action_id, 1), confirm }
const focus = { focus_on_load: flag }
const hint = { placeholder: plain(limits.placeholder) }
const pick = { ...active, ...focus, ...hint }
const several = { max_selected_items: number(least.max_selected_items, Number.MAX_SAFE_INTEGER) }
const ids = list(id, 1_000)
const filter = shape(
  {
    include: list(choice('im', 'mpim', 'private', 'public'), 4, 1),
    exclude_external_shared_channels: flag,
    exclude_bot_users: flag,
  },
  anyOf('include', 'exclude_external_shared_channels', 'exclude_bot_users'),
)
const conversations = { default_to_current_conversation: flag, filter }
const typing = {
  action_id: active.action_id,
  ...focus,
  ...hint,
  dispatch_action_config: shape({
    trigger_actions_on: list(choice('on_enter_pressed', 'on_character_entered'), 2, 1),
  }),
}
const listed = both(oneOf('options', 'option_groups'), known)
export const slackFile = shape({ url: string(3_000), id }, oneOf('url', 'id'))
const picture = shape(
  {
    'alt_text!': string(limits.image.alt_text, 1),
    image_url: both(url, string(limits.image.image_url)),
    slack_file: slackFile,
    fallback: string(3_000),
    image_width: anything,
    image_height: anything,
    image_bytes: anything,
  },
  oneOf('image_url', 'slack_file'),
)
const feedback = shape({
  'text!': plain(limits.button.text),
  accessibility_label: string(limits.button.accessibility_label),
  'value!': string(limits.button.value),
})

/** Every element by its type. */
export const elements: Record<string, Check> = {
  button: shape({
    ...active,
    'text!': plain(limits.button.text),
    value: string(limits.button.value),
    url: both(url, string(limits.button.url)),
    style: colour,
    accessibility_label: string(limits.button.accessibility_label),
  }),
  workflow_button: shape({
    ...active,
    'text!': plain(limits.button.text),
    'workflow!': anything,
    style: colour,
    accessibility_label: string(limits.button.accessibility_label),
  }),
  icon_button: shape({
    ...active,
    'icon!': string(255),
    'text!': plain(limits.button.text),
    value: string(limits.button.value),
    accessibility_label: string(limits.button.accessibility_label),
    visible_to_user_ids: ids,
  }),
  feedback_buttons: shape({
    action_id: active.action_id,
    'positive_button!': feedback,
    'negative_button!': feedback,
  }),
  overflow: shape({
    ...active,
    'options!': list(option('plain_text', true), limits.overflow, least.overflow),
  }),
  static_select: shape(
    { ...pick, options, option_groups: groups, initial_option: option('plain_text') },
    listed,
  ),
  multi_static_select: shape(
    { ...pick, ...several, options, option_groups: groups, initial_options: options },
    listed,
  ),
  external_select: shape({
    ...pick,
    initial_option: option('plain_text'),
    min_query_length: number(0, 3_000),
  }),
  multi_external_select: shape({
    ...pick,
    ...several,
    initial_options: options,
    min_query_length: number(0, 3_000),
  }),
  users_select: shape({ ...pick, initial_user: id }),
  multi_users_select: shape({ ...pick, ...several, initial_users: ids }),
  conversations_select: shape({
    ...pick,
    ...conversations,
    initial_conversation: id,
    response_url_enabled: flag,
  }),
  multi_conversations_select: shape({ ...pick, ...several, ...conversations, initial_conversations: ids }),
  channels_select: shape({ ...pick, initial_channel: id, response_url_enabled: flag }),
  multi_channels_select: shape({ ...pick, ...several, initial_channels: ids }),
  radio_buttons: shape(
    {
      ...active,
      ...focus,
      'options!': list(option('any'), limits.radio_buttons, least.radio_buttons),
      initial_option: option('any'),
    },
    known,
  ),
  checkboxes: shape(
    {
      ...active,
      ...focus,
      'options!': list(option('any'), limits.checkboxes, least.checkboxes),
      initial_options: list(option('any'), limits.checkboxes, 1),
    },
    known,
  ),
  datepicker: shape({ ...pick, initial_date: pattern(/^\d{4}-\d\d-\d\d$/, 'a date, YYYY-MM-DD') }),
  timepicker: shape({
    ...pick,
    initial_time: pattern(/^\d\d:\d\d$/, 'a time, HH:mm'),
    timezone: string(100),
  }),
  datetimepicker: shape({ ...active, ...focus, initial_date_time: number(1e9, 1e10 - 1) }),
  plain_text_input: shape({
    ...typing,
    initial_value: string(limits.plain_text_input.max_length),
    multiline: flag,
    min_length: number(least.plain_text_input.min_length, limits.plain_text_input.min_length),
    max_length: number(least.plain_text_input.max_length, limits.plain_text_input.max_length),
  }),
  email_text_input: shape({ ...typing, initial_value: string(3_000) }),
  url_text_input: shape({ ...typing, initial_value: string(3_000) }),
  number_input: shape({
    ...typing,
    'is_decimal_allowed!': flag,
    initial_value: string(100),
    min_value: string(100),
    max_value: string(100),
  }),
  rich_text_input: shape({
    ...typing,
    initial_value: anything,
    min_lines: number(1, 100),
    max_lines: number(1, 100),
  }),
  file_input: shape({
    action_id: active.action_id,
    filetypes: list(string(100), 100),
    max_files: number(least.file_input, limits.file_input),
  }),
  image: picture,
}

const selects = ['static', 'external', 'users', 'conversations', 'channels'].flatMap((kind) => [
  `${kind}_select`,
  `multi_${kind}_select`,
])
const pickers = ['datepicker', 'timepicker', 'radio_buttons', 'checkboxes']

/** Which elements a block takes. */
export const homes = {
  accessory: ['button', 'workflow_button', 'overflow', 'image', ...selects, ...pickers],
  actions: [
    'button',
    'workflow_button',
    'overflow',
    'datetimepicker',
    'rich_text_input',
    ...selects,
    ...pickers,
  ],
  context_actions: ['feedback_buttons', 'icon_button'],
  input: [
    'plain_text_input',
    'email_text_input',
    'url_text_input',
    'number_input',
    'rich_text_input',
    'file_input',
    'datetimepicker',
    ...selects,
    ...pickers,
  ],
}

/** Elements that not every surface shows. */
export const elementSurfaces: Record<string, string[]> = {
  email_text_input: ['modal'],
  url_text_input: ['modal'],
  number_input: ['modal'],
  file_input: ['modal'],
  datetimepicker: ['message', 'modal'],
  workflow_button: ['message'],
}
