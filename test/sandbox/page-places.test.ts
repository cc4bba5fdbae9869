import { beforeEach, describe, expect, test } from 'vitest'
import { card, HOSTILE } from './page-app.ts'
import { button, composer, excuse, open, page, post, send, setUp, stage, turnTo, WIDE } from './page-hooks.ts'

setUp()

test('a message shortcut carries the message', async () => {
  await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
  await send('The customer cannot log in')
  const said = page.locator('#messages article', { hasText: 'The customer cannot log in' })
  await said.hover()
  await button(said, 'More actions').click()
  await page.getByRole('menuitem', { name: /Escalate to a human/ }).click()
  await expect
    .poll(() => page.getByRole('dialog').getByLabel('Customer', { exact: true }).inputValue())
    .toBe('The customer cannot log in')
})

test('one’s own message can be edited', async () => {
  await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
  await send('a typpo & more')
  const said = page.locator('#messages article', { hasText: 'typpo' })
  await said.hover()
  await button(said, 'More actions').click()
  await page.getByRole('menuitem', { name: 'Edit message' }).click()
  const editor = page.getByRole('dialog', { name: 'Edit message' })
  await expect.poll(() => editor.getByLabel('Message').inputValue()).toBe('a typpo & more')
  await editor.getByLabel('Message').fill('a typo, mended')
  await button(editor, 'Save').click()
  await page.locator('#messages article', { hasText: 'a typo, mended' }).getByText('(edited)').waitFor()
})

test('the app has a Home and a Messages tab', async () => {
  await stage.visit(page, 'U0HEAD', 'A0BELAY')
  await page.getByRole('region', { name: 'App Home' }).getByText('Nothing is waiting for you.').waitFor()
  await page.getByRole('tab', { name: 'Messages' }).click()
  await page.getByRole('log', { name: 'Messages in Belay' }).waitFor()
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByText('Nothing is waiting for you.').waitFor()
})

test('time is moved from the bar', async () => {
  await stage.visit(page, 'U0FRONT1', 'C0FRONT')
  await button(page, 'Stop the clock').click()
  await page.locator('#clock.frozen').waitFor()
  const before = stage.sandbox.clock.now().getTime()
  const shown = () => page.locator('#clock').innerText()
  const was = await shown()
  await button(page, '+15 min').click()
  await expect.poll(shown).not.toBe(was)
  expect(stage.sandbox.clock.now().getTime() - before).toBe(15 * 60_000)
  await button(page, 'Stop the clock').click()
  await page.locator('#clock:not(.frozen)').waitFor()
})

test('faults are started, seen and ended', async () => {
  await stage.visit(page, 'U0HEAD', 'C0MANAGERS')
  await page.getByRole('tab', { name: 'Faults' }).click()
  await button(page, 'Rate limited Messages are refused with “try again in 10 seconds”, five times').click()
  const active = page.getByRole('list', { name: 'Active faults' })
  await active.getByText('Rate limited').waitFor()
  expect(stage.sandbox.state('U0HEAD').faults).toHaveLength(1)
  await button(page, 'End Rate limited').click()
  await active.waitFor({ state: 'detached' })
  expect(stage.sandbox.state('U0HEAD').faults).toHaveLength(0)
  await page.getByRole('button', { name: /^Archive #support-managers/ }).click()
  await page.getByText('This channel is archived.').waitFor()
  await page.getByRole('button', { name: /^Unarchive #support-managers/ }).click()
  await composer().waitFor()
})

test('what is hostile is text', async () => {
  await stage.visit(page, 'U0FRONT1', 'C0FRONT')
  await stage.sandbox.act({ type: 'post', as: 'U0AGENT', channel: 'C0FRONT', text: `person ${HOSTILE}` })
  const message = await post(
    `${HOSTILE} <javascript:alert(1)|click me> <data:text/html,x|or me>`,
    `bot ${HOSTILE}`,
  )
  await message.getByText('onerror').first().waitFor()
  await page.locator('#messages article', { hasText: 'person <script>' }).waitFor()
  await send(`/escalate "><img src=x onerror="window.pwned = 3">`)
  await page.getByRole('dialog').getByLabel('Customer', { exact: true }).waitFor()
  await expect.poll(() => page.evaluate('window.pwned')).toBeUndefined()
  await expect.poll(() => page.locator('#messages script, #messages img').count()).toBe(0)
  const targets = await page
    .locator('#messages a')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
  expect(targets.filter((target) => !/^(https?:|mailto:|slack:|#)/.test(target))).toEqual([])
})

test('a block that is not drawn is shown as what it is', async () => {
  await stage.visit(page, 'U0FRONT1', 'C0FRONT')
  await stage.app.client.chat.postMessage({
    channel: 'C0FRONT',
    text: 'a card block',
    blocks: [{ type: 'card', title: { type: 'mrkdwn', text: 'Unseen title' } }],
  })
  const box = page.locator('[data-unknown=card]').last()
  await box.getByText('This sandbox does not draw “card”').click()
  await box.getByText('Unseen title').waitFor()
})

describe('with the demo around it', () => {
  const samples = [{ name: 'Critical', body: { type: 'ticket.escalated' } }]
  beforeEach(async () => {
    const fresh = await open()
    const bare = turnTo(fresh)
    await page.route('**/demo/info', (route) =>
      route.fulfill({ json: { story: true, samples, nextDueAt: null } }),
    )
    return async () => {
      await fresh.close()
      turnTo(bare)
    }
  })

  test('a sample ticket is edited and sent', async () => {
    let sent: unknown
    await page.route('**/demo/ticket-event', (route) => {
      sent = route.request().postDataJSON()
      return route.fulfill({ json: { status: 202, answer: { escalation: 'E-1', result: 'opened' } } })
    })
    await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
    await page.getByRole('tab', { name: 'Tickets' }).click()
    const json = page.getByLabel('Ticket event')
    await json.fill('{ not json')
    await button(page, 'Send ticket event').click()
    await page.getByText('This is not JSON').waitFor()
    await button(page, 'Critical').click()
    expect(JSON.parse(await json.inputValue())).toEqual(samples[0]?.body)
    await json.fill('{ "type": "ticket.solved" }')
    await button(page, 'Send ticket event').click()
    await page.getByLabel('Answer').getByText('202').waitFor()
    expect(sent).toEqual({ type: 'ticket.solved' })
  })

  test('the story takes people where they act, and checks off what they did', async () => {
    await stage.visit(page, 'U0HEAD', 'C0MANAGERS')
    const step = (name: string) => page.locator(`[data-step=${name}]`)
    await button(step('escalate'), 'Be the agent').click()
    await page.locator('body[data-me=U0AGENT]').waitFor()
    await expect.poll(() => composer().inputValue()).toMatch(/^\/escalate T-4711 critical/)
    await expect.poll(() => page.evaluate('document.activeElement.getAttribute("role")')).toBe('combobox')
    await stage.app.client.chat.postMessage({
      channel: 'C0FRONT',
      text: 'E-77 <@U0FRONT1>',
      blocks: card('x'),
    })
    await page.locator('[data-step=escalate][data-done=true]').waitFor()
    await stage.app.client.chat.postMessage({ channel: 'C0ENG', text: 'E-77 <@U0ENG1>', blocks: card('x') })
    await page.locator('[data-step=wait][data-done=true]').waitFor()
    await button(step('acknowledge'), 'Be the second line').click()
    await page.locator('body[data-me=U0ENG1]').waitFor()
    await page.getByRole('log', { name: 'Messages in engineering' }).waitFor()
  })
})

test('on a phone the sidebar is a drawer', async () => {
  await page.setViewportSize({ width: 390, height: 780 })
  await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
  await page.getByRole('link', { name: /^frontline/ }).waitFor({ state: 'hidden' })
  await button(page, 'Show the sidebar').click()
  await page.getByRole('link', { name: /^frontline/ }).click()
  await page.getByRole('log', { name: 'Messages in frontline' }).waitFor()
  await page.getByRole('link', { name: /^frontline/ }).waitFor({ state: 'hidden' })
  await expect
    .poll(() => page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'))
    .toBe(true)
  await page.setViewportSize(WIDE)
})

test('a permalink opens its thread', async () => {
  const posted = await stage.app.client.chat.postMessage({ channel: 'C0FRONT', text: 'linked to' })
  const { permalink } = await stage.app.client.chat.getPermalink({
    channel: 'C0FRONT',
    message_ts: posted.ts ?? '',
  })
  await page.goto(permalink ?? '')
  await page.getByRole('complementary', { name: 'Thread' }).getByText('linked to').waitFor()
})

test('a person who is not here gives way to one who is', async () => {
  await page.goto(`${stage.sandbox.url}?fresh#/U0NOBODY`)
  await page.locator('body[data-me=U0AGENT]').waitFor()
  excuse('404')
})
