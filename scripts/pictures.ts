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

/** What comes in all at once in the end. */
const outage = [
  ['critical', 'Nobody can log in since 08:55', 'Acme GmbH', 'enterprise'],
  ['critical', 'The API answers 500', 'Globex', 'enterprise'],
  ['critical', 'All dashboards are empty', 'Wayne Enterprises', 'enterprise'],
  ['high', 'Webhooks arrive late', 'Stark Industries', 'team'],
  ['high', 'Single sign-on loops', 'Wonka Industries', 'team'],
  ['high', 'Exports time out', 'Umbrella', 'team'],
  ['high', 'Reports arrive without figures', 'Initech', 'team'],
  ['normal', 'Is something wrong with your status page?', 'Hooli', 'free'],
]

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
  for (const { body } of samples.filter(({ name }) => !/hostile|same/.test(name))) await send(demo, body)
  await demo.belay.sweepNow()
  await demo.belay.pump.idle()
}

async function send({ url }: Demo, body: unknown): Promise<void> {
  await fetch(`${url}demo/ticket-event`, { method: 'POST', body: JSON.stringify(body) })
}

/** Eight tickets at once, more than go out as pages of their own, until the card of each has followed. */
async function aStorm(demo: Demo): Promise<void> {
  const tickets = outage.map(([severity, subject, name, plan], index) => ({
    id: String(4720 + index),
    subject,
    severity,
    customer: { name, plan },
  }))
  await Promise.all(tickets.map((ticket) => send(demo, { type: 'ticket.escalated', data: { ticket } })))
  const cards = () => demo.sandbox.messages('C0FRONT').filter(({ text }) => text.startsWith('E-'))
  const hasCard = (subject: string | undefined) => cards().some(({ text }) => text.includes(`: ${subject}`))
  await demo.sandbox.until(() => tickets.every(({ subject }) => hasCard(subject)), 'every card', 30_000)
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
