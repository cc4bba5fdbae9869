import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { startWorld, type World } from './support/world.ts'

const read = (path: string) => readFileSync(new URL(`../deploy/${path}`, import.meta.url), 'utf8')

type Panel = { id: number; type: string; title: string; targets?: { expr: string }[] }
type Dashboard = { uid: string; panels: Panel[]; templating: { list: { name: string; type: string }[] } }
type Service = { env_file: string; environment: { PORT: number }; ports: string[] }
type Alert = { alert: string; expr: string; annotations: { summary?: string; runbook?: string } }

const dashboard = JSON.parse(read('grafana-dashboard.json')) as Dashboard
const alerts = (parse(read('alerts.yml')) as { groups: { rules: Alert[] }[] }).groups.flatMap(
  ({ rules }) => rules,
)
const shown = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))

let world: World
let exposed: Map<string, string>
beforeAll(async () => {
  world = await startWorld()
  await world.belay.ring('audit', 'skew')
  const text = await (await fetch(`${world.url}/metrics`)).text()
  exposed = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  )
})
afterAll(() => world[Symbol.asyncDispose]())

/** The metrics that an expression reads; a histogram is read by its parts. */
function namesIn(expression: string): string[] {
  return [...expression.matchAll(/\bbelay_\w+/g)].map(([name]) => {
    const whole = name.replace(/_(bucket|count|sum)$/, '')
    return exposed.get(whole) === 'histogram' ? whole : name
  })
}

it('the dashboard and the alerts read nothing that /metrics does not tell', () => {
  const read = new Set([...shown, ...alerts.map(({ expr }) => expr)].flatMap(namesIn))
  expect([...read].filter((name) => !exposed.has(name))).toEqual([])
  expect(read.size).toBeGreaterThan(20)
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
