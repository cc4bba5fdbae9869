import { describe, expect, it } from 'vitest'
import { offers, phones, shown } from '../support/pings.ts'
import { startWorld } from '../support/world.ts'

describe.each(['socket', 'http'] as const)('the main story over %s', (transport) => {
  it('escalates, pages, climbs, is acknowledged, told, resolved and reported', async () => {
    await using world = await startWorld({ transport })
    const { sandbox, agent, first, second, manager, pass, quiet } = world
    const rang = phones(sandbox)

    await agent.command('/escalate', 'C0SUPPORT')
    const form = await agent.modal('Escalate a ticket')
    await form.fill({
      Customer: 'Acme GmbH',
      Severity: 'critical',
      Summary: 'Checkout fails for all EU shoppers',
    })
    await form.submit()
    await quiet()

    const card = await first.sees('C0FRONT', 'Checkout fails')
    expect(card.text).toMatch(/^E-1 critical, Acme GmbH: Checkout fails for all EU shoppers\. /)
    expect(card.text).toContain('frontline is asked (<@U0FRONT2>) to acknowledge by ')
    expect(card.text).toContain('2026-11-23 08:45 UTC')
    expect(offers(card).slice(0, 5)).toEqual([
      'Acknowledge',
      'Escalate now',
      'Hand off',
      'Update customer',
      'Resolve',
    ])
    const direct = await first.sees('dm', 'Checkout fails')
    expect(direct.text).toContain('2026-11-23 08:45 UTC')
    expect(offers(direct)).toContain('Acknowledge')
    expect(rang()).toEqual(['U0AGENT directly', 'U0FRONT2 directly', 'U0FRONT2 in C0FRONT'])

    await pass(14.9)
    expect(sandbox.messages('C0ENG')).toEqual([])
    await pass(0.2)
    const page = await second.sees('C0ENG', 'Checkout fails')
    expect(page.text).toMatch(
      /engineering is asked \(<@U0ENG1>, <!subteam\^S0ENGLEADS>\) to acknowledge by .*09:00 UTC/,
    )
    expect(shown(first.again(card))).toContain('engineering has been asked')
    expect(first.again(direct).text).toContain('engineering has been asked')
    expect(offers(first.again(direct))).not.toContain('Acknowledge')
    expect(rang()).toEqual(['U0ENG1 directly', 'U0ENG1 in C0ENG'])

    await second.press(page, 'Acknowledge')
    await quiet()
    for (const channel of ['C0FRONT', 'C0ENG'])
      expect(shown(await second.sees(channel, /^E-1 critical/))).toMatch(
        /Acknowledged by Second-line engineer until .*09:45 UTC/,
      )
    const taken = await agent.sees('dm', 'Second-line engineer has it until')
    expect(taken.text).toContain('E-1')
    expect(rang()).toEqual(['U0AGENT directly'])

    await pass(20)
    await second.press(page, 'Update customer')
    const update = await second.modal('Update customer')
    await update.fill({ 'What the customer was told': 'We found the cause.' })
    await update.submit()
    await quiet()
    expect(shown(first.again(card))).toContain('We found the cause.')
    expect(shown(first.again(card))).toMatch(/Next update\*\nBy .*10:05 UTC/)

    await pass(10)
    await second.press(page, 'Resolve')
    const resolve = await second.modal('Resolve E-1')
    await resolve.fill({ 'What was found, and how it was solved': 'The bank had a fault.' })
    await resolve.submit()
    await quiet()
    for (const channel of ['C0FRONT', 'C0ENG']) {
      const card = () => second.sees(channel, /^E-1 critical/)
      // A form is closed before what it says is done.
      await expect.poll(async () => offers(await card())).toEqual(['Reopen'])
      expect(shown(await card())).toContain('Resolved by Second-line engineer')
    }
    await agent.sees('dm', 'The bank had a fault.')

    await pass(22 * 60 + 44)
    expect(sandbox.messages('C0MANAGERS')).toEqual([])
    await pass(1)
    const digest = await manager.sees('C0MANAGERS', 'E-1')
    expect(new Date(Number(digest.ts) * 1000).toISOString()).toMatch(/^2026-11-24T08:00:0/)
    expect(shown(digest)).toMatch(
      /E-1\* critical .* Checkout fails .* acknowledgement due .*08:45 UTC>, late by/,
    )
    expect(rang()).toEqual(['U0AGENT directly'])
    expect(sandbox.messages('C0MANAGERS')).toHaveLength(1)
  })
})
