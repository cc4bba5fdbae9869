import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { plain, startDesk, type Desk, type Told } from '../support/desk.ts'
import { offers, phones, shown } from '../support/pings.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

/** The card as it is now, as text. */
const onCard = ({ card }: Told) => shown(desk.first.again(card))

describe('acknowledge', () => {
  it('from the direct message is public at once, and says until when', async () => {
    const { first, quiet, sandbox } = desk
    const told = await desk.escalate('Login loops', plain)
    const direct = await first.sees('dm', 'Login loops')
    const rang = phones(sandbox)
    await first.press(direct, 'Acknowledge')
    await quiet()
    expect(onCard(told)).toMatch(/Acknowledged by First-line engineer 2 until .*09:\d\d UTC/)
    expect(offers(first.again(told.card))).not.toContain('Acknowledge')
    expect(first.again(direct).text).toContain('You have it until')
    expect(offers(first.again(direct))).not.toContain('Acknowledge')
    const line = await first.sees('C0FRONT', 'First-line engineer 2 has it until', { thread: told.card })
    expect(line.broadcast).toBe(true)
    expect(rang()).toEqual([])
  })

  it('lapses without activity, and the same tier is asked again', async () => {
    const { first, second, pass, quiet, sandbox } = desk
    const told = await desk.escalate('Lapse', plain)
    await second.press(told.card, 'Acknowledge')
    await quiet()
    const rang = phones(sandbox)
    await pass(59.9)
    expect(rang()).toEqual(['U0ENG1 directly'])
    await pass(0.2)
    expect(rang()).toEqual(['U0ENG1 directly', 'U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
    expect(onCard(told)).toContain('Nobody has it yet')
    const again = await first.sees('C0FRONT', 'The acknowledgement ran out without activity', {
      thread: told.card,
    })
    expect(again).toMatchObject({ broadcast: true, text: expect.stringContaining('<@U0FRONT2>') })
    expect(offers(again)).toContain('Acknowledge')
    expect(await desk.happened(told)).toEqual(expect.arrayContaining(['acknowledged', 'lapsed', 'paged']))
  })

  it('holds on when its owner writes in the thread, and for nobody else', async () => {
    const { first, agent, pass, quiet } = desk
    const told = await desk.escalate('Thread', plain)
    await first.press(told.card, 'Acknowledge')
    await pass(40)
    await agent.says('C0FRONT', 'Any news?', { thread: told.card })
    await quiet()
    const before = (await desk.saved(told)).lapseAt!
    await first.says('C0FRONT', 'Looking at the logs', { thread: told.card })
    await quiet()
    expect(Number((await desk.saved(told)).lapseAt) - Number(before)).toBe(40 * 60_000)
    await pass(30)
    expect(onCard(told)).toContain('Acknowledged by First-line engineer 2')
  })
})

describe('escalate now', () => {
  it('asks the next tier at once, and takes it from who had it', async () => {
    const { first, second, quiet, sandbox } = desk
    const told = await desk.escalate('Escalate me', plain)
    await first.press(told.card, 'Acknowledge')
    await quiet()
    const rang = phones(sandbox)
    await first.press(told.card, 'Escalate now')
    await quiet()
    const page = await second.sees('C0ENG', new RegExp(`^${told.name} `))
    expect(page.text).toContain('It was escalated by hand.')
    expect(rang()).toEqual(['U0ENG1 directly', 'U0ENG1 in C0ENG'])
    expect(onCard(told)).toContain('Nobody has it yet. engineering has been asked.')
  })
})

describe('hand off', () => {
  it('gives it to a person by name, who hears of it', async () => {
    const { first, second, quiet, sandbox } = desk
    const told = await desk.escalate('Hand me over', plain)
    await first.press(told.card, 'Acknowledge')
    await quiet()
    const rang = phones(sandbox)
    await first.press(told.card, 'Hand off')
    const form = await first.modal(`Hand off ${told.name}`)
    await form.fill({ To: 'U0ENG1', 'What they should know': 'It is the bank.' })
    await form.submit()
    await quiet()
    expect(onCard(told)).toContain('Acknowledged by Second-line engineer until')
    const direct = await second.sees('dm', 'Hand me over')
    expect(direct.text).toContain('You have it until')
    expect(
      shown(
        await first.sees('C0FRONT', 'First-line engineer 2 handed it to Second-line engineer', {
          thread: told.card,
        }),
      ),
    ).toContain('It is the bank.')
    expect(rang()).toEqual(['U0ENG1 directly'])
  })
})

describe('release', () => {
  it('asks the tier again where it was acknowledged', async () => {
    const { second, first, quiet, sandbox } = desk
    const told = await desk.escalate('Release me', plain)
    await second.press(told.card, 'Acknowledge')
    await quiet()
    const rang = phones(sandbox)
    await second.press(told.card, 'Release')
    await quiet()
    expect(rang()).toEqual(['U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])
    await first.sees('C0FRONT', 'It was given back.', { thread: told.card })
    expect(onCard(told)).toContain('Nobody has it yet. frontline has been asked.')
  })
})

describe('note', () => {
  it('stays on the timeline, is told in the thread, and renews the owner’s time', async () => {
    const { first, pass, quiet } = desk
    const told = await desk.escalate('Note me', plain)
    await first.press(told.card, 'Acknowledge')
    await pass(30)
    await first.press(told.card, 'Add note')
    const form = await first.modal(`Note on ${told.name}`)
    await form.fill({ Note: 'The *bank* answers <slowly> & rarely' })
    await form.submit()
    await quiet()
    const line = await first.sees('C0FRONT', 'First-line engineer 2 noted:', { thread: told.card })
    expect(line.text).toContain('The *bank* answers &lt;slowly&gt; &amp; rarely')
    await pass(45)
    expect(onCard(told)).toContain('Acknowledged by First-line engineer 2')
    await first.command('/escalate', 'C0FRONT', `show ${told.name}`)
    expect(shown(await first.seesOnly('C0FRONT', 'First-line engineer 2 noted:'))).toContain('slowly')
  })
})

describe('waiting on the customer', () => {
  it('pauses update and resolution until the customer has answered', async () => {
    const { first, pass, quiet, sandbox } = desk
    const told = await desk.escalate('Waiting', plain)
    await first.press(told.card, 'Acknowledge')
    await quiet()
    const { promises } = await desk.saved(told)
    await pass(10)
    await first.press(told.card, 'Waiting on customer')
    await quiet()
    expect(onCard(told)).toContain('Waiting on the customer since')
    expect(offers(first.again(told.card))).toContain('Customer answered')
    const rang = phones(sandbox)
    await pass(300)
    expect(rang()).toEqual([])
    await first.press(told.card, 'Customer answered')
    await quiet()
    const later = (await desk.saved(told)).promises
    for (const name of ['update', 'resolve'] as const)
      expect(Number(later[name].dueAt) - Number(promises[name].dueAt)).toBe(300 * 60_000)
    expect(onCard(told)).not.toContain('Waiting on the customer since')
  })
})

describe('change severity', () => {
  it('counts every promise anew from its original start', async () => {
    const { first, pass, quiet } = desk
    const told = await desk.escalate('Lower me', plain)
    await first.press(told.card, 'Acknowledge')
    await pass(10)
    await first.press(told.card, 'Change severity')
    const form = await first.modal('Change severity')
    await form.fill({ Severity: 'high' })
    await form.submit()
    await quiet()
    const { severity, promises, openedAt, lapseAt } = await desk.saved(told)
    expect(severity).toBe('high')
    expect(Number(promises.update.dueAt)).toBeGreaterThanOrEqual(Number(openedAt) + 4 * 3_600_000)
    expect(lapseAt).not.toBeNull()
    expect(first.again(told.card).text).toMatch(new RegExp(`^${told.name} high`))
    await first.sees('C0FRONT', 'changed the severity from critical to high', { thread: told.card })
  })
})
