import { describe, expect, it } from 'vitest'
import {
  button,
  buttons,
  entries,
  link,
  more,
  readDrawn,
  readEntry,
  readOrigin,
  writeDrawn,
  writeOrigin,
} from '#slack/buttons.ts'
import type { ButtonName, EntryName } from '#slack/buttons.ts'

const drawn = { e: 12, v: 7 }
const biggest = { e: Number.MAX_SAFE_INTEGER, v: Number.MAX_SAFE_INTEGER }

describe('a button', () => {
  it('carries the escalation and the version it was drawn from', () => {
    for (const name of Object.keys(buttons) as ButtonName[]) {
      const { action_id, value } = button(name, drawn)
      expect(action_id).toBe(name)
      expect(value).toBe('{"e":12,"v":7}')
      expect(readDrawn(value)).toEqual(drawn)
    }
  })

  it('can say in a list what its label alone cannot', () => {
    expect(button('acknowledge', drawn, 'Acknowledge E-12')).toMatchObject({
      accessibility_label: 'Acknowledge E-12',
    })
  })

  it('leads to an address only when there is one', () => {
    expect(link('open_ticket', 'https://desk.example/t/9')).toMatchObject({ action_id: 'open_ticket' })
    for (const url of [null, '', 'javascript:alert(1)', `https://${'x'.repeat(3000)}`])
      expect(link('open_ticket', url)).toBeNull()
  })

  it('that is a stranger, or from another time, is read as nothing', () => {
    for (const value of [
      undefined,
      null,
      '',
      '{',
      '7',
      '{"e":12}',
      '{"e":-1,"v":7}',
      '{"e":12,"v":7,"x":1}',
      'x'.repeat(4000),
    ])
      expect(readDrawn(value)).toBeNull()
  })
})

describe('the menu behind More', () => {
  it('has values that Slack takes, however large the numbers', () => {
    const names = Object.keys(entries) as EntryName[]
    const { options } = more(biggest, names)
    expect(options.map(({ value }) => readEntry(value))).toEqual(
      names.map((name) => Object.assign({ do: name }, biggest)),
    )
    for (const { value } of options) expect(value?.length).toBeLessThanOrEqual(75)
  })

  it('is read as nothing when it is not ours', () => {
    for (const value of [null, '{"e":1,"v":1}', '{"e":1,"v":1,"do":"explode"}'])
      expect(readEntry(value)).toBeNull()
  })
})

describe("a form's metadata", () => {
  it('comes back as it went', () => {
    expect(readDrawn(writeDrawn(drawn))).toEqual(drawn)
    const origin = { channel: 'C0HELP', message: '1.2', link: 'https://team.example/p12' }
    expect(readOrigin(writeOrigin(origin))).toEqual(origin)
    expect(readOrigin('nonsense')).toEqual({})
  })
})
