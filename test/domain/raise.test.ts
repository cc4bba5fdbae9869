import { describe, expect, it } from 'vitest'
import { isObsolete } from '#domain/obsolete.ts'
import { acknowledge, note, resolve, tellCustomer } from '#domain/verbs.ts'
import { Story } from '../support/stories.ts'
import { termsWith } from '../support/terms.ts'

const owned = (changes: Parameters<typeof termsWith>[0]) =>
  new Story({ terms: termsWith({ missedPromise: ['manager', 'director'], ...changes }) })
    .does(acknowledge, 'U0OWN')
    .later()
const raises = (story: Story) => story.news().filter((line) => line.includes('raised'))

describe('a missed promise', () => {
  it('is raised to one rung more each time', () => {
    const story = owned({}).lives('1h').does(tellCustomer('sorry', null), 'U0OWN').lives('12h')
    expect(raises(story)).toEqual(['1h raised manager update', '2h raised director update'])
  })

  it('is raised to nobody when every rung has been told', () => {
    const story = owned({ missedPromise: ['manager'] }).lives('13h')
    expect(raises(story)).toEqual(['1h raised manager update'])
    expect(story.is).toMatchObject({ raised: 1, toRaise: [] })
  })

  it('is raised together with others that are missed at once', () => {
    const story = owned({}).passes('13h')
    expect(raises(story)).toEqual(['13h raised manager update+resolve'])
    expect(story.is.raised).toBe(1)
  })

  it('to acknowledge climbs the other ladder only', () => {
    const story = new Story({ terms: termsWith({ missedPromise: ['manager'] }) }).later().lives('50m')
    expect(raises(story)).toEqual([])
  })

  it('leaves the ladder where it is, which then goes on by itself', () => {
    const story = new Story({ terms: termsWith({ missedPromise: ['manager'] }) })
      .delivers()
      .later()
      .passes('1h')
    expect(story.news().filter((line) => /raised|paged/.test(line))).toEqual([
      '1h raised manager update',
      '1h paged engineering no_answer',
    ])
    expect(story.is).toMatchObject({ rungPage: 3, tier: 1, home: 'C0ENG' })
  })

  it('is raised to the fallback in the place of a tier that resolves to nobody', () => {
    const story = owned({ gone: ['U0MANAGER'] })
      .lives('30m')
      .does(note('at it'), 'U0OWN')
      .lives('30m')
    expect(raises(story)).toEqual(['1h raised manager update'])
    const page = {
      kind: 'page',
      tier: 'manager',
      channel: 'C0ADMINS',
      mention: ['U0ADMIN'],
      reason: 'missed_promise',
    }
    expect(story.said().find(({ kind }) => kind === 'page')).toMatchObject(page)
    expect(story.is).toMatchObject({ raised: 1, owner: 'U0OWN' })
  })

  it('whose page can never arrive reaches the fallback, though somebody has it', () => {
    const story = owned({}).lives('30m').does(note('at it'), 'U0OWN').lives('30m').loses(2, 'C0MANAGER')
    const told = story.said().find((notice) => notice.kind === 'page')!
    expect(told).toMatchObject({ channel: 'C0ADMINS', reason: 'undeliverable', detail: 'C0MANAGER' })
    expect(isObsolete(told, story.is)).toBe(false)
    expect(isObsolete(told, story.does(resolve(null)).is)).toBe(true)
  })

  it('that nobody noticed before it was resolved is raised to nobody', () => {
    const story = owned({}).sleeps('13h').does(resolve('done')).sweep()
    expect(raises(story)).toEqual([])
    expect(story.owes('update')).toEqual({ due: '1h', kept: '13h', broken: '1h' })
  })

  it("that was noticed by somebody else's act is raised as soon as the clock looks", () => {
    const story = new Story({ terms: termsWith({ missedPromise: ['manager'] }) })
      .sleeps('70m')
      .does(acknowledge)
    expect(story.is.toRaise).toEqual(['update'])
    expect(raises(story.sweep())).toEqual(['1h 10m raised manager update'])
  })
})
