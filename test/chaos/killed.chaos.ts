import { expect } from 'vitest'
import { notices } from '#store/schema.ts'
import type { Moment } from '../support/database-line.ts'
import { scenario } from './scenario.ts'
import type { Replica, Stage } from './stage.ts'

/** What the database and Slack know of the page when its process is killed. Another turn of the outbox may have been at it. */
type Known = { states: (string | undefined)[]; messages: number }

const ordered = /insert into notices/
const claimed = /^update "notices" .*"attempted_at" = /
const settled = /^update "notices" .*"settled_at" = /

/** Where on its way a page is when its process is killed. */
const moments: Record<string, { at: Moment; known: Known }> = {
  'before the change is committed': {
    at: { hold: 'statement', of: /^commit/, since: ordered },
    known: { states: [undefined], messages: 0 },
  },
  'after the commit, before anybody heard of it': {
    at: { hold: 'answer', of: /^commit/, since: ordered },
    known: { states: ['pending', 'sending'], messages: 0 },
  },
  'between the claim and the call': {
    at: { hold: 'answer', of: claimed, withRows: true },
    known: { states: ['sending'], messages: 0 },
  },
  "between Slack's answer and the settling": {
    at: { hold: 'statement', of: settled },
    known: { states: ['sending'], messages: 1 },
  },
  'before the settling is committed': {
    at: { hold: 'statement', of: /^commit/, since: settled },
    known: { states: ['sending'], messages: 1 },
  },
  'after the settling, before anybody heard of it': {
    at: { hold: 'answer', of: /^commit/, since: settled },
    known: { states: ['sent'], messages: 1 },
  },
}

const options = { asksDirectly: false, wait: '10s' }

for (const [when, { at, known }] of Object.entries(moments))
  scenario(`killed ${when}`, options, async (stage) => {
    const doomed = await stage.start()
    const reached = doomed.line.stopAt(at)
    await killedAt(stage, doomed, () => reached, known)
  })

for (const [when, messages] of [
  ['before', 0],
  ['after', 1],
] as const)
  scenario(`killed while Slack holds the answer, ${when} it has the message`, options, async (stage) => {
    const { sandbox, teams } = stage
    const { channel = '' } = teams[0] ?? {}
    const doomed = await stage.start()
    const mend = sandbox.fault({ on: 'chat.postMessage', channel, when, effect: { kind: 'hang' } })
    const isHeld = () => sandbox.journal({ name: 'chat.postMessage', channel }).some(({ error }) => error)
    const held = () => sandbox.until(isHeld, 'the page to be under way', 60_000)
    await killedAt(stage, doomed, held, { states: ['sending'], messages })
    mend()
  })

/** A ticket comes in, the process is killed when the moment is reached, and another takes its place at once. */
async function killedAt(
  stage: Stage,
  doomed: Replica,
  moment: () => Promise<unknown>,
  { states, messages }: Known,
): Promise<void> {
  const other = await stage.standby()
  const living = [doomed]
  const taken = stage.deliver(() => living, stage.ticket())
  await moment()
  await doomed.kill()
  const [page] = await stage.db.select().from(notices)
  expect(states).toContain(page?.state)
  expect(stage.sandbox.messages(stage.teams[0]?.channel ?? '')).toHaveLength(messages)
  living.splice(0, 1, other)
  other.line.goOn()
  await taken
}
