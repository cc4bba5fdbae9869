import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startLineDesk, type LineDesk } from '../support/line-desk.ts'
import type { Told } from '../support/desk.ts'
import type { Person } from '../../sandbox/person.ts'

let desk: LineDesk
beforeAll(async () => {
  desk = await startLineDesk()
})
afterEach(async () => {
  await desk.back()
  await desk.clear()
})
afterAll(() => desk[Symbol.asyncDispose]())

/** They read this, and it goes away, so that the next story has a screen of its own. */
async function reads(who: Person, channel: string, sentence: string): Promise<void> {
  const { ts } = await who.seesOnly(channel, sentence)
  await who.act({ type: 'dismiss', id: ts })
}

async function takes({ first, quiet, pass }: LineDesk, { card }: Told): Promise<void> {
  await pass(0.2)
  await first.press(card, 'Acknowledge')
  await quiet()
  expect(first.again(card).text).toContain('Acknowledged by First-line engineer 2')
}

describe('while the database is away', () => {
  it.each([
    ['cut', 'Acknowledge'],
    ['silence', 'Acknowledge'],
    ['silence', 'Resolve'],
  ] as const)('on a line that is a %s, who presses %s hears that nothing was saved', async (how, label) => {
    const { first, line, back } = desk
    const told = await desk.escalate(`Pressed ${how} ${label}`)
    line[how]()
    expect(await first.press(told.card, label)).toEqual({ ok: true })
    await reads(first, 'C0FRONT', 'Not saved, try again.')
    await back()
    expect(first.again(told.card).text).not.toContain('Acknowledged')
    await takes(desk, told)
  })

  it('a command hears that nothing could be read', async () => {
    const { agent, line, back } = desk
    line.silence()
    await agent.command('/escalate', 'C0SUPPORT', 'list')
    await reads(agent, 'C0SUPPORT', 'Belay could not read that from its database. Try again.')
    await back()
  })
})

describe('when only the answer to the commit is missing', () => {
  const committed = { hold: 'answer', of: /^commit/, since: /insert into timeline/ } as const

  it('who presses hears that it may have been saved, and it was', async () => {
    const { first, line, back, quiet } = desk
    const told = await desk.escalate('Committed, and nobody heard of it')
    const silent = line.stopAt(committed)
    expect(await first.press(told.card, 'Acknowledge')).toEqual({ ok: true })
    await silent
    await reads(first, 'C0FRONT', 'It may have been saved: look at the card before you try again.')
    await back()
    await quiet()
    expect(await desk.happened(told)).toContain('acknowledged')
    expect(first.again(told.card).text).toContain('Acknowledged by First-line engineer 2')
  })

  it('so does who fills in a form', async () => {
    const { first, line, back, quiet } = desk
    const told = await desk.escalate('A note that nobody heard of')
    await takes(desk, told)
    await first.press(told.card, 'Add note')
    const form = await first.modal()
    await form.fill({ Note: 'The gateway is restarted' })
    void line.stopAt(committed)
    const errors = await form.submit({ expectErrors: true })
    expect(Object.values(errors).join(' ')).toContain('It may have been saved')
    await back()
    await quiet()
    expect((await desk.happened(told)).filter((kind) => kind === 'noted')).toHaveLength(1)
    await form.close()
  })
})

describe('when Slack does not open a form', () => {
  const sentence = 'Slack did not open the form. If it does not show in a moment, try again.'
  const faults = [
    ['refuses', { kind: 'error', error: 'expired_trigger_id' }],
    ['breaks down', { kind: 'status', status: 500 }],
    ['is silent', { kind: 'hang' }],
  ] as const

  it.each(faults)('because it %s, who presses or types hears just that', async (_, effect) => {
    const { first, sandbox } = desk
    const told = await desk.escalate('No form')
    const mend = sandbox.fault({ on: 'views.open', times: 0, effect })
    expect(await first.press(told.card, 'Resolve')).toEqual({ ok: true })
    await reads(first, 'C0FRONT', sentence)
    await first.command('/escalate', 'C0SUPPORT', '')
    await reads(first, 'C0SUPPORT', sentence)
    mend()
  })

  it('and the database is slow as well, it is told within the 3 s that Slack waits', async () => {
    const { first, sandbox, line } = desk
    const told = await desk.escalate('Slow everywhere')
    const mend = sandbox.fault({ on: 'views.open', effect: { kind: 'delay', ms: 1500 } })
    const slow = line.stopAt({ hold: 'answer', of: /from "escalations"/ }).then(() => delay(1900))
    const startedMs = performance.now()
    const pressed = first.press(told.card, 'Resolve')
    await slow
    line.goOn()
    expect(await pressed).toEqual({ ok: true })
    expect(performance.now() - startedMs).toBeLessThan(3000)
    await reads(first, 'C0FRONT', sentence)
    mend()
  })
})
