import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { plain, startDesk, type Desk, type Told } from '../support/desk.ts'
import { phones } from '../support/pings.ts'
import { viewText } from '../../sandbox/reading.ts'
import type { Person } from '../../sandbox/person.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

/** The Home tab as it is when this person opens it now. */
async function opened(person: Person): Promise<string> {
  const before = drawn(person)
  await person.act({ type: 'open_home' })
  await desk.quiet()
  const [view] = Object.values(desk.sandbox.state(person.id).homes)
  expect(drawn(person)).toBeGreaterThan(before)
  return viewText(view!)
}

/** How often their Home was drawn. */
function drawn({ id }: Person): number {
  const published = desk.sandbox.journal({ name: 'views.publish', ok: true })
  return published.filter((entry) => JSON.stringify(entry).includes(id)).length
}

/** The part of the Home under a heading. */
function part(home: string, heading: string): string {
  const [, after = ''] = home.split(new RegExp(`^${heading}(?: · \\d+)?$`, 'm'))
  return after.split(/^(?:Nobody has it|On call now|Escalate)(?: · \d+)?$/m)[0]!
}

function linkTo({ card, name }: Told): string {
  return `/archives/${card.channel}/p${card.ts.replace('.', '')}|${name}>`
}

it('with nothing open says so, and who is on call, and how to escalate', async () => {
  const shown = await opened(desk.second)
  expect(part(shown, 'You have it')).toContain('no open escalation is yours')
  expect(part(shown, 'Nobody has it')).toContain('no open escalation is without an owner')
  expect(part(shown, 'On call now')).toMatch(/frontline\*: First-line engineer 2 until <!date/)
  expect(part(shown, 'Escalate')).toContain('/escalate')
})

it('shows what nobody has until somebody has it, and then to them that it is theirs', async () => {
  const { first, second, sandbox } = desk
  const told = await desk.escalate('Fonts are wrong', { ...plain, severity: 'low' })
  const urgent = await desk.escalate('Payments fail', { ...plain, severity: 'critical' })
  const rang = phones(sandbox)
  const before = await opened(second)
  expect(part(before, 'You have it')).toContain('Nothing')
  expect(part(before, 'Nobody has it')).toMatch(/Payments fail[^]*Acknowledge by <!date[^]*Fonts are wrong/)
  expect(before).toContain(linkTo(urgent))

  await second.press(told.card, 'Acknowledge')
  await desk.quiet()
  rang()
  const after = await opened(second)
  expect(part(after, 'You have it')).toMatch(
    /low · Small shop: Fonts are wrong\nYours until <!date[^]*Next update by <!date/,
  )
  expect(part(after, 'You have it')).toContain(linkTo(told))
  expect(part(after, 'Nobody has it')).not.toContain('Fonts are wrong')
  expect(part(await opened(first), 'You have it')).not.toContain('Fonts are wrong')
  expect(after).not.toMatch(/<@|<!(?!date)/)
  expect(rang()).toEqual([])
})

it('tells people from another workspace only that they cannot act', async () => {
  await desk.escalate('Not for guests', plain)
  const shown = await opened(desk.sandbox.person('U0GUEST'))
  expect(shown).toMatch(/^\n?Only members of this workspace can see and act/)
  expect(shown).not.toContain('Not for guests')
})

it('is drawn later when Slack does not take it now, and not again when Slack never will', async () => {
  const { second, sandbox, pass } = desk
  const before = drawn(second)
  sandbox.fault({ on: 'views.publish', times: 1, effect: { kind: 'ratelimited', retry_after: 1 } })
  await second.act({ type: 'open_home' })
  await pass(0.5)
  expect(drawn(second)).toBe(before + 1)

  sandbox.fault({ on: 'views.publish', times: 1, effect: { kind: 'error', error: 'not_enabled' } })
  await second.act({ type: 'open_home' })
  await pass(0.5)
  expect(drawn(second)).toBe(before + 1)
})
