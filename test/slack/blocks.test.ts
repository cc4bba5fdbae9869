import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  clamp,
  clampPlain,
  inline,
  linked,
  mention,
  message,
  plain,
  quoted,
  said,
  utc,
  when,
} from '#slack/blocks.ts'

const at = new Date('2026-11-22T09:30:59Z')

describe('what people wrote', () => {
  it('is escaped, so that it can neither mention nor link', () => {
    expect(said('<!channel> & <@U1>')).toBe('&lt;!channel&gt; &amp; &lt;@U1&gt;')
  })

  it('keeps its lines, or becomes one', () => {
    expect(said(' a\r\n b ')).toBe('a\n b')
    expect(inline(' a\r\n b ')).toBe('a b')
    expect(quoted('a\nb')).toBe('> a\n> b')
  })

  it('loses what nobody sees', () => {
    expect(said('a\u0000b\u202Ec')).toBe('abc')
  })

  it('is cut to a length in its escaped form, between two characters', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.integer({ min: 5, max: 120 }),
        (text, max) => {
          const cut = said(text, max)
          expect(cut.length).toBeLessThanOrEqual(max)
          expect(cut.isWellFormed()).toBe(true)
          expect(cut).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
        },
      ),
    )
  })
})

describe('cutting', () => {
  it('never cuts inside an escape, a token or an emoji', () => {
    expect(clamp('ab &amp; cd', 7)).toBe('ab…')
    expect(clamp('ab &amp; cd', 9)).toBe('ab &amp;…')
    expect(clamp(`until ${when(at)}`, 20)).toBe('until…')
    expect(clamp('ab🔥cd', 4)).toBe('ab…')
    expect(clampPlain('ab🔥cd', 4)).toBe('ab…')
    expect(clamp('abc', 3)).toBe('abc')
  })

  it('leaves no text empty', () => {
    expect(plain('  ').text).toBe('–')
    expect(message('').text).toBe('–')
  })
})

describe('tokens', () => {
  it('show an instant in the zone of each reader, with UTC where that is not possible', () => {
    expect(utc(at)).toBe('2026-11-22 09:30 UTC')
    expect(when(at)).toBe('<!date^1795339800^{date_short_pretty} {time}|2026-11-22 09:30 UTC>')
  })

  it('mention people and groups', () => {
    expect(mention('U0ENG')).toBe('<@U0ENG>')
    expect(mention('S0LEADS')).toBe('<!subteam^S0LEADS>')
  })

  it('link to http only, whatever the label says', () => {
    expect(linked('https://desk.example/t?a=1&b=2', 'T|<9>')).toBe(
      '<https://desk.example/t?a=1&amp;b=2|T¦&lt;9&gt;>',
    )
    expect(linked('javascript:alert(1)', 'T-9')).toBe('T-9')
    expect(linked('https://a.example/x|y>', 'T-9')).toBe('T-9')
    expect(linked(null, '')).toBe('link')
  })
})
