import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { addMs, minuteMs } from '#domain/time.ts'
import { inspect } from '#store/audit.ts'
import { plain, startDesk, type Desk } from '../support/desk.ts'
import { phones } from '../support/pings.ts'
import { readiness } from '../support/readiness.ts'
import { loggedLines } from '../slack/receivers/support.ts'

const { logger: log, text: logged } = loggedLines('warn')
let desk: Desk
beforeAll(async () => {
  desk = await startDesk({ log })
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

const spoil = (statement: SQL) => desk.belay.store.db.execute(statement)
const said = async () => (await readiness(desk.url)).checks['audit']

/** One minute's audit, and what comes of it. */
async function audited(): Promise<string | undefined> {
  await desk.belay.ring('audit')
  const found = await said()
  await desk.quiet()
  return found
}

function cards(subject: string): string[] {
  const posted = desk.sandbox.messages('C0FRONT').filter(({ thread_ts }) => !thread_ts)
  return posted.map(({ text }) => text).filter((text) => text.includes(subject))
}

it('finds nothing where nothing is wrong', async () => {
  await desk.escalate('Well', plain)
  expect(await audited()).toBe('ok')
})

it.each([
  ['that nothing would ever wake', sql`null`],
  ['that would wake long after its tier has had its time', sql`wake_at + interval '3 days'`],
])('an escalation %s is woken, and pages on time', async (_, wakeAt) => {
  const told = await desk.escalate('Asleep', plain)
  const { wakeAt: before } = await desk.saved(told)
  await spoil(sql`update escalations set wake_at = ${wakeAt} where id = ${told.id}`)
  expect(await audited()).toBe('1 open escalations that the clock would pass over')
  expect(await desk.saved(told)).toMatchObject({ wakeAt: before })
  expect((await readiness(desk.url)).checks['quarantine']).toBe('ok')
  const rang = phones(desk.sandbox)
  await desk.pass(16)
  expect(rang()).toEqual(['U0ENG1 directly', 'U0ENG1 in C0ENG'])
  expect(await audited()).toBe('ok')
})

it('an escalation that would wake after a promise of it is due is woken, and its owner is warned on time', async () => {
  const told = await desk.escalate('Promised', plain)
  await desk.first.press(told.card, 'Acknowledge')
  await desk.quiet()
  const { wakeAt: before, lapseAt, promises } = await desk.saved(told)
  expect(before).toEqual(promises.update.warnAt)
  expect(lapseAt?.getTime()).toBeGreaterThan(before!.getTime())
  await spoil(sql`update escalations set wake_at = lapse_at where id = ${told.id}`)
  expect(await audited()).toBe('1 open escalations that the clock would pass over')
  expect(await desk.saved(told)).toMatchObject({ wakeAt: before })
  await desk.pass(46)
  expect((await desk.saved(told)).promises.update.warnedAt).toEqual(before)
  expect(await audited()).toBe('ok')
})

it('a card that does not know of a newer version is edited', async () => {
  const { first } = desk
  const told = await desk.escalate('Unaware', plain)
  await first.press(told.card, 'Acknowledge')
  await desk.quiet()
  await spoil(
    sql`update cards set wanted = 1, applied = 1, shown = null where escalation = ${told.id} and lost is null`,
  )
  const edits = desk.sandbox.journal({ name: 'chat.update', ok: true }).length
  expect(await audited()).toMatch(/^\d messages that did not know of a newer version$/)
  expect(desk.sandbox.journal({ name: 'chat.update', ok: true }).length).toBeGreaterThan(edits)
  expect(await audited()).toBe('ok')
})

it('a card that has been old for minutes is told, one that is old for a moment is not', async () => {
  const { first, belay, sandbox } = desk
  const told = await desk.escalate('Stands', plain)
  const mend = sandbox.fault({ on: 'chat.update', times: 0, effect: { kind: 'status', status: 500 } })
  await first.press(told.card, 'Acknowledge')
  await belay.ring('audit')
  expect(await said()).toBe('ok')
  sandbox.clock.set(addMs(sandbox.clock.now(), 3 * minuteMs))
  await belay.ring('audit')
  expect(await said()).toMatch(/messages that have shown an old version for over 2 minutes/)
  mend()
})

it('a card that is lost with its channel is posted anew, once an hour until it is there', async () => {
  const { sandbox, belay, first } = desk
  const told = await desk.escalate('Archived', plain)
  await sandbox.act({ type: 'archive', as: 'U0HEAD', channel: 'C0FRONT' })
  await spoil(sql`update cards set lost = 'is_inactive' where escalation = ${told.id} and shape = 'card'`)
  const tries = () => sandbox.journal({ name: 'chat.postMessage' }).length
  expect(await audited()).toBe('1 channels without the card they had')
  const once = tries()
  expect(await audited(), 'what can be done now is done').toBe('ok')
  expect(tries()).toBe(once)
  sandbox.clock.set(addMs(sandbox.clock.now(), 61 * minuteMs))
  expect(await audited()).toBe('1 channels without the card they had')
  await sandbox.act({ type: 'unarchive', as: 'U0HEAD', channel: 'C0FRONT' })
  sandbox.clock.set(addMs(sandbox.clock.now(), 61 * minuteMs))
  await belay.ring('audit')
  await desk.quiet()
  expect(cards('Archived')).toHaveLength(2)
  const again = await first.sees('C0FRONT', new RegExp(`^${told.name} `))
  await first.press(again, 'Acknowledge')
  await desk.quiet()
  expect(first.again(again).text).toContain('Acknowledged by First-line engineer 2')
  expect(await audited()).toBe('ok')
  expect(logged()).toContain('the audit found 1 channels without the card they had')
})

it.each(['sending', 'unsure', 'pending'] as const)(
  'what hangs %s in the outbox is counted',
  async (state) => {
    const { belay, sandbox } = desk
    const now = sandbox.clock.now()
    const stuck = addMs(now, -10 * minuteMs).toISOString()
    // Nobody else sees it, and so nobody claims it.
    const hangs = belay.store.db.transaction(async (tx) => {
      await tx.execute(sql`insert into notices
      (id, key, kind, target, priority, notice, state, created_at, not_before, attempted_at, lease_until)
      values (gen_random_uuid(), 'hangs', 'alarm', 'C0NOWHERE', 1, '{}', ${state}, ${stuck}, ${stuck}, ${stuck}, ${stuck})`)
      expect(await inspect(tx, now, true)).toMatchObject({ [state]: 1 })
      // While Slack is away, what waits for it waits with reason.
      expect(await inspect(tx, now, false)).toMatchObject({ [state]: state === 'pending' ? 0 : 1 })
      tx.rollback()
    })
    await expect(hangs).rejects.toThrow('Rollback')
  },
)
