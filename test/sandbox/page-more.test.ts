import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../../scripts/browser.ts'
import { setStage, type Stage } from './page-app.ts'

let browser: Browser
let stage: Stage
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  browser = await openBrowser()
  stage = await setStage({ now: new Date('2026-11-23T09:30:00Z'), limits: false })
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' })
  page.setDefaultTimeout(5_000)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    const isExpected = message.location().url.endsWith('/demo/info')
    if (message.type() === 'error' && !isExpected) complaints.push(message.text())
  })
})
afterAll(async () => {
  await browser?.close()
  await stage?.[Symbol.asyncDispose]()
})

/** One blue dot. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg==',
  'base64',
)
const isDrawn = (alt: string) =>
  expect
    .poll(() =>
      page
        .locator(`#messages img[alt="${alt}"]`)
        .last()
        .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    )
    .toBe(1)

test('an uploaded picture is shown, by itself and in a block', async () => {
  await stage.visit(page, 'U0FRONT1', 'C0FRONT')
  const { client } = stage.app
  await client.filesUploadV2({ channel_id: 'C0FRONT', file: PNG, filename: 'trend.png', title: 'Trend' })
  await isDrawn('trend.png')
  const { id, url_private } = stage.sandbox.messages('#frontline').at(-1)!.files[0]!
  for (const [alt_text, slack_file] of [
    ['by id', { id }],
    ['by address', { url: url_private }],
  ] as const) {
    const blocks = [{ type: 'image' as const, alt_text, slack_file }]
    await client.chat.postMessage({ channel: 'C0FRONT', text: 'Digest', blocks })
    await isDrawn(alt_text)
  }
  await client.filesUploadV2({ channel_id: 'C0FRONT', file: Buffer.from('<svg/>'), filename: 'x.svg' })
  await page.locator('#messages a.file', { hasText: 'x.svg' }).waitFor()
  expect(complaints).toEqual([])
})

test('the arrows walk through the people, and one of them is in the order of the keys', async () => {
  await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
  const people = page.getByRole('radiogroup', { name: 'You are' })
  await expect.poll(() => people.locator('[tabindex="0"]').count()).toBe(1)
  await people.locator('[data-person=U0AGENT]').focus()
  await page.keyboard.press('ArrowDown')
  await page.locator('body[data-me=U0FRONT1]').waitFor()
  await expect
    .poll(() => page.evaluate('document.activeElement.getAttribute("data-person")'))
    .toBe('U0FRONT1')
  await page.keyboard.press('ArrowUp')
  await page.locator('body[data-me=U0AGENT]').waitFor()
})

test('a fault is not set twice: a second press ends it', async () => {
  await stage.visit(page, 'U0HEAD', 'C0MANAGERS')
  await page.getByRole('tab', { name: 'Faults' }).click()
  const down = page.getByRole('button', { name: /^Slack is down/ })
  await down.click()
  await page.getByRole('button', { name: /^Slack is down/, pressed: true }).click()
  await page.getByRole('button', { name: /^Slack is down/, pressed: false }).waitFor()
  expect(stage.sandbox.state('U0HEAD').faults).toEqual([])
})

test('a reset keeps the address of a conversation', async () => {
  const open = async () => (await stage.app.client.conversations.open({ users: 'U0ENG2' })).channel?.id
  const before = await open()
  stage.sandbox.reset()
  await stage.app.client.chat.postMessage({ channel: before ?? '', text: 'still there' })
  expect(stage.sandbox.messages('U0ENG2').map(({ text }) => text)).toEqual(['still there'])
  expect(await open()).toBe(before)
})

test.each(['light', 'dark'] as const)('text can be read in %s', async (colorScheme) => {
  await page.emulateMedia({ colorScheme })
  await stage.visit(page, 'U0AGENT', 'C0SUPPORT')
  const contrast = await page.evaluate<number>(`(() => {
    const light = (color) => {
      const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((part) => {
        const share = part / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const behind = (node) => {
      for (let at = node; at; at = at.parentElement) {
        const color = getComputedStyle(at).backgroundColor
        if (!/, 0\\)$/.test(color)) return color
      }
      return 'rgb(255, 255, 255)'
    }
    const of = (node) => {
      const [a, b] = [light(getComputedStyle(node).color), light(behind(node))].sort((x, y) => y - x)
      return (a + 0.05) / (b + 0.05)
    }
    return Math.min(...[...document.querySelectorAll('.intro h2, .intro p, .place-name, .person-name, .tab, .composer-hint')].map(of))
  })()`)
  expect(contrast).toBeGreaterThanOrEqual(4.5)
})
