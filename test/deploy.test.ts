import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { scraped } from './support/metrics.ts'
import { keptBy, matchersIn } from './support/promql.ts'
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
/** What each label of each metric was seen to say. */
const said = new Map<string, Map<string, Set<string>>>()
beforeAll(async () => {
  world = await startWorld()
  await somethingOfEach(world)
  for (const series of (await scraped(world.url)).keys()) note(series)
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

/** `belay_outbox_depth{kind="page"}` */
function note(series: string): void {
  const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(series) ?? []
  const known = said.get(name) ?? new Map<string, Set<string>>()
  said.set(name, known)
  for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g))
    known.set(label, (known.get(label) ?? new Set()).add(value))
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
