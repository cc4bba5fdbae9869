import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { viewText } from '../../sandbox/reading.ts'
import { plain, startDesk, type Desk, type Told } from '../support/desk.ts'
import { readiness } from '../support/readiness.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterEach(() => desk.clear())
afterAll(() => desk[Symbol.asyncDispose]())

/** An escalation that the clock can't decide; it could be again after `mend`. */
async function broken(subject: string): Promise<{ told: Told; mend: () => Promise<void> }> {
  const { db } = desk.belay.store
  const told = await desk.escalate(subject, plain)
  const { rows } = await db.execute<{ promises: string }>(
    sql`select promises::text from escalations where id = ${told.id}`,
  )
  await db.execute(sql`update escalations set promises = '{"update": 7}' where id = ${told.id}`)
  await desk.pass(16)
  const mend = async () => {
    await db.execute(sql`update escalations set promises = ${rows[0]!.promises}::jsonb where id = ${told.id}`)
  }
  return { told, mend }
}

const quarantined = async () => (await readiness(desk.url)).checks['quarantine']
const releases = async (told: Told) =>
  (await desk.happened(told)).filter((kind) => kind === 'quarantine_released').length

it('the fallback channel hears why, and only an administrator releases it, once', async () => {
  const { manager, first, quiet, sandbox } = desk
  const { told, mend } = await broken('Can not be decided')
  const alarm = await manager.sees('C0ADMINS', `${told.name} can't be decided`)
  await sandbox.act({ type: 'invite', as: 'U0HEAD', channel: 'C0ADMINS', users: [first.id] })
  await first.press(alarm, 'Release')
  await first.seesOnly('C0ADMINS', /^Only the administrators that the policy names/)
  expect(await quarantined()).toContain('1 left alone')
  expect(await releases(told)).toBe(0)

  await manager.press(alarm, 'Release')
  await manager.seesOnly('C0ADMINS', `${told.name} is back under the clock`)
  await quiet()
  expect(await quarantined()).toContain('1 left alone')
  expect((await desk.happened(told)).slice(-3)).toEqual(['quarantined', 'quarantine_released', 'quarantined'])

  await mend()
  await manager.press(alarm, 'Release')
  await quiet()
  expect(await quarantined()).toBe('ok')
  expect(await releases(told)).toBe(2)
  await manager.press(alarm, 'Release')
  await manager.seesOnly('C0ADMINS', `${told.name} is not quarantined, so there was nothing to release`)
  expect(await releases(told)).toBe(2)
  await desk.second.sees('C0ENG', 'Can not be decided')
})

it('an administrator sees it on the Home tab, and releases it there; nobody else does', async () => {
  const { manager, second, quiet } = desk
  const { told, mend } = await broken('On the Home tab')
  const shown = manager.home('Left alone by the clock')
  await quiet()
  const home = await shown
  expect(viewText(home)).toContain(`*${told.name}* can't be decided`)
  const other = second.home('On call now')
  await quiet()
  expect(viewText(await other)).not.toContain('Left alone')

  await mend()
  await manager.press(home, 'Release')
  await expect
    .poll(() => Object.values(desk.sandbox.state(manager.id).homes).map(viewText).join())
    .toContain(`${told.name} is back under the clock`)
  await quiet()
  expect(await quarantined()).toBe('ok')
})

it('the fallback channel refuses it: the administrators hear of it directly, and release it there', async () => {
  const { manager, quiet, sandbox, pass } = desk
  await sandbox.act({ type: 'archive', as: 'U0HEAD', channel: 'C0ADMINS' })
  const { told, mend } = await broken('Nobody reads the fallback')
  await pass(0.2)
  const alarm = await manager.sees('dm', `${told.name} can't be decided`)
  await mend()
  await manager.press(alarm, 'Release')
  await quiet()
  expect(await releases(told)).toBe(1)
  await sandbox.act({ type: 'unarchive', as: 'U0HEAD', channel: 'C0ADMINS' })
})
