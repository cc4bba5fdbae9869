/** For each of the sandbox's Block Kit limits a payload of any size, so that both sides of the limit can be tried. */
import type { Surface } from '../../sandbox/blockkit.ts'

type Json = Record<string, unknown>
export type Edge = [Surface, (size: number) => Json]

export const x = (length: number) => 'x'.repeat(Math.max(0, length))
export const plain = (text: string) => ({ type: 'plain_text', text })
export const mrkdwn = (text: string) => ({ type: 'mrkdwn', text })
export const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: Math.max(0, count) }, (_, index) => make(index))
export const option = (index: number) => ({ text: plain(`option ${index}`), value: `${index}` })
const block = (type: string, extra: Json) => ({ blocks: [{ type, ...extra }] })
export const section = (extra: Json) => block('section', { text: mrkdwn('hello'), ...extra })
export const button = (extra: Json = {}) => ({ type: 'button', text: plain('Press'), ...extra })
export const actions = (...elements: Json[]) => block('actions', { elements })
export const field = (element: Json, extra: Json = {}) =>
  block('input', { label: plain('Label'), element, ...extra })
export const modal = (view: Json): Json => ({
  type: 'modal',
  title: plain('Title'),
  submit: plain('Go'),
  blocks: [],
  ...view,
})
const confirm = (extra: Json) =>
  actions(button({ confirm: { title: plain('Sure?'), text: plain('Really'), ...extra } }))
const select = (extra: Json) => actions({ type: 'static_select', ...extra })
const one = (extra: Json) => select({ options: [{ ...option(1), ...extra }] })
const picture = (extra: Json) => block('image', { image_url: 'https://a', alt_text: 'a', ...extra })
const url = (size: number) => `https://${x(size - 8)}`
const cell = (text: string) => ({ type: 'raw_text', text })
const rows = (height: number, width: number) => many(height, () => many(width, () => cell('c')))
const dataTable = (extra: Json) => block('data_table', { caption: 'c', rows: rows(2, 2), ...extra })
const card = (extra: Json) => block('card', { title: mrkdwn('t'), ...extra })
const container = (extra: Json) =>
  block('container', { title: plain('t'), child_blocks: [{ type: 'divider' }], ...extra })
const video = (extra: Json) =>
  block('video', {
    video_url: 'https://v',
    thumbnail_url: 'https://t',
    alt_text: 'a',
    title: plain('t'),
    ...extra,
  })
const chart = (inside: Json, extra: Json = {}) =>
  block('data_visualization', { title: 't', chart: inside, ...extra })
const slices = (count: number, label = (index: number) => `${index}`) => ({
  type: 'pie',
  segments: many(count, (index) => ({ label: label(index), value: 1 })),
})
const line = (points: number, axis: Json = {}) => {
  const categories = many(points, String)
  const data = categories.map((label) => ({ label, value: 1 }))
  return { type: 'line', series: [{ name: 's', data }], axis_config: { categories, ...axis } }
}
const dividers = (count: number) => many(count, () => ({ type: 'divider' }))
const focusing = (count: number) =>
  many(count, () => field({ type: 'plain_text_input', focus_on_load: true }).blocks[0])
const indented = (indent: number) =>
  block('rich_text', { elements: [{ type: 'rich_text_list', style: 'bullet', indent, elements: [] }] })
const tasks = (count: number) =>
  many(count, (index) => ({ task_id: `${index}`, title: 't', status: 'pending' }))

/** By the path of the number in `limits`. */
export const edges: Record<string, Edge> = {
  'surfaces.message': ['message', (n) => ({ blocks: dividers(n) })],
  'surfaces.modal': ['modal', (n) => modal({ blocks: dividers(n) })],
  'surfaces.home': ['home', (n) => ({ type: 'home', blocks: dividers(n) })],
  'view.title': ['modal', (n) => modal({ title: plain(x(n)) })],
  'view.submit': ['modal', (n) => modal({ submit: plain(x(n)) })],
  'view.close': ['modal', (n) => modal({ close: plain(x(n)) })],
  'view.private_metadata': ['modal', (n) => modal({ private_metadata: x(n) })],
  'view.callback_id': ['modal', (n) => modal({ callback_id: x(n) })],
  'view.external_id': ['modal', (n) => modal({ external_id: x(n) })],
  focus_on_load: ['modal', (n) => modal({ blocks: focusing(n) })],
  block_id: ['message', (n) => section({ block_id: x(n) })],
  action_id: ['message', (n) => actions(button({ action_id: x(n) }))],
  placeholder: ['message', (n) => actions({ type: 'users_select', placeholder: plain(x(n)) })],
  text: ['message', (n) => block('context', { elements: [mrkdwn(x(n))] })],
  'confirm.title': ['message', (n) => confirm({ title: plain(x(n)) })],
  'confirm.text': ['message', (n) => confirm({ text: plain(x(n)) })],
  'confirm.confirm': ['message', (n) => confirm({ confirm: plain(x(n)) })],
  'confirm.deny': ['message', (n) => confirm({ deny: plain(x(n)) })],
  'option.text': ['message', (n) => one({ text: plain(x(n)) })],
  'option.value': ['message', (n) => one({ value: x(n) })],
  'option.description': ['message', (n) => one({ description: plain(x(n)) })],
  'option.url': ['message', (n) => actions({ type: 'overflow', options: [{ ...option(1), url: url(n) }] })],
  'option_group.label': [
    'message',
    (n) => select({ option_groups: [{ label: plain(x(n)), options: [option(1)] }] }),
  ],
  'option_group.options': [
    'message',
    (n) => select({ option_groups: [{ label: plain('g'), options: many(n, option) }] }),
  ],
  'button.text': ['message', (n) => actions(button({ text: plain(x(n)) }))],
  'button.value': ['message', (n) => actions(button({ value: x(n) }))],
  'button.url': ['message', (n) => actions(button({ url: url(n) }))],
  'button.accessibility_label': ['message', (n) => actions(button({ accessibility_label: x(n) }))],
  'select.options': ['message', (n) => select({ options: many(n, option) })],
  'select.option_groups': [
    'message',
    (n) => select({ option_groups: many(n, () => ({ label: plain('g'), options: [option(1)] })) }),
  ],
  overflow: ['message', (n) => actions({ type: 'overflow', options: many(n, option) })],
  radio_buttons: ['message', (n) => actions({ type: 'radio_buttons', options: many(n, option) })],
  checkboxes: ['message', (n) => actions({ type: 'checkboxes', options: many(n, option) })],
  'plain_text_input.min_length': ['modal', (n) => modal(field({ type: 'plain_text_input', min_length: n }))],
  'plain_text_input.max_length': ['modal', (n) => modal(field({ type: 'plain_text_input', max_length: n }))],
  file_input: ['modal', (n) => modal(field({ type: 'file_input', max_files: n }))],
  'image.image_url': ['message', (n) => picture({ image_url: url(n) })],
  'image.alt_text': ['message', (n) => picture({ alt_text: x(n) })],
  'image.title': ['message', (n) => picture({ title: plain(x(n)) })],
  actions: ['message', (n) => actions(...many(n, () => button()))],
  alert: ['modal', (n) => modal(block('alert', { text: plain(x(n)) }))],
  'card.title': ['message', (n) => card({ title: mrkdwn(x(n)) })],
  'card.subtitle': ['message', (n) => card({ subtitle: mrkdwn(x(n)) })],
  'card.body': ['message', (n) => card({ body: mrkdwn(x(n)) })],
  'card.subtext': ['message', (n) => card({ subtext: mrkdwn(x(n)) })],
  'card.actions': ['message', (n) => card({ actions: many(n, () => button()) })],
  carousel: [
    'message',
    (n) => block('carousel', { elements: many(n, () => ({ type: 'card', title: mrkdwn('t') })) }),
  ],
  'container.title': ['message', (n) => container({ title: plain(x(n)) })],
  'container.subtitle': ['message', (n) => container({ subtitle: plain(x(n)) })],
  'container.child_blocks': ['message', (n) => container({ child_blocks: dividers(n) })],
  context: ['message', (n) => block('context', { elements: many(n, () => mrkdwn('c')) })],
  context_actions: [
    'message',
    (n) =>
      block('context_actions', {
        elements: many(n, () => ({ type: 'icon_button', icon: 'trash', text: plain('Delete') })),
      }),
  ],
  'data_table.rows': ['message', (n) => dataTable({ rows: rows(n, 1) })],
  'data_table.columns': ['message', (n) => dataTable({ rows: rows(2, n) })],
  'data_table.page_size': ['message', (n) => dataTable({ page_size: n })],
  'data_table.chars': [
    'message',
    (n) => dataTable({ rows: [[cell(x(5_000))], [cell(x(10_000))], [cell(x(n - 15_000))]] }),
  ],
  'data_visualization.title': ['message', (n) => chart(slices(1), { title: x(n) })],
  'data_visualization.per_message': [
    'message',
    (n) => ({ blocks: many(n, () => ({ type: 'data_visualization', title: 't', chart: slices(1) })) }),
  ],
  'data_visualization.series': ['message', (n) => chart(slices(n))],
  'data_visualization.points': ['message', (n) => chart(line(n))],
  'data_visualization.label': ['message', (n) => chart(slices(1, () => x(n)))],
  'data_visualization.axis_label': ['message', (n) => chart(line(1, { x_label: x(n) }))],
  'header.text': ['message', (n) => block('header', { text: plain(x(n)) })],
  'header.level': ['message', (n) => block('header', { text: plain('h'), level: n })],
  'input.label': ['modal', (n) => modal(field({ type: 'plain_text_input' }, { label: plain(x(n)) }))],
  'input.hint': ['modal', (n) => modal(field({ type: 'plain_text_input' }, { hint: plain(x(n)) }))],
  markdown: ['message', (n) => ({ blocks: [x(n - 10), x(10)].map((text) => ({ type: 'markdown', text })) })],
  plan: ['message', (n) => block('plan', { title: 't', tasks: tasks(n) })],
  rich_text_indent: ['message', indented],
  'section.text': ['message', (n) => section({ text: mrkdwn(x(n)) })],
  'section.fields': ['message', (n) => section({ fields: many(n, () => mrkdwn('f')) })],
  'section.field': ['message', (n) => section({ fields: [mrkdwn(x(n))] })],
  'table.rows': ['message', (n) => block('table', { rows: rows(n, 1) })],
  'table.cells': ['message', (n) => block('table', { rows: rows(1, n) })],
  'table.column_settings': [
    'message',
    (n) => block('table', { rows: rows(1, 1), column_settings: many(n, () => ({})) }),
  ],
  'table.chars': ['message', (n) => block('table', { rows: [[cell(x(n - 5)), cell(x(5))]] })],
  'table.per_message': ['message', (n) => ({ blocks: many(n, () => ({ type: 'table', rows: rows(1, 1) })) })],
  'video.title': ['message', (n) => video({ title: plain(x(n)) })],
  'video.author_name': ['message', (n) => video({ author_name: x(n) })],
}

/** By the path of the number in `least`, where the payload is not the one above. */
export const lowEdges: Record<string, Edge> = {
  raw_text: ['message', (n) => block('table', { rows: [[cell(x(n))]] })],
  raw_number: ['message', (n) => block('table', { rows: [[{ type: 'raw_number', value: 1, text: x(n) }]] })],
  max_selected_items: ['message', (n) => actions({ type: 'multi_users_select', max_selected_items: n })],
}
