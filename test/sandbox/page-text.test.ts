import { assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buttonsOf, casesIn, climbed, pagedCases, progressOf } from '../../sandbox/page/cases.ts'
import { ago, formatDate, unixIn } from '../../sandbox/page/dates.ts'
import { emoji } from '../../sandbox/page/emoji.ts'
import { flat, type Inline, inline, parse, safeUrl } from '../../sandbox/page/mrkdwn.ts'
import type { LedgerEntry, MessageView } from '../../sandbox/protocol.ts'

const text = (text: string): Inline => ({ kind: 'text', text })

describe('mrkdwn', () => {
  test('styles nest and need a word’s edge', () => {
    expect(inline('*bold _both_*')).toEqual([
      { kind: 'bold', children: [text('bold '), { kind: 'italic', children: [text('both')] }] },
    ])
    expect(inline('~no~')).toEqual([{ kind: 'strike', children: [text('no')] }])
    for (const plain of ['snake_case_name', '2*3*4', '* not bold*', '**double**', '*open', '10:30:15', '* *'])
      expect(inline(plain)).toEqual([text(plain)])
  })

  test('code shows what is in it and formats nothing', () => {
    expect(inline('see `a *b* &lt;c&gt;`')).toEqual([text('see '), { kind: 'code', text: 'a *b* <c>' }])
    expect(parse('before\n```\nx *y*\n  z\n```\nafter')).toEqual([
      { kind: 'lines', children: [text('before')] },
      { kind: 'pre', text: 'x *y*\n  z' },
      { kind: 'lines', children: [text('after')] },
    ])
  })

  test('quotes are escaped or typed', () => {
    expect(parse('&gt; one\n> two\nthree')).toEqual([
      { kind: 'quote', children: [text('one'), { kind: 'break' }, text('two')] },
      { kind: 'lines', children: [text('three')] },
    ])
  })

  test('links keep their label; entities are decoded once', () => {
    expect(inline('<https://a.example/?x=1&amp;y=2|the *desk*>')).toEqual([
      {
        kind: 'link',
        url: 'https://a.example/?x=1&y=2',
        children: [text('the '), { kind: 'bold', children: [text('desk')] }],
      },
    ])
    expect(inline('<mailto:a@b.example>')).toEqual([
      { kind: 'link', url: 'mailto:a@b.example', children: [text('a@b.example')] },
    ])
    expect(inline('&amp;lt;b&amp;gt; &lt;b&gt;')).toEqual([text('&lt;b&gt; <b>')])
  })

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    '//evil.example',
    'https://a.example/\u0000javascript:x',
  ])('%s is not a link', (url) => {
    expect(safeUrl(url)).toBeUndefined()
    expect(JSON.stringify(parse(`<${url}|click>`))).not.toContain('"link"')
  })

  test('references', () => {
    expect(inline('<@U1> <#C1|general> <!subteam^S1|@leads> <!here> :fire:')).toEqual([
      { kind: 'user', id: 'U1' },
      text(' '),
      { kind: 'channel', id: 'C1', label: 'general' },
      text(' '),
      { kind: 'usergroup', id: 'S1', label: '@leads' },
      text(' '),
      { kind: 'broadcast', range: 'here' },
      text(' '),
      { kind: 'emoji', name: 'fire' },
    ])
  })

  test('a date keeps its fallback', () => {
    expect(inline('<!date^1795000000^{date} at {time}|some day>')).toEqual([
      { kind: 'date', unix: 1_795_000_000, format: '{date} at {time}', fallback: 'some day' },
    ])
  })

  test('nothing that is not formatting gets lost', () => {
    const letters = string({ unit: constantFrom(...Array.from('ab *_~`<>&;:|\n@#!')) })
    assert(
      property(letters, (source) => {
        const kept = JSON.stringify(parse(source)).replaceAll(/[^ab]/g, '')
        return kept.length >= source.replaceAll(/<[^>]*>|[^ab]/g, '').length
      }),
      { numRuns: 500 },
    )
  })

  test('flat text for one line', () => {
    expect(flat(inline('*E-12* <@U1>\nnow'), () => '@someone')).toBe('E-12 @someone now')
  })
})

describe('dates', () => {
  const at = { now: Date.parse('2026-11-23T09:30:00Z') / 1000, zone: 'Europe/Berlin' }
  const unix = (iso: string) => Date.parse(iso) / 1000

  test.each([
    ['2026-11-23T10:00:00Z', '{date_short_pretty} {time}', 'today 11:00'],
    ['2026-11-22T23:30:00Z', '{date_pretty}', 'today'],
    ['2026-11-22T22:30:00Z', '{date_pretty}', 'yesterday'],
    ['2026-11-24T08:00:00Z', '{date_long_pretty} at {time_secs}', 'tomorrow at 09:00:00'],
    ['2026-12-01T08:00:00Z', '{date_num} {date_short}', '2026-12-01 1 Dec 2026'],
    ['2026-11-23T09:45:00Z', '{ago}', 'in 15 minutes'],
  ])('%s as %s', (iso, format, shown) => {
    expect(formatDate(unix(iso), format, at)).toBe(shown)
  })

  test('without a known placeholder there is nothing to show but the fallback', () => {
    expect(formatDate(at.now, '{constructor}', at)).toBeUndefined()
    expect(formatDate(Number.NaN, '{time}', at)).toBeUndefined()
  })

  test('a local time finds its instant, also beside a change of the clocks', () => {
    expect(unixIn('2026-11-23T10:30', 'Europe/Berlin')).toBe(at.now)
    expect(unixIn('2026-10-25T01:30', 'Europe/Berlin')).toBe(unix('2026-10-24T23:30:00Z'))
    expect(unixIn('2026-10-25T03:30', 'Europe/Berlin')).toBe(unix('2026-10-25T02:30:00Z'))
  })

  test('ago', () => {
    expect(ago(at.now - 7200, at.now)).toBe('2 hours ago')
  })
})

test('unknown emoji names stay what they are', () => {
  expect(emoji('fire')).toBe('🔥')
  expect(emoji('constructor')).toBeUndefined()
})

describe('what the messages tell about the escalations', () => {
  const entry = (channel: string, reason: LedgerEntry['reason'], said: string): LedgerEntry => ({
    id: channel + reason,
    at: '2026-11-23T09:30:00Z',
    user: 'U1',
    channel,
    ts: '1',
    reason,
    text: said,
    from: 'U0BELAY',
  })
  const card = (...labels: string[]): MessageView => ({
    ts: '1',
    channel: 'C1',
    user: 'U0BELAY',
    bot_id: 'B0BELAY',
    text: 'E-12 Acme',
    blocks: [
      {
        type: 'actions',
        elements: labels.map((label) => ({ type: 'button', text: { type: 'plain_text', text: label } })),
      },
    ],
    attachments: [],
    broadcast: false,
    reactions: [],
    pinned: false,
    files: [],
    ephemeral: false,
    permalink: '',
    state: {},
  })

  test('names', () => {
    expect(casesIn('E-12 and E-3, not HE-4 or E-')).toEqual(['E-12', 'E-3'])
    expect(pagedCases([entry('C1', 'mention', 'E-1 x'), entry('D1', 'dm', 'hello')])).toEqual(['E-1'])
  })

  test('a page in a second channel is a climb, a direct message is not', () => {
    expect(climbed([entry('C1', 'mention', 'E-1'), entry('D1', 'dm', 'E-1')])).toBe(false)
    expect(climbed([entry('C1', 'mention', 'E-1'), entry('C2', 'mention', 'E-2')])).toBe(false)
    expect(climbed([entry('C1', 'mention', 'E-1'), entry('C2', 'usergroup', 'E-1')])).toBe(true)
  })

  test('the buttons of a card tell its state', () => {
    expect(buttonsOf(card('Acknowledge', 'Resolve').blocks)).toEqual(['Acknowledge', 'Resolve'])
    expect(progressOf([card('Acknowledge', 'Resolve')])).toEqual({ acknowledged: false, resolved: false })
    expect(progressOf([card('Hand off', 'Resolve')])).toEqual({ acknowledged: true, resolved: false })
    expect(progressOf([card('Reopen')])).toEqual({ acknowledged: true, resolved: true })
  })
})
