import { mkdir } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import { samples } from '../sandbox/demo-tickets.ts'
import { startDemo } from '../sandbox/demo.ts'
import type { Demo } from '../sandbox/demo.ts'
import { hourMs, minuteMs } from '../src/domain/time.ts'
import { openBrowser } from './browser.ts'

/** Takes the README's pictures from a running demo: `npm run pictures`. Needs Debian's Chromium. */
const folder = 'docs/pictures'
/** A Monday morning in the policy's zone, at which the office is open. */
const monday = new Date('2026-11-23T09:30:00+01:00')

await mkdir(folder, { recursive: true })
await using demo = await startDemo({ port: 0, now: monday })
const browser = await openBrowser()
const page = await browser.newPage({
  viewport: { width: 1320, height: 900 },
  timezoneId: 'Europe/Brussels',
  locale: 'en-GB',
})
page.setDefaultTimeout(20_000)
try {
  await tellStory(page, demo)
} finally {
  await browser.close()
}

async function tellStory(page: Page, demo: Demo): Promise<void> {
  const press = (name: string, within: Page | Locator = page) =>
    within.getByRole('button', { name, exact: true }).first().click()
  const message = (text: RegExp) => page.locator('#messages article').filter({ hasText: text }).first()

  await page.goto(demo.url)
  await press('Be the agent')
  const modal = page.getByRole('dialog', { name: 'Escalate a ticket' })
  await page.getByRole('combobox', { name: /^Message/ }).press('Enter')
  await modal.getByLabel('Customer').fill('Acme GmbH')
  await modal.getByLabel('Severity').selectOption('critical')
  await modal
    .getByLabel('Summary')
    .fill('Checkout fails for all EU shoppers: every card payment ends in a 502.')
  await modal.getByLabel('Ticket').fill('https://desk.example/t/4711')
  await modal.getByLabel('Already tried').fill('Restarted the gateway, rolled back 4.2.1')
  await shoot(modal, 'modal')
  await press('Escalate', modal)
  await modal.waitFor({ state: 'detached' })

  await press('See the card')
  const card = message(/Checkout fails/)
  await card.waitFor()
  await page.getByText('If nobody acknowledges').waitFor()
  await page.mouse.move(0, 0)
  await shoot(card, 'card')
  await page.screenshot({ path: `${folder}/sandbox.png` })

  await press('+15 min')
  await demo.sandbox.until(() => demo.sandbox.messages('C0ENG').length > 0, 'the second page', 20_000)
  await press('Be the second line')
  await page.waitForURL(/C0ENG/)
  const paged = message(/Checkout fails/)
  await press('Acknowledge', paged)
  await paged.getByText(/Acknowledged by/).waitFor()
  await page.mouse.move(0, 0)
  await shoot(paged, 'acknowledged')

  await moreTickets(demo)
  await page.goto(`${demo.url}#/U0ENG1/A0BELAY`)
  const home = page.getByRole('region', { name: 'App Home' })
  await home.getByText(/Yours until/).waitFor()
  await shoot(home.locator('.home-page'), 'home')

  await aDay(demo)
  await press('Be the manager')
  await page.setViewportSize({ width: 1320, height: 1500 })
  const digest = message(/digest/i)
  await digest.waitFor()
  await page.mouse.move(0, 0)
  await digest.scrollIntoViewIfNeeded()
  await shoot(digest, 'digest')

  await aStorm(demo)
  await page.goto(`${demo.url}#/U0FRONT2/C0FRONT`)
  const storm = message(/escalations need somebody/)
  await storm
    .getByRole('button', { name: /^Acknowledge/ })
    .nth(1)
    .click()
  await storm.getByText(/Acknowledged by/).waitFor()
  await page.mouse.move(0, 0)
  await shoot(storm, 'storm')
}

/** A message can be drawn anew while its picture is taken: then it is taken again. */
async function shoot(what: Locator, name: string, tries = 5): Promise<void> {
  try {
    await what.screenshot({ path: `${folder}/${name}.png` })
  } catch (error) {
    if (tries === 0) throw error
    await shoot(what, name, tries - 1)
  }
}

/** So that somebody's Home and the digest have something to say. */
async function moreTickets(demo: Demo): Promise<void> {
  for (const { body } of samples.filter(({ name }) => !/hostile|same|storm/.test(name)))
    await send(demo, body)
  await demo.belay.sweepNow()
  await demo.belay.pump.idle()
}

async function send({ url }: Demo, body: unknown): Promise<void> {
  await fetch(`${url}demo/ticket-event`, { method: 'POST', body: JSON.stringify(body) })
}

/** Many tickets at once, until the card of each has followed the summary. */
async function aStorm(demo: Demo): Promise<void> {
  const before = cardsIn(demo)
  const storm = samples.map(({ body }) => body).find((body) => Array.isArray(body)) ?? []
  await send(demo, storm)
  await demo.sandbox.until(() => cardsIn(demo) >= before + storm.length, 'every card', 30_000)
}

/** A card's text starts with its escalation, a summary's with how many it lists. */
function cardsIn({ sandbox }: Demo): number {
  return sandbox.messages('C0FRONT').filter(({ text }) => text.startsWith('E-')).length
}

/** A day passes, until the digest. */
async function aDay({ sandbox, belay }: Demo): Promise<void> {
  for (let hour = 0; hour < 24; hour += 1) {
    sandbox.clock.advance(hour < 23 ? hourMs : 30 * minuteMs)
    await belay.sweepNow()
    await belay.pump.idle()
  }
  await sandbox.until(() => sandbox.messages('C0MANAGERS').length > 0, 'the digest', 20_000)
}
