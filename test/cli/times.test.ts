import { describe, expect, it } from 'vitest'
import { plainly } from '../../src/cli/plainly.ts'
import { shownTime } from '#domain/shown-time.ts'
import { readInstant } from '../../src/cli/times.ts'
import { at, brussels } from '../domain/wall.ts'

const monday = at('2026-11-23 10:00')
const read = (text: string, now = monday) => {
  const instant = readInstant(text, brussels, now)
  return instant && shownTime(instant, brussels)
}

describe('an instant as people type it', () => {
  it.each([
    ['now', 'Mon 2026-11-23 10:00'],
    ['2026-11-28 03:00', 'Sat 2026-11-28 03:00'],
    ['2026-11-28T03:00', 'Sat 2026-11-28 03:00'],
    ['2026-11-28T03:00:30Z', 'Sat 2026-11-28 04:00:30'],
    ['2026-11-28 03:00+09:00', 'Fri 2026-11-27 19:00'],
    ['sat 03:00', 'Sat 2026-11-28 03:00'],
    ['Saturday  3:00', 'Sat 2026-11-28 03:00'],
    ['Mon 11:00', 'Mon 2026-11-23 11:00'],
    ['Mon 09:00', 'Mon 2026-11-30 09:00'],
    ['09:00', 'Tue 2026-11-24 09:00'],
    ['10:00', 'Mon 2026-11-23 10:00'],
  ])('%s is %s', (text, shown) => expect(read(text)).toBe(shown))

  it.each(['', 'soon', '2026-11-28', '2026-02-30 10:00', '25:00', 'Xyz 10:00', '10', '1795000000'])(
    '%j is none',
    (text) => expect(read(text)).toBeNull(),
  )

  it('in the hour that spring skips is an hour later, and the next one of a weekday is found across it', () => {
    expect(read('2026-03-29 02:30')).toBe('Sun 2026-03-29 03:30')
    expect(read('Sun 02:30', at('2026-03-28 12:00'))).toBe('Sun 2026-03-29 03:30')
  })
})

describe('a sentence made for Slack', () => {
  it('reads plainly in a terminal', () => {
    const sentence =
      'Asked <@U0ENG> and <!subteam^S0LEADS> in <#C0ENG> by <!date^1795410600^{date_short_pretty} {time}|x>: a &lt;b&gt; &amp;amp; <https://desk.example/1|4711>'
    expect(plainly(sentence, brussels)).toBe(
      'Asked U0ENG and S0LEADS in C0ENG by Mon 2026-11-23 06:10: a <b> &amp; 4711 (https://desk.example/1)',
    )
  })
})
