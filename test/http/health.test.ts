import { expect, it } from 'vitest'
import { minuteMs } from '#domain/time.ts'
import { checksOf } from '#http/checks.ts'
import type { Checked } from '#http/checks.ts'
import { readiness } from '#http/health.ts'

it('is not ready when something is not well, and says every reason', async () => {
  const checks = [
    { name: 'database', check: () => null },
    { name: 'slack', check: async () => 'not connected' },
    { name: 'due', check: () => Promise.reject(new Error('no connection')) },
  ]
  expect(await readiness(checks)).toEqual({
    status: 503,
    body: {
      ok: false,
      checks: { database: 'ok', slack: 'not connected', due: 'no connection' },
      reasons: ['slack: not connected', 'due: no connection'],
    },
  })
})

it('tells of what is left alone, and is ready all the same', async () => {
  const checks = [{ name: 'quarantine', check: () => '1 left alone', isOnlyTold: true }]
  expect(await readiness(checks)).toEqual({
    status: 200,
    body: { ok: true, checks: { quarantine: '1 left alone' } },
  })
})

it('says in a sentence why the database did not answer, and not what it was asked', async () => {
  const cause = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' })
  const failed = Object.assign(new Error('Failed query: select 1', { cause }), { params: [] })
  const { body } = await readiness([{ name: 'database', check: () => Promise.reject(failed) }])
  expect(body).toMatchObject({ reasons: ['database: a query failed: connection refused (ECONNREFUSED)'] })
})

it.each([
  [4, 'no audit has ended well for 240 s'],
  [2, null],
])('an audit that ended well %i minutes ago: %s', (minutes, reason) => {
  const lastRun = new Map([['audit', performance.now() - minutes * minuteMs]])
  const checks = checksOf({ duties: { lastRun, failing: new Map() } } as unknown as Checked)
  expect(checks.find(({ name }) => name === 'duties')?.check()).toBe(reason)
})
