import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { openBrowser } from '../../scripts/browser.ts'
import { card, setStage, type Stage } from './page-app.ts'

let browser: Browser
export let stage: Stage
export let page: Page
/** What the browser complained about: a broken policy, an error in the page. */
let complaints: string[] = []

export const WIDE = { width: 1440, height: 900 }

/** One browser, one stage and one page for the tests of a file, which must not complain of anything. */
export function setUp(): void {
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
}

/** Turns to another page, or back. */
export function turnTo(other: Page): Page {
  const before = page
  page = other
  return before
}

/** What was heard so far and is as it should be. */
export function excuse(part: string): void {
  complaints = complaints.filter((text) => !text.includes(part))
}

export async function open(): Promise<Page> {
  const page = await browser.newPage({ viewport: WIDE })
  page.setDefaultTimeout(5_000)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    const isExpected = message.location().url.endsWith('/demo/info')
    if (message.type() === 'error' && !isExpected) complaints.push(message.text())
  })
  return page
}

export const post = async (blocks: Parameters<typeof card>[0] | undefined, text: string) => {
  const posted = await stage.app.client.chat.postMessage({
    channel: 'C0FRONT',
    text,
    ...(blocks === undefined ? {} : { blocks: card(blocks) }),
  })
  return page.locator(`#messages article[data-ts="${posted.ts}"]`)
}
export const composer = () => page.getByRole('combobox', { name: /^Message/ })
export const send = async (text: string) => {
  await composer().fill(text)
  await composer().press('Enter')
}
export const button = (within: Page | Locator, name: string) =>
  within.getByRole('button', { name, exact: true })
