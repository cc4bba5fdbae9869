import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { plain, startDesk, type Desk, type Told } from '../support/desk.ts'
import { ticketEvent } from '../support/tickets.ts'
import { examplePolicy, testPolicy } from '../support/world.ts'
import type { Person } from '../../sandbox/person.ts'

const members = ['U0AGENT', 'U0FRONT1', 'U0FRONT2', 'U0FRONT3', 'U0ENG1', 'U0ENG2', 'U0HEAD', 'U0GUEST']
const frontline = { id: 'C0FRONT', name: 'frontline', shared: true, members }

let desk: Desk
beforeAll(async () => {
  desk = await startDesk({ before: (sandbox) => sandbox.seed({ channels: [frontline] }) })
  await desk.sandbox.connected()
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

/** Somebody does what must be refused: only they read this sentence, and nothing has changed. */
async function refused(told: Told, who: Person, label: string, sentence: RegExp | string) {
  await desk.quiet()
  const before = await desk.saved(told)
  const posted = desk.sandbox.messages('C0FRONT').length
  await who.press(told.card, label)
  const answer = await who.seesOnly('C0FRONT', sentence)
  await desk.quiet()
  expect(await desk.saved(told)).toEqual(before)
  expect(desk.sandbox.messages('C0FRONT')).toHaveLength(posted)
  for (const other of members.filter((id) => id !== who.id))
    expect(whispersTo(other)).not.toContain(answer.text)
  await who.act({ type: 'dismiss', id: answer.ts })
}

function whispersTo(id: string): string[] {
  const seen = Object.values(desk.sandbox.state(id).messages).flat()
  return seen.filter(({ ephemeral }) => ephemeral).map(({ text }) => text)
}

/** A form is submitted that must be refused: the sentence stands at an input, and nothing has changed. */
async function refusedForm(told: Told, who: Person, [label, title, fill]: Form, sentence: RegExp) {
  await who.press(told.card, label)
  const form = await who.modal(title)
  await form.fill(fill)
  const before = await desk.saved(told)
  expect(Object.values(await form.submit({ expectErrors: true })).join(' ')).toMatch(sentence)
  expect(await desk.saved(told)).toEqual(before)
  await form.close()
}
type Form = [label: string, title: RegExp, fill: Record<string, string>]

/** Slack edits nothing for a while, so that people press on cards as they were. */
function cardsStand(): Disposable {
  const mend = desk.sandbox.fault({
    on: 'chat.update',
    times: 0,
    effect: { kind: 'ratelimited', retry_after: 4 },
  })
  return { [Symbol.dispose]: mend }
}

async function acts(who: Person, told: Told, label: string) {
  await who.press(told.card, label)
  await desk.quiet()
}

describe('on a card that still shows what was', () => {
  it('acknowledge is refused: somebody has it, or it is one’s own', async () => {
    const { first, second } = desk
    const told = await desk.escalate('Taken', plain)
    using _ = cardsStand()
    await acts(first, told, 'Acknowledge')
    await refused(told, second, 'Acknowledge', /^First-line engineer 2 has E-\d+ already until /)
    await refused(told, first, 'Acknowledge', /^E-\d+ is yours already until /)
    expect((await desk.happened(told)).filter((kind) => kind === 'acknowledged')).toHaveLength(1)
  })

  it('escalate now is refused, with what is so now, and the card is put right', async () => {
    const { first, second, pass } = desk
    const told = await desk.escalate('Out of date', plain)
    {
      using _ = cardsStand()
      await acts(first, told, 'Acknowledge')
      const sentence =
        'The card you pressed on was out of date, so nothing was changed. Now: Acknowledged by First-line engineer 2'
      await refused(told, second, 'Escalate now', sentence)
    }
    await pass(0.2)
    expect(first.again(told.card).text).toContain('Acknowledged by First-line engineer 2')
  })

  it('waiting is refused when it waits already, and answered when it does not', async () => {
    const { first, second, pass } = desk
    const told = await desk.escalate('Wait', plain)
    {
      using _ = cardsStand()
      await acts(first, told, 'Waiting on customer')
      await refused(told, second, 'Waiting on customer', 'has been waiting on the customer since')
    }
    await pass(0.2)
    using _ = cardsStand()
    await acts(first, told, 'Customer answered')
    await refused(told, second, 'Customer answered', 'is not waiting on the customer')
  })

  it('everything but Reopen is refused once it is resolved', async () => {
    const { first } = desk
    const told = await desk.escalate('Solved')
    using _ = cardsStand()
    await desk.clear()
    for (const label of [
      'Acknowledge',
      'Escalate now',
      'Hand off',
      'Update customer',
      'Resolve',
      'Waiting on customer',
    ])
      await refused(told, first, label, /^E-\d+ was resolved by generic.*press Reopen/)
    expect(desk.sandbox.state('U0FRONT2').modals).toEqual([])
  })

  it('reopen is refused when it is open again', async () => {
    const { first, second, pass } = desk
    const told = await desk.escalate('Reopened twice')
    await desk.clear()
    using _ = cardsStand()
    await acts(first, told, 'Reopen')
    await refused(told, second, 'Reopen', 'is not resolved, so there is nothing to reopen')
    await pass(0.1)
  })
})

it('release is refused to everybody but the owner', async () => {
  const { first, second } = desk
  const told = await desk.escalate('Not yours', plain)
  await acts(first, told, 'Acknowledge')
  await refused(
    told,
    second,
    'Release',
    /^Only the owner can release E-\d+, and that is First-line engineer 2/,
  )
})

it('a handoff is refused to who has it, to a bot, and to somebody from another workspace', async () => {
  const { first, second } = desk
  const told = await desk.escalate('Hand off', plain)
  await acts(first, told, 'Acknowledge')
  const to = (id: string): Form => ['Hand off', /Hand off E-/, { To: id }]
  await refusedForm(told, second, to('U0FRONT2'), /First-line engineer 2 has E-\d+ already/)
  await refusedForm(told, second, to('U0BELAY'), /is not a person who can have E-\d+/)
  await refusedForm(told, second, to('U0GUEST'), /is not a person who can have E-\d+/)
})

it('a change to the same severity is refused', async () => {
  const told = await desk.escalate('Same', plain)
  await refusedForm(
    told,
    desk.first,
    ['Change severity', /Change severity/, { Severity: 'critical' }],
    /is critical already/,
  )
})

it('escalate now is refused when nobody further can be asked', async () => {
  const ghosts = examplePolicy
    .replace('people: [U0ENG1, U0ENG2]', 'people: [U0GHOST]')
    .replace(', mention: [S0ENGLEADS] }', ' }')
  const short = ghosts.replace('      - { tier: management, wait: 30m }\n    rounds: 2', '    rounds: 1')
  await desk.belay.adopt(testPolicy(short))
  const told = await desk.escalate('Last tier', plain)
  await refused(told, desk.first, 'Escalate now', 'Every tier of the last round has been asked')
  await desk.belay.adopt(testPolicy())
})

it('reopening is refused while the ticket has another open escalation', async () => {
  const told = await desk.escalate('Twice', { id: 'same-ticket' })
  await desk.hook(ticketEvent('ticket.solved', { id: 'same-ticket' }))
  await desk.quiet()
  const later = await desk.escalate('Twice', { id: 'same-ticket' })
  await refused(told, desk.first, 'Reopen', `another open escalation, ${later.name}`)
})

it('people from another workspace see, and can not act', async () => {
  const guest = desk.sandbox.person('U0GUEST')
  const told = await desk.escalate('Shared', plain)
  for (const label of ['Acknowledge', 'Escalate now', 'Hand off', 'Resolve', 'Add note'])
    await refused(told, guest, label, 'Only members of this workspace can act on escalations')
})

it('an escalation that does not exist is answered with where to look', async () => {
  await desk.agent.command('/escalate', 'C0SUPPORT', 'show E-99')
  await desk.agent.seesOnly('C0SUPPORT', 'There is no escalation E-99')
  await desk.agent.command('/escalate', 'C0SUPPORT', 'show nonsense')
  await desk.agent.seesOnly('C0SUPPORT', '/escalate show E-12')
})
