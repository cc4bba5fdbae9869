import { describe, expect, it } from 'vitest'
import type { BreachCount, DigestData, DigestRow, Listed } from '#domain/digest.ts'
import { digestView } from '#slack/views/digest.ts'
import { at } from '../../domain/wall.ts'
import { expectPicture, expectSound } from '../../support/sound.ts'

const nothing: Listed = { total: 0, rows: [] }
const quiet: DigestData = {
  from: at('2026-11-20 09:00'),
  to: at('2026-11-23 09:00'),
  now: at('2026-11-23 09:00'),
  severities: ['critical', 'high', 'normal', 'low'],
  breached: { ...nothing, counts: [], p95LateMs: null },
  trend: { 7: 0, 30: 0 },
  dueToday: nothing,
  unowned: nothing,
  updatesOverdue: nothing,
  open: { total: 0, counts: [] },
  old: nothing,
  quarantined: nothing,
}

const row = (changes: Partial<DigestRow> = {}): DigestRow => ({
  escalation: 12,
  ticket: '4711',
  subject: 'Checkout fails for all EU shoppers',
  url: 'https://desk.example/t/4711',
  severity: 'critical',
  tier: 'frontline',
  customer: 'Acme GmbH',
  plan: 'enterprise',
  owner: 'U0ENG1',
  openedAt: at('2026-11-22 22:10'),
  promise: 'update',
  dueAt: at('2026-11-23 06:10'),
  lateUntil: null,
  pausedMs: 0,
  ...changes,
})

const acknowledged = {
  promise: 'acknowledge',
  dueAt: at('2026-11-22 22:25'),
  lateUntil: at('2026-11-22 22:31'),
} as const
const unowned = {
  owner: null,
  promise: null,
  dueAt: null,
  escalation: 15,
  url: null,
  ticket: 'T-9',
  customer: null,
  plan: null,
}
const broken = (promise: BreachCount['promise'], severity: string, tier: string, count: number) => ({
  promise,
  severity,
  tier,
  count,
})

const busy: DigestData = {
  ...quiet,
  breached: {
    total: 3,
    p95LateMs: 2.8 * 3_600_000,
    counts: [
      broken('acknowledge', 'critical', 'frontline', 1),
      broken('update', 'normal', 'engineering', 1),
      broken('update', 'critical', 'frontline', 1),
    ],
    rows: [
      row(),
      row(acknowledged),
      row({ escalation: 9, severity: 'normal', lateUntil: at('2026-11-23 08:00') }),
    ],
  },
  trend: { 7: 11, 30: 46 },
  dueToday: { total: 1, rows: [row({ promise: 'resolve', dueAt: at('2026-11-23 10:10') })] },
  unowned: { total: 1, rows: [row(unowned)] },
  updatesOverdue: { total: 1, rows: [row()] },
  old: {
    total: 1,
    rows: [
      row({ escalation: 3, severity: 'low', openedAt: at('2026-10-18 11:00'), pausedMs: 9 * 86_400_000 }),
    ],
  },
  open: {
    total: 9,
    counts: [
      { tier: 'frontline', severity: 'low', count: 5 },
      { tier: 'frontline', severity: 'critical', count: 1 },
      { tier: 'engineering', severity: 'normal', count: 3 },
    ],
  },
}

const evil = '<!channel> & "quotes" <@U0BOSS> *bold* `code` https://evil.example |'
const hostileRow = row({
  subject: `${evil} ${'x'.repeat(5000)}`,
  ticket: evil,
  url: 'https://desk.example/a|b>c',
  customer: evil,
  plan: evil,
  severity: evil,
  tier: evil,
  owner: 'U0EVIL',
})

/** Everything everywhere, as long as it may be. */
function enormous(): DigestData {
  const long = (letter: string) => letter.repeat(3000)
  const rows = Array.from({ length: 8 }, (_, index) =>
    row({
      escalation: 900_000 + index,
      subject: long('&'),
      ticket: long('<'),
      url: `https://desk.example/${'t'.repeat(1900)}`,
      customer: long('>'),
      plan: long('&'),
      severity: long('&'),
      owner: long('U'),
      pausedMs: 1,
    }),
  )
  const many: Listed = { total: 100_000, rows }
  const counts = Array.from({ length: 400 }, (_, index) =>
    broken('resolve', `severity${index % 20}`, `tier-${'t'.repeat(45)}${index}`, index),
  )
  return {
    ...quiet,
    breached: { ...many, counts, p95LateMs: 1e12 },
    trend: { 7: 1e6, 30: 1e7 },
    dueToday: many,
    unowned: many,
    updatesOverdue: many,
    old: many,
    quarantined: many,
    open: { total: 100_000, counts },
  }
}

const names = new Map([
  ['U0ENG1', 'Second engineer'],
  ['U0EVIL', '<!here> everyone'],
])

describe('a digest', () => {
  it('says that all is clear, and what was looked at', async () => {
    const shown = digestView({ data: { ...quiet, open: { total: 12, counts: [] } }, names })
    expectSound(shown)
    expect(shown.text).toContain('All clear since ')
    expect(shown.text).toContain('no promise was broken, nothing more is due today, everything has an owner')
    expect(shown.text).toContain('12 escalations are open.')
    await expectPicture(shown, 'digest.clear')
  })

  it('of a busy day starts with the answer', async () => {
    const shown = digestView({ data: busy, names })
    expectSound(shown)
    expect(shown.text).toContain('Breached: 3 · Due today: 1 · Nobody has it: 1 · Customer update overdue: 1')
    expect(JSON.stringify(shown.blocks)).toContain('What is well: nothing is stuck.')
    await expectPicture(shown, 'digest.busy')
  })

  it('pings nobody, whatever people have written', async () => {
    const one: Listed = { total: 1, rows: [hostileRow] }
    const counts = [broken('update', evil, evil, 1)]
    const data = {
      ...quiet,
      unowned: one,
      breached: { ...one, counts, p95LateMs: 1 },
      open: { total: 1, counts },
    }
    const shown = digestView({ data, names })
    expectSound(shown)
    expect(JSON.stringify(shown.blocks), 'one is no crowd').not.toContain('95 %')
    await expectPicture(shown, 'digest.hostile')
  })

  it('calls a ticket that has no number but an address by a short word', () => {
    const url = 'https://desk.example/t/4711'
    const shown = (one: DigestRow) =>
      JSON.stringify(digestView({ data: { ...quiet, unowned: { total: 1, rows: [one] } }, names }).blocks)
    expect(shown(row({ ticket: url, url }))).toContain('<https://desk.example/t/4711|Ticket> Checkout fails')
    expect(shown(row({ ticket: url, url: null })), 'else nobody could find it').toContain(`${url} Checkout`)
  })

  it('stays within what Slack takes, and says how much more there is', async () => {
    const shown = digestView({ data: enormous(), names: new Map() })
    expectSound(shown)
    expect(JSON.stringify(shown.blocks)).toContain('_and 99992 more_')
    await expectPicture(shown, 'digest.enormous')
  })

  it('is not all clear while something is stuck', () => {
    const shown = digestView({ data: { ...quiet, quarantined: { total: 1, rows: [row(unowned)] } }, names })
    expect(shown.text).not.toContain('All clear')
    expect(shown.text).toContain('Stuck')
  })
})
