import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { card, HOSTILE, openBrowser, setStage, type Stage } from './page-app.ts'

let browser: Browser
let stage: Stage
let page: Page
/** What the browser complained about: a broken policy, an error in the page. */
let complaints: string[] = []

const WIDE = { width: 1440, height: 900 }

beforeAll(async () => {
  browser = await openBrowser()
  stage = await setStage({ now: new Date('2026-11-23T09:30:00Z'), limits: false })
  page = await open()
})
afterAll(async () => {
  await browser?.close()
  await stage?.[Symbol.asyncDispose]()
})
beforeEach(() => {
  complaints = []
})
afterEach(async () => {
  for (const { id } of stage.sandbox.state('U0AGENT').users)
    for (const { id: view } of stage.sandbox.state(id).modals.slice(-1))
      await stage.sandbox.act({ type: 'close', as: id, view, all: true })
  expect(complaints).toEqual([])
})

async function open(): Promise<Page> {
  const page = await browser.newPage({ viewport: WIDE })
  page.setDefaultTimeout(5_000)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    const isExpected = message.location().url.endsWith('/demo/info')
    if (message.type() === 'error' && !isExpected) complaints.push(message.text())
  })
  return page
}

const post = async (blocks: Parameters<typeof card>[0] | undefined, text: string) => {
  const posted = await stage.app.client.chat.postMessage({
    channel: 'C0FRONT',
    text,
    ...(blocks === undefined ? {} : { blocks: card(blocks) }),
  })
  return page.locator(`#messages article[data-ts="${posted.ts}"]`)
}
const composer = () => page.getByRole('combobox', { name: /^Message/ })
const send = async (text: string) => {
  await composer().fill(text)
  await composer().press('Enter')
}
const button = (within: Page | Locator, name: string) => within.getByRole('button', { name, exact: true })

describe('a command with a modal', () => {
  test('errors stand at their fields, a good answer posts the card', async () => {
    await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
    await send('/escalate Acme')
    const modal = page.getByRole('dialog', { name: 'Escalate a ticket' })
    expect(await modal.getByLabel('Customer', { exact: true }).inputValue()).toBe('Acme')
    await button(modal, 'Escalate').click()
    await modal.locator('[data-block=summary]').getByRole('alert').waitFor()
    expect(await modal.locator('[data-block=severity]').getByRole('alert').innerText()).toContain('required')
    await modal.getByLabel('Severity').selectOption('critical')
    await modal.getByLabel('Summary').fill('short')
    await modal.getByLabel('the customer').check()
    await modal.getByLabel('Runbook').fill('gate')
    await modal.getByRole('option', { name: 'gateway' }).click()
    await button(modal, 'Escalate').click()
    await modal.getByText('Say a little more.').waitFor()
    expect(await modal.getByLabel('Severity').inputValue()).toBe('critical')
    expect(await modal.getByLabel('the customer').isChecked()).toBe(true)
    expect(await modal.getByLabel('Summary').getAttribute('aria-invalid')).toBe('true')
    expect(await modal.locator('[data-block=runbook] output').innerText()).toBe('gateway')
    await modal.getByLabel('Summary').fill('Nobody can pay since nine')
    await button(modal, 'Escalate').click()
    await modal.waitFor({ state: 'detached' })
    await page.getByRole('link', { name: /^frontline/ }).click()
    await page.locator('#messages article', { hasText: 'Nobody can pay since nine' }).waitFor()
  })

  test('Escape closes it, and the focus is where it was', async () => {
    await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
    await send('/escalate')
    const modal = page.getByRole('dialog')
    await modal.getByLabel('Customer', { exact: true }).waitFor()
    expect(await page.evaluate('document.activeElement.closest("dialog") !== null')).toBe(true)
    await page.keyboard.press('Escape')
    await modal.waitFor({ state: 'detached' })
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA')
  })

  test('an answer for one person alone is marked so and can be dismissed', async () => {
    await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
    await send('/escalate help')
    const answer = page.locator('#messages article[data-ephemeral]', { hasText: 'Usage:' })
    await answer.getByText('Only visible to you').waitFor()
    await answer.hover()
    await button(answer, 'Dismiss').click()
    await answer.waitFor({ state: 'detached' })
  })

  test('an unknown command says so', async () => {
    await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
    await send('/nonsense')
    const notice = page.getByRole('alert').filter({ hasText: '/nonsense is not a valid command.' })
    await notice.waitFor()
    await button(notice, 'Dismiss notice').click()
    await notice.waitFor({ state: 'detached' })
  })
})

describe('the composer', () => {
  test('offers commands with their usage, and completes them', async () => {
    await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
    await composer().fill('/')
    const offer = page.getByRole('option', { name: /^\/escalate/ })
    expect(await offer.innerText()).toContain('show E-12')
    await composer().press('Tab')
    expect(await composer().inputValue()).toBe('/escalate ')
    await composer().fill('')
  })

  test('a picked name becomes a mention that lights up a phone', async () => {
    await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
    await composer().pressSequentially('@Support man')
    await page.getByRole('option', { name: /Support manager/ }).waitFor()
    await composer().press('Enter')
    await composer().pressSequentially('please look')
    await composer().press('Enter')
    const said = page.locator('#messages article', { hasText: 'please look' })
    expect(await said.locator('[data-mention=U0HEAD]').innerText()).toBe('@Support manager')
    const chip = page.locator('#strip [data-user=U0HEAD][data-reason=mention]')
    await chip.waitFor()
    expect(await page.locator('[data-person=U0HEAD] .badge').innerText()).toBe('1')
    await chip.click()
    await page.locator('body[data-me=U0HEAD]').waitFor()
    expect(await page.locator('#messages article .mention-me').last().innerText()).toBe('@Support manager')
  })

  test('keeps what was half written, per channel', async () => {
    await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
    await composer().fill('half a thought')
    await page.getByRole('link', { name: /^frontline/ }).click()
    expect(await composer().inputValue()).toBe('')
    await page.getByRole('link', { name: /^support$/ }).click()
    expect(await composer().inputValue()).toBe('half a thought')
    await composer().fill('')
  })
})

describe('a card', () => {
  test('is drawn, pressed, and changes without a reload', async () => {
    await stage.visit(page, 'U0FRONT1', 'C0FRONT')
    const message = await post('waiting', 'E-12 live')
    await message.getByText('State: waiting').waitFor()
    expect(await message.getByRole('heading').innerText()).toContain('E-12 Checkout fails')
    expect(await message.getByRole('link', { name: '4711' }).getAttribute('rel')).toContain('noopener')
    await button(message, 'Acknowledge').click()
    await message.getByText('State: acknowledged').waitFor()
    await page
      .locator('#messages article', { hasText: 'Taken by U0FRONT1' })
      .getByText('replied to a thread:')
      .waitFor()
    await message.getByRole('button', { name: /1 reply/ }).waitFor()
  })

  test('has a thread', async () => {
    await stage.visit(page, 'U0FRONT1', 'C0FRONT')
    const message = await post('waiting', 'E-12 thread')
    await message.hover()
    await button(message, 'Reply in thread').click()
    const thread = page.getByRole('complementary', { name: 'Thread' })
    const reply = thread.getByRole('combobox', { name: 'Reply in thread' })
    await reply.fill('on my way')
    await reply.press('Enter')
    await thread.locator('article', { hasText: 'on my way' }).waitFor()
    await message.getByRole('button', { name: /^1 reply/ }).waitFor()
    expect(await page.locator('#messages article', { hasText: 'on my way' }).count()).toBe(0)
    await reply.fill('and for all to see')
    await thread.getByLabel('Also send to #frontline').check()
    await reply.press('Enter')
    await page.locator('#messages article', { hasText: 'and for all to see' }).waitFor()
    await page.keyboard.press('Escape')
    await thread.waitFor({ state: 'hidden' })
  })

  test('asks before a dangerous button', async () => {
    await stage.visit(page, 'U0FRONT1', 'C0FRONT')
    const message = await post('waiting', 'E-12 confirm')
    await button(message, 'Resolve').click()
    const dialog = page.getByRole('alertdialog', { name: 'Resolve E-12?' })
    expect(await dialog.locator('strong').innerText()).toBe('told')
    await button(dialog, 'Keep it').click()
    await message.getByText('State: waiting').waitFor()
    await button(message, 'Resolve').click()
    await button(dialog, 'Resolve').click()
    await message.getByText('State: resolved').waitFor()
  })

  test('has a menu that the keyboard walks', async () => {
    await stage.visit(page, 'U0FRONT1', 'C0FRONT')
    const message = await post('waiting', 'E-12 menu')
    await message.getByRole('button', { name: 'More options' }).click()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('#messages article[data-ephemeral]', { hasText: 'You chose mute' }).waitFor()
  })

  test('opens modals on top of each other', async () => {
    await stage.visit(page, 'U0FRONT1', 'C0FRONT')
    const message = await post('waiting', 'E-12 stack')
    await button(message, 'Details').click()
    await page.getByRole('dialog', { name: 'Details 1' }).waitFor()
    await button(page, 'Deeper').click()
    await page.getByRole('dialog', { name: 'Details 2' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Details 1' }).waitFor()
    await button(page, 'Deeper').click()
    await button(page.getByRole('dialog', { name: 'Details 2' }), 'Close').click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  test('takes reactions', async () => {
    await stage.visit(page, 'U0FRONT1', 'C0FRONT')
    const message = await post('waiting', 'E-12 reactions')
    await message.hover()
    await button(message, 'React with eyes').click()
    const reaction = message.getByRole('button', { name: /^eyes, 1/ })
    expect(await reaction.getAttribute('aria-pressed')).toBe('true')
    await reaction.click()
    await reaction.waitFor({ state: 'detached' })
  })
})

test('a message shortcut carries the message', async () => {
  await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
  await send('The customer cannot log in')
  const said = page.locator('#messages article', { hasText: 'The customer cannot log in' })
  await said.hover()
  await button(said, 'More actions').click()
  await page.getByRole('menuitem', { name: /Escalate to a human/ }).click()
  expect(await page.getByRole('dialog').getByLabel('Customer', { exact: true }).inputValue()).toBe(
    'The customer cannot log in',
  )
})

test('one’s own message can be edited', async () => {
  await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
  await send('a typpo & more')
  const said = page.locator('#messages article', { hasText: 'typpo' })
  await said.hover()
  await button(said, 'More actions').click()
  await page.getByRole('menuitem', { name: 'Edit message' }).click()
  const editor = page.getByRole('dialog', { name: 'Edit message' })
  expect(await editor.getByLabel('Message').inputValue()).toBe('a typpo & more')
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
  expect(await page.evaluate('window.pwned')).toBeUndefined()
  expect(await page.locator('#messages script, #messages img').count()).toBe(0)
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
    const bare = page
    page = await open()
    await page.route('**/demo/info', (route) =>
      route.fulfill({ json: { story: true, samples, nextDueAt: null } }),
    )
    return async () => {
      await page.close()
      page = bare
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
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('combobox')
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
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true)
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
  complaints = complaints.filter((text) => !text.includes('404'))
})
