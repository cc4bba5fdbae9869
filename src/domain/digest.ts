import type { Actor } from './escalation.ts'
import type { PromiseName } from './promises.ts'

/** One escalation in a digest, as its reader needs it. */
export type DigestRow = {
  escalation: number
  ticket: string
  subject: string
  url: string | null
  severity: string
  tier: string | null
  customer: string | null
  plan: string | null
  owner: Actor | null
  openedAt: Date
  /** The promise this row is about, when it was due, and until when it was late: null while it still is. */
  promise: PromiseName | null
  dueAt: Date | null
  lateUntil: Date | null
  /** For how long it has waited on the customer, in all. */
  pausedMs: number
}

/** The rows that are shown, and how many there are in all. */
export type Listed = { total: number; rows: DigestRow[] }

/** How many of something, by what is asked about. */
export type Count = { tier: string | null; severity: string; count: number }
export type BreachCount = Count & { promise: PromiseName }

/** Everything a digest knows: gathered at `now`, for what happened from `from` to `to`. */
export type DigestData = {
  from: Date
  to: Date
  now: Date
  /** The severities of today's policy, most urgent first. */
  severities: readonly string[]
  /** `p95LateMs`: by how much 95 % of them were late at most. */
  breached: Listed & { counts: BreachCount[]; p95LateMs: number | null }
  /** How many promises broke in the 7 and the 30 days before `to`. */
  trend: Readonly<Record<7 | 30, number>>
  dueToday: Listed
  unowned: Listed
  updatesOverdue: Listed
  open: { total: number; counts: Count[] }
  old: Listed
  quarantined: Listed
}

/** Something to say of a section or a row: bare, with an instant, or with a length of time. */
export type Fact = { label: string; at?: Date; ms?: number }

/** How many, by one quality: `{ by: 'severity', parts: [['critical', 2]] }`. */
export type Tally = { by: string; parts: [name: string, count: number][] }

/** One part of a digest. A view can draw any of them. */
export type Section = {
  title: string
  total: number
  /** What is well when the section is empty; null for one that says nothing of well or ill. */
  clear: string | null
  facts: Fact[]
  tallies: Tally[]
  rows: { row: DigestRow; facts: Fact[] }[]
}

/** Every section, in the order a reader wants them: to add one, add a function. */
const sections: ((data: DigestData) => Section)[] = [
  breached,
  dueToday,
  unowned,
  updatesOverdue,
  old,
  stuck,
  open,
]

/** What the digest says, section by section. */
export function sectionsOf(data: DigestData): Section[] {
  return sections.map((section) => section(data))
}

/** True when no section has anything that somebody should look at. */
export function isAllClear(of: readonly Section[]): boolean {
  return of.every(({ clear, total }) => clear === null || total === 0)
}

/** What each promise is called in a sentence. */
const promiseWords: Record<PromiseName, string> = {
  acknowledge: 'acknowledgement',
  update: 'customer update',
  resolve: 'resolution',
  thirtyDays: '30 days',
}

function breached(data: DigestData): Section {
  const { breached, trend } = data
  const { p95LateMs } = breached
  // Of one alone its row says it.
  const late =
    p95LateMs === null || breached.total < 2 ? [] : [{ label: '95 % of them late by at most', ms: p95LateMs }]
  return {
    title: 'Breached',
    clear: 'no promise was broken',
    total: breached.total,
    facts: [...late, { label: `${trend[7]} in 7 days, ${trend[30]} in 30 days` }],
    tallies: [
      tally('promise', breached.counts, ({ promise }) => promiseWords[promise], Object.values(promiseWords)),
      tally('severity', breached.counts, ({ severity }) => severity, data.severities),
      tally('tier', breached.counts, tierOf),
    ],
    rows: breached.rows.map((row) => ({ row, facts: lateness(row, data.now) })),
  }
}

function dueToday({ dueToday, now }: DigestData): Section {
  return listed('Due today', 'nothing more is due today', dueToday, (row) =>
    row.dueAt && row.dueAt <= now ? lateness(row, now) : [due(row)],
  )
}

function unowned({ unowned }: DigestData): Section {
  return listed('Nobody has it', 'everything has an owner', unowned, ({ openedAt }) => [
    { label: 'open since', at: openedAt },
  ])
}

function updatesOverdue({ updatesOverdue, now }: DigestData): Section {
  return listed('Customer update overdue', 'no customer update is overdue', updatesOverdue, (row) =>
    lateness(row, now),
  )
}

function old({ old }: DigestData): Section {
  return listed('Older than 30 days', 'nothing is older than 30 days', old, ({ openedAt, pausedMs }) => [
    { label: 'open since', at: openedAt },
    ...(pausedMs > 0 ? [{ label: 'of that waiting on the customer', ms: pausedMs }] : []),
  ])
}

/** The clock left these alone, so nobody is paged about them: a digest without them would be all clear by mistake. */
function stuck({ quarantined }: DigestData): Section {
  return listed('Stuck: not under the clock', 'nothing is stuck', quarantined, ({ openedAt }) => [
    { label: 'open since', at: openedAt },
  ])
}

function open({ open, severities }: DigestData): Section {
  const tiers = [...new Set(open.counts.map(tierOf))].sort()
  return {
    title: 'Open',
    clear: null,
    total: open.total,
    facts: [],
    rows: [],
    tallies: tiers.map((tier) => {
      const here = open.counts.filter((count) => tierOf(count) === tier)
      return tally(tier, here, ({ severity }) => severity, severities)
    }),
  }
}

function listed(
  title: string,
  clear: string,
  { total, rows }: Listed,
  factsOf: (row: DigestRow) => Fact[],
): Section {
  return {
    title,
    clear,
    total,
    facts: [],
    tallies: [],
    rows: rows.map((row) => ({ row, facts: factsOf(row) })),
  }
}

function due({ promise, dueAt }: DigestRow): Fact {
  return { label: `${promise ? promiseWords[promise] : 'promise'} due`, ...(dueAt && { at: dueAt }) }
}

function lateness(row: DigestRow, now: Date): Fact[] {
  const { dueAt, lateUntil } = row
  if (!dueAt) return []
  const ms = Math.max(0, Number(lateUntil ?? now) - Number(dueAt))
  return [due(row), { label: lateUntil ? 'late by' : 'still open, late by', ms }]
}

function tierOf({ tier }: Count): string {
  return tier ?? 'no tier'
}

/** Counts added up by a name: in the given order, and what it does not have behind it. */
function tally<C extends Count>(
  by: string,
  counts: readonly C[],
  nameOf: (count: C) => string,
  order: readonly string[] = [],
): Tally {
  const sums = new Map<string, number>()
  for (const one of counts) sums.set(nameOf(one), (sums.get(nameOf(one)) ?? 0) + one.count)
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  const parts = [...sums].sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1))
  return { by, parts }
}
