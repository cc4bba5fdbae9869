import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { scraped } from './support/metrics.ts'
import { evaluate, keptBy, matchersIn } from './support/promql.ts'
import type { Scraped } from './support/promql.ts'
import { ticketEvent } from './support/tickets.ts'
import { startWorld, type World } from './support/world.ts'

const read = (path: string) => readFileSync(new URL(`../deploy/${path}`, import.meta.url), 'utf8')

type Panel = { id: number; type: string; title: string; targets?: { expr: string; legendFormat?: string }[] }
type Dashboard = { uid: string; panels: Panel[]; templating: { list: { name: string; type: string }[] } }
type Service = { env_file: string; environment: { PORT: number }; ports: string[] }
type Alert = { alert: string; expr: string; annotations: { summary: string; runbook: string } }

const dashboard = JSON.parse(read('grafana-dashboard.json')) as Dashboard
const alerts = (parse(read('alerts.yml')) as { groups: { rules: Alert[] }[] }).groups.flatMap(
  ({ rules }) => rules,
)
const targets = dashboard.panels.flatMap(({ targets = [] }) => targets)
const shown = targets.map(({ expr }) => expr)
const expressions = [...shown, ...alerts.map(({ expr }) => expr)]

let world: World
let exposed: Map<string, string>
let metrics: Map<string, number>
/** What each label of each metric was seen to say. */
const said = new Map<string, Map<string, Set<string>>>()
beforeAll(async () => {
  world = await startWorld()
  await somethingOfEach(world)
  metrics = await scraped(world.url)
  for (const series of metrics.keys()) note(series)
  const text = await (await fetch(`${world.url}/metrics`)).text()
  exposed = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  )
})
afterAll(() => world[Symbol.asyncDispose]())

/** Whatever is only told once it has happened. */
async function somethingOfEach({ sandbox, belay, hook, first, quiet }: World): Promise<void> {
  sandbox.fault({ on: 'chat.postMessage', effect: { kind: 'ratelimited', retry_after: 1 } })
  await hook(ticketEvent('ticket.escalated'))
  await quiet()
  await first.press(await first.sees('C0FRONT', 'Checkout fails'), 'Acknowledge')
  await quiet()
  await belay.ring('audit', 'skew')
}

/** `belay_outbox_depth{kind="page"}` in its parts. */
function partsOf(series: string): { name: string; labels: [string, string][] } {
  const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(series) ?? []
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)]
  return { name, labels: pairs.map(([, label = '', value = '']) => [label, value]) }
}

function note(series: string): void {
  const { name, labels } = partsOf(series)
  const known = said.get(name) ?? new Map<string, Set<string>>()
  said.set(name, known)
  for (const [label, value] of labels) known.set(label, (known.get(label) ?? new Set()).add(value))
}

type Values = Record<string, number>

/** However busy the machine is just now. */
const calm: Values = { 'up{job="belay"}': 1, belay_nodejs_eventloop_lag_p99_seconds: 0.01 }

/** What Prometheus has while all is well, with these instead: of a counter, by how much it grew. */
function scrapedWith(instead: Values): Scraped {
  const of = (all: Values) => (metric: string) =>
    Object.entries(all).flatMap(([series, value]) => {
      const { name, labels } = partsOf(series)
      return name === metric ? [{ labels: { instance: 'a', ...Object.fromEntries(labels) }, value }] : []
    })
  const now = Object.fromEntries(metrics)
  const still = Object.fromEntries([...metrics.keys()].map((series) => [series, 0]))
  const grown = { ...still, 'belay_heartbeat_total{outcome="sent"}': 10 }
  return { now: of({ ...now, ...calm, ...instead }), grown: of({ ...grown, ...instead }) }
}

function firing(instead: Values): string[] {
  const scraped = scrapedWith(instead)
  return alerts.filter(({ expr }) => evaluate(expr, scraped).length > 0).map(({ alert }) => alert)
}

function namesOf(expression: string): string[] {
  return [...expression.matchAll(/\bbelay_\w+/g)].map(([name]) => name)
}

/** The metrics that an expression reads; a histogram is read by its parts. */
function namesIn(expression: string): string[] {
  return namesOf(expression).map((name) => {
    const whole = name.replace(/_(bucket|count|sum)$/, '')
    return exposed.get(whole) === 'histogram' ? whole : name
  })
}

it('the dashboard and the alerts read nothing that /metrics does not tell', () => {
  const read = new Set(expressions.flatMap(namesIn))
  expect([...read].filter((name) => !exposed.has(name))).toEqual([])
  expect(read.size).toBeGreaterThan(20)
})

it('they ask for no label, and no value of one, that /metrics does not tell', () => {
  const ours = expressions.flatMap(matchersIn).filter(({ metric }) => metric.startsWith('belay_'))
  const unknown = ours.flatMap(({ metric, label, values }) =>
    values
      .filter((value) => !said.get(metric)?.get(label)?.has(value))
      .map((value) => `${metric}{${label}="${value}"}`),
  )
  expect(unknown).toEqual([])
  expect(new Set(ours.map(({ label }) => label))).toEqual(new Set(['kind', 'outcome', 'code', 'state']))
})

it('what they group by and write beside a line is a label of it', () => {
  const written = [
    ...targets.map(({ expr, legendFormat = '' }) => ({ expr, text: legendFormat })),
    ...alerts.map(({ expr, annotations }) => ({ expr, text: annotations.summary + annotations.runbook })),
  ]
  for (const { expr, text } of written) {
    const own = namesOf(expr).map((name) => new Set([...(said.get(name)?.keys() ?? []), 'instance']))
    const kept = keptBy(expr)
    for (const label of kept ?? [])
      expect(
        own.every((labels) => labels.has(label)),
        expr,
      ).toBe(true)
    for (const [, label = ''] of text.matchAll(/\{\{ ?(?:\$labels\.)?(\w+) ?\}\}/g))
      expect(kept ? kept.includes(label) : own.every((labels) => labels.has(label)), `${expr} ${text}`).toBe(
        true,
      )
  }
})

/** What each alert is there for: any one of these, and nothing else, sets it off. */
const troubles: Record<string, Values[]> = {
  BelayDown: [{ 'up{job="belay"}': 0 }],
  BelayHeartbeatFails: ['failed', 'withheld'].map((outcome) => ({
    'belay_heartbeat_total{outcome="sent"}': 0,
    [`belay_heartbeat_total{outcome="${outcome}"}`]: 10,
  })),
  BelayDatabaseAway: [{ belay_database_up: 0 }],
  BelayLate: [{ belay_sweep_lag_seconds: 31 }, { belay_sweep_idle_seconds: 31 }],
  BelayPageWaits: [
    { 'belay_outbox_oldest_seconds{kind="page"}': 61 },
    { 'belay_outbox_oldest_seconds{kind="direct"}': 61 },
  ],
  BelayUndeliverable: [
    { 'belay_deliveries_total{kind="page",outcome="permanent"}': 1 },
    { 'belay_deliveries_total{kind="direct",outcome="permanent"}': 1 },
  ],
  BelayQuarantine: [{ belay_quarantine_depth: 1 }],
  BelaySlackErrors: [{ 'belay_slack_errors_total{method="chat.update",code="internal_error"}': 31 }],
  BelaySlackAway: [{ belay_slack_up: 0 }, { 'belay_slack_sockets{state="live"}': 0 }],
  BelayInboxWaits: [{ belay_inbox_oldest_seconds: 121 }],
  BelayEventGivenUp: [{ belay_inbox_given_up_total: 1 }],
  BelayCardsOld: [{ belay_cards_behind_oldest_seconds: 301 }],
  BelayAudit: [{ 'belay_audit_findings{finding="asleep"}': 1 }],
  BelayEventLoopLags: [{ belay_nodejs_eventloop_lag_p99_seconds: 0.6 }],
  BelayClockOff: [{ belay_clock_skew_seconds: 3 }, { belay_clock_skew_seconds: -3 }],
  BelayPoolExhausted: [{ 'belay_database_pool_connections{state="waiting"}': 1 }],
}

it('every alert fires for what it is there for, and for nothing else', () => {
  expect(Object.keys(troubles).sort()).toEqual(alerts.map(({ alert }) => alert).sort())
  for (const [alert, some] of Object.entries(troubles))
    for (const trouble of some) expect(firing(trouble), JSON.stringify(trouble)).toEqual([alert])
  const nobodyThere = { now: () => [], grown: () => [] }
  expect(evaluate(alerts.find(({ alert }) => alert === 'BelayDown')!.expr, nobodyThere)).toHaveLength(1)
})

it.each<Values>([
  {},
  { 'belay_slack_errors_total{method="chat.postMessage",code="ratelimited"}': 1000 },
  { 'belay_outbox_oldest_seconds{kind="card"}': 1000 },
  { 'belay_deliveries_total{kind="line",outcome="permanent"}': 5 },
  { 'belay_heartbeat_total{outcome="sent"}': 0 },
])('no alert fires while all is well: %j', (values) => {
  expect(firing(values)).toEqual([])
})

it('the dashboard shows everything that Belay measures of itself', () => {
  const ours = [...exposed.keys()].filter((name) => !/^belay_(nodejs|process)_/.test(name))
  const read = new Set(shown.flatMap(namesIn))
  expect(ours.filter((name) => !read.has(name))).toEqual([])
})

it('the dashboard can be imported as it is', () => {
  expect(dashboard.uid).toBe('belay')
  expect(dashboard.templating.list).toMatchObject([{ name: 'datasource', type: 'datasource' }])
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
  expect(JSON.stringify(dashboard.panels)).not.toMatch(/"uid":"(?!\$\{datasource\})/)
})

it("what stands in .env reaches Belay in its container, whatever name a policy reads, and the rest is the container's", () => {
  const { services } = parse(read('../compose.yaml')) as { services: { belay: Service } }
  expect(services.belay.env_file).toBe('.env')
  expect(Object.keys(services.belay.environment)).toEqual(['DATABASE_URL', 'BELAY_POLICY', 'PORT'])
  expect(services.belay.ports).toEqual([`127.0.0.1:3000:${services.belay.environment.PORT}`])
})

it('every alert says what is so, and what to do about it', () => {
  expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length)
  for (const { annotations } of alerts) {
    expect(annotations.summary).toMatch(/^[A-Z].{20,}\.$/)
    expect(annotations.runbook).toMatch(/^\S.{20,}\.$/)
  }
})
