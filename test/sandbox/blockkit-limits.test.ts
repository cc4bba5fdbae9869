import { describe, expect, it } from 'vitest'
import { validate } from '../../sandbox/blockkit.ts'
import { least, limits } from '../../sandbox/blockkit-limits.ts'
import { edges, lowEdges, many, mrkdwn, section, x } from './blockkit-edges.ts'

/** Numbers that no block or view has by itself: errors.test.ts tries them over the wire. */
const onTheWire = new Set([
  'message.text',
  'message.update',
  'message.markdown_text',
  'message.attachments',
  'view.total_bytes',
  'view.stack',
])

function leaves(tree: object, path = ''): [string, number][] {
  return Object.entries(tree).flatMap(([key, inner]) =>
    typeof inner === 'number'
      ? [[path + key, inner] as [string, number]]
      : leaves(inner as object, `${path + key}.`),
  )
}
const all = leaves(limits).filter(([path]) => !onTheWire.has(path))
const lowest = leaves(least)

describe('Block Kit limits', () => {
  it('has a payload for every number in the table, and for nothing else', () => {
    expect(Object.keys(edges).sort()).toEqual(all.map(([path]) => path).sort())
    for (const path of Object.keys(lowEdges)) expect(lowest.map(([name]) => name)).toContain(path)
  })

  it.each(all)('%s: %d fits, one more does not', (path, most) => {
    const [surface, build] = edges[path]!
    expect(validate(surface, build(most))).toEqual([])
    expect(validate(surface, build(most + 1))).not.toEqual([])
  })

  it.each(lowest)('%s: %d is enough, one less is not', (path, few) => {
    const [surface, build] = (lowEdges[path] ?? edges[path])!
    expect(validate(surface, build(few))).toEqual([])
    expect(validate(surface, build(few - 1))).not.toEqual([])
  })

  it('counts characters, not UTF-16 units', () => {
    expect(validate('message', section({ text: mrkdwn('😀'.repeat(3_000)) }))).toEqual([])
    expect(validate('message', section({ text: mrkdwn('😀'.repeat(3_001)) }))).not.toEqual([])
  })

  it('speaks as Slack does', () => {
    expect(validate('message', section({ text: mrkdwn(x(3_001)) }))).toEqual([
      { pointer: '/blocks/0/text', code: 'schema', message: 'failed to match all allowed schemas' },
      { pointer: '/blocks/0/text/text', code: 'too_long', message: 'must be less than 3001 characters' },
    ])
    expect(validate('message', { blocks: many(51, () => ({ type: 'divider' })) })).toEqual([
      { pointer: '/blocks', code: 'too_many', message: 'no more than 50 items allowed' },
    ])
  })
})
