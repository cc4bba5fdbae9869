import { describe, expect, it } from 'vitest'
import { startWorld } from '../support/world.ts'

describe.each(['socket', 'http'] as const)('the main story over %s', (transport) => {
  it('escalates, pages, climbs, is acknowledged and resolved', async () => {
    await using world = await startWorld({ transport })
    const { agent, first, second, pass, quiet } = world

    await agent.command('/escalate', 'C0SUPPORT')
    const modal = await agent.modal('Escalate a ticket')
    await modal.fill({ Customer: 'Acme GmbH', Severity: 'critical', Summary: 'Checkout fails for all EU shoppers' })
    await modal.submit()

    const card = await first.sees('C0FRONT', /Checkout fails/)
    await quiet()
    await pass(15.5)
    const page = await second.sees('C0ENG', /Checkout fails/)
    await second.press(page, 'Acknowledge')
    await quiet()
    console.log(JSON.stringify(first.again(card), null, 1).slice(0, 3000))
    expect(first.again(card).text).toContain('Second-line engineer')
  })
})
