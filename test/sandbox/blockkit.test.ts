import { describe, expect, it } from 'vitest'
import { type Surface, validate } from '../../sandbox/blockkit.ts'
import { actions, button, field, many, modal, mrkdwn, option, plain, section } from './blockkit-edges.ts'

const point = { label: 'a', value: 1 }
const chart = (inside: object) => ({ blocks: [{ type: 'data_visualization', title: 't', chart: inside }] })

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
  ['a chart without its axis', 'message', chart({ type: 'bar', series: [{ name: 's', data: [point] }] })],
  ['a chart of no known kind', 'message', chart({ type: 'donut', segments: [point] })],
  [
    'points that are not on the axis',
    'message',
    chart({ type: 'line', series: [{ name: 's', data: [point] }], axis_config: { categories: ['b'] } }),
  ],
  ['a text input in an actions block', 'message', actions({ type: 'plain_text_input' })],
]

describe('what Block Kit refuses', () => {
  it.each(wrong)('%s', (_, surface, payload) => {
    expect(validate(surface, payload)).not.toEqual([])
  })
})
