import { describe, expect, it } from 'vitest'
import { type Surface, validate } from '../../sandbox/blockkit.ts'

const x = (length: number) => 'x'.repeat(length)
const plain = (text: string) => ({ type: 'plain_text', text })
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text })
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index))
const option = (index: number) => ({ text: plain(`option ${index}`), value: `${index}` })
const section = (extra: object) => ({ blocks: [{ type: 'section', text: mrkdwn('hello'), ...extra }] })
const button = (extra: object = {}) => ({ type: 'button', text: plain('Press'), ...extra })
const actions = (...elements: object[]) => ({ blocks: [{ type: 'actions', elements }] })
const field = (element: object, extra: object = {}) => ({
  blocks: [{ type: 'input', label: plain('Label'), element, ...extra }],
})
const modal = (view: object) => ({
  type: 'modal',
  title: plain('Title'),
  submit: plain('Go'),
  blocks: [],
  ...view,
})
const confirm = (extra: object) =>
  actions(button({ confirm: { title: plain('Sure?'), text: plain('Really'), ...extra } }))

/** Every number from both sides: the payload that just fits, and the one that is one too much. */
const edges: [string, Surface, number, (size: number) => Record<string, unknown>][] = [
  ['blocks of a message', 'message', 50, (n) => ({ blocks: many(n, () => ({ type: 'divider' })) })],
  ['blocks of a modal', 'modal', 100, (n) => modal({ blocks: many(n, () => ({ type: 'divider' })) })],
  ['blocks of a Home', 'home', 100, (n) => ({ type: 'home', blocks: many(n, () => ({ type: 'divider' })) })],
  ['block_id', 'message', 255, (n) => section({ block_id: x(n) })],
  ['action_id', 'message', 255, (n) => actions(button({ action_id: x(n) }))],
  ['section text', 'message', 3000, (n) => section({ text: mrkdwn(x(n)) })],
  ['section text in astral characters', 'message', 3000, (n) => section({ text: mrkdwn('😀'.repeat(n)) })],
  ['section fields', 'message', 10, (n) => section({ fields: many(n, () => mrkdwn('f')) })],
  ['section field', 'message', 2000, (n) => section({ fields: [mrkdwn(x(n))] })],
  ['header', 'message', 150, (n) => ({ blocks: [{ type: 'header', text: plain(x(n)) }] })],
  ['header level', 'message', 4, (n) => ({ blocks: [{ type: 'header', text: plain('h'), level: n }] })],
  [
    'context elements',
    'message',
    10,
    (n) => ({ blocks: [{ type: 'context', elements: many(n, () => mrkdwn('c')) }] }),
  ],
  ['actions elements', 'message', 25, (n) => actions(...many(n, () => button()))],
  ['button text', 'message', 75, (n) => actions(button({ text: plain(x(n)) }))],
  ['button value', 'message', 2000, (n) => actions(button({ value: x(n) }))],
  ['button url', 'message', 3000, (n) => actions(button({ url: `https://${x(n - 8)}` }))],
  ['button accessibility_label', 'message', 75, (n) => actions(button({ accessibility_label: x(n) }))],
  ['confirm title', 'message', 100, (n) => confirm({ title: plain(x(n)) })],
  ['confirm text', 'message', 300, (n) => confirm({ text: plain(x(n)) })],
  ['confirm button', 'message', 30, (n) => confirm({ confirm: plain(x(n)) })],
  ['confirm deny', 'message', 30, (n) => confirm({ deny: plain(x(n)) })],
  [
    'option text',
    'message',
    75,
    (n) => actions({ type: 'static_select', options: [{ text: plain(x(n)), value: 'v' }] }),
  ],
  [
    'option value',
    'message',
    150,
    (n) => actions({ type: 'static_select', options: [{ text: plain('t'), value: x(n) }] }),
  ],
  [
    'option description',
    'message',
    75,
    (n) => actions({ type: 'static_select', options: [{ ...option(1), description: plain(x(n)) }] }),
  ],
  [
    'overflow url',
    'message',
    3000,
    (n) => actions({ type: 'overflow', options: [{ ...option(1), url: `https://${x(n - 8)}` }] }),
  ],
  ['select options', 'message', 100, (n) => actions({ type: 'static_select', options: many(n, option) })],
  [
    'option groups',
    'message',
    100,
    (n) =>
      actions({
        type: 'static_select',
        option_groups: many(n, () => ({ label: plain('g'), options: [option(1)] })),
      }),
  ],
  [
    'option group label',
    'message',
    75,
    (n) => actions({ type: 'static_select', option_groups: [{ label: plain(x(n)), options: [option(1)] }] }),
  ],
  ['overflow options', 'message', 5, (n) => actions({ type: 'overflow', options: many(n, option) })],
  ['radio buttons', 'message', 10, (n) => actions({ type: 'radio_buttons', options: many(n, option) })],
  ['checkboxes', 'message', 10, (n) => actions({ type: 'checkboxes', options: many(n, option) })],
  ['placeholder', 'message', 150, (n) => actions({ type: 'users_select', placeholder: plain(x(n)) })],
  ['input label', 'modal', 2000, (n) => modal(field({ type: 'plain_text_input' }, { label: plain(x(n)) }))],
  ['input hint', 'modal', 2000, (n) => modal(field({ type: 'plain_text_input' }, { hint: plain(x(n)) }))],
  ['max_length', 'modal', 3000, (n) => modal(field({ type: 'plain_text_input', max_length: n }))],
  ['max_files', 'modal', 10, (n) => modal(field({ type: 'file_input', max_files: n }))],
  [
    'image alt_text',
    'message',
    2000,
    (n) => ({ blocks: [{ type: 'image', image_url: 'https://a', alt_text: x(n) }] }),
  ],
  [
    'image title',
    'message',
    2000,
    (n) => ({ blocks: [{ type: 'image', image_url: 'https://a', alt_text: 'a', title: plain(x(n)) }] }),
  ],
  ['modal title', 'modal', 24, (n) => modal({ title: plain(x(n)) })],
  ['modal submit', 'modal', 24, (n) => modal({ submit: plain(x(n)) })],
  ['modal close', 'modal', 24, (n) => modal({ close: plain(x(n)) })],
  ['private_metadata', 'modal', 3000, (n) => modal({ private_metadata: x(n) })],
  ['callback_id', 'modal', 255, (n) => modal({ callback_id: x(n) })],
  ['external_id', 'modal', 255, (n) => modal({ external_id: x(n) })],
  [
    'markdown over the payload',
    'message',
    12_000,
    (n) => ({
      blocks: [
        { type: 'markdown', text: x(n - 10) },
        { type: 'markdown', text: x(10) },
      ],
    }),
  ],
  [
    'table rows',
    'message',
    100,
    (n) => ({ blocks: [{ type: 'table', rows: many(n, () => [{ type: 'raw_text', text: 'c' }]) }] }),
  ],
  [
    'table characters',
    'message',
    10_000,
    (n) => ({
      blocks: [
        {
          type: 'table',
          rows: [
            [
              { type: 'raw_text', text: x(n - 5) },
              { type: 'raw_text', text: x(5) },
            ],
          ],
        },
      ],
    }),
  ],
  ['alert', 'modal', 200, (n) => modal({ blocks: [{ type: 'alert', text: plain(x(n)) }] })],
  ['card body', 'message', 200, (n) => ({ blocks: [{ type: 'card', body: mrkdwn(x(n)) }] })],
  [
    'rich text indent',
    'message',
    8,
    (n) => ({
      blocks: [
        {
          type: 'rich_text',
          elements: [{ type: 'rich_text_list', style: 'bullet', indent: n, elements: [] }],
        },
      ],
    }),
  ],
]

describe('Block Kit limits', () => {
  it.each(edges)('%s', (_, surface, most, build) => {
    expect(validate(surface, build(most))).toEqual([])
    expect(validate(surface, build(most + 1))).not.toEqual([])
  })

  it('speaks as Slack does', () => {
    expect(validate('message', section({ text: mrkdwn(x(3001)) }))).toEqual([
      { pointer: '/blocks/0/text', code: 'schema', message: 'failed to match all allowed schemas' },
      { pointer: '/blocks/0/text/text', code: 'too_long', message: 'must be less than 3001 characters' },
    ])
    expect(validate('message', { blocks: many(51, () => ({ type: 'divider' })) })).toEqual([
      { pointer: '/blocks', code: 'too_many', message: 'no more than 50 items allowed' },
    ])
  })
})

const wrong: [string, Surface, Record<string, unknown>][] = [
  ['an empty section', 'message', { blocks: [{ type: 'section' }] }],
  ['an empty text', 'message', section({ text: mrkdwn('') })],
  ['an unknown block', 'message', { blocks: [{ type: 'sektion' }] }],
  ['an unknown key', 'message', section({ txet: 1 })],
  ['mrkdwn in a header', 'message', { blocks: [{ type: 'header', text: mrkdwn('h') }] }],
  ['mrkdwn on a button', 'message', actions(button({ text: mrkdwn('b') }))],
  ['an empty actions block', 'message', actions()],
  ['a select without options', 'message', actions({ type: 'static_select' })],
  [
    'an initial option of its own',
    'message',
    actions({ type: 'static_select', options: [option(1)], initial_option: option(2) }),
  ],
  [
    'a doubled block_id',
    'message',
    {
      blocks: [
        { type: 'divider', block_id: 'a' },
        { type: 'divider', block_id: 'a' },
      ],
    },
  ],
  ['a doubled action_id', 'message', actions(button({ action_id: 'a' }), button({ action_id: 'a' }))],
  ['an odd button style', 'message', actions(button({ style: 'warning' }))],
  ['an alert in a message', 'message', { blocks: [{ type: 'alert', text: plain('a') }] }],
  [
    'a table in a modal',
    'modal',
    modal({ blocks: [{ type: 'table', rows: [[{ type: 'raw_text', text: 'c' }]] }] }),
  ],
  ['an email input in a message', 'message', field({ type: 'email_text_input' })],
  [
    'two tables',
    'message',
    { blocks: many(2, () => ({ type: 'table', rows: [[{ type: 'raw_text', text: 'c' }]] })) },
  ],
  [
    'inputs without submit',
    'modal',
    { type: 'modal', title: plain('T'), ...field({ type: 'plain_text_input' }) },
  ],
  ['a modal without title', 'modal', { type: 'modal', blocks: [] }],
  [
    'two that focus',
    'modal',
    modal({ blocks: many(2, () => field({ type: 'plain_text_input', focus_on_load: true }).blocks[0]) }),
  ],
  ['a link that runs code', 'message', actions(button({ url: 'javascript:alert(1)' }))],
  ['a text input in an actions block', 'message', actions({ type: 'plain_text_input' })],
]

describe('what Block Kit refuses', () => {
  it.each(wrong)('%s', (_, surface, payload) => {
    expect(validate(surface, payload)).not.toEqual([])
  })
})
