import { isDeepStrictEqual } from 'node:util'

/** What an expression of Prometheus asks of a label: `kind=~"page|direct"`. */
export type Matcher = { metric: string; label: string; values: string[] }

/** A label, how it is compared, and with what. */
const rules = /(\w+)(=~|!~|!=|=)"([^"]*)"/g

/** Every matcher in an expression. A pattern is read as the words between its bars. */
export function matchersIn(expression: string): Matcher[] {
  return [...expression.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, metric = '', inside = '']) =>
    [...inside.matchAll(rules)].map(([, label = '', how = '', value = '']) => ({
      metric,
      label,
      values: how.endsWith('~') ? value.split('|') : [value],
    })),
  )
}

/** The labels that an expression keeps when it puts series together; null when it keeps all of them. */
export function keptBy(expression: string): string[] | null {
  const [aggregated] = expression.match(/\b(sum|max|min|avg|count)\b/g) ?? []
  if (!aggregated) return null
  return [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/,\s*/))
}

/** One line of what `/metrics` told, by its labels. */
type Series = { labels: Record<string, string>; value: number }
/** What Prometheus has of a metric: as it is now, and by how much it grew in the time that is asked for. */
export type Scraped = { now: (metric: string) => Series[]; grown: (metric: string) => Series[] }

/** What an expression gives, as Prometheus would: an alert fires for each. Knows what our alerts are made of, and throws else. */
export function evaluate(expression: string, scraped: Scraped): Series[] {
  const tokens = expression.match(/"[^"]*"|\[\w+\]|[\w.]+|[=!]~|[=!<>]=|[(){},=<>]/g) ?? []
  if (tokens.join('') !== expression.replaceAll(/\s/g, '')) throw new Error(`can't be read: ${expression}`)
  const reader = { tokens, scraped }
  const found = either(reader)
  if (tokens.length > 0) throw new Error(`nothing is known of ${tokens.join(' ')} in ${expression}`)
  return found
}

type Reader = { tokens: string[]; scraped: Scraped }

function takes({ tokens }: Reader, wanted: string): boolean {
  if (tokens[0] !== wanted) return false
  tokens.shift()
  return true
}

function must(reader: Reader, wanted: string): void {
  if (!takes(reader, wanted)) throw new Error(`${wanted} is missing before ${reader.tokens.join(' ')}`)
}

const alike = (a: Series, b: Series) => isDeepStrictEqual(a.labels, b.labels)

function either(reader: Reader): Series[] {
  const found = both(reader)
  while (takes(reader, 'or'))
    found.push(...both(reader).filter((one) => !found.some((other) => alike(one, other))))
  return found
}

function both(reader: Reader): Series[] {
  let found = compared(reader)
  while (takes(reader, 'and')) {
    const others = compared(reader)
    found = found.filter((one) => others.some((other) => alike(one, other)))
  }
  return found
}

const comparisons: Record<string, (a: number, b: number) => boolean> = {
  '==': (a, b) => a === b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
}

function compared(reader: Reader): Series[] {
  const found = term(reader)
  const holds = comparisons[reader.tokens[0] ?? '']
  if (!holds) return found
  reader.tokens.shift()
  const limit = Number(reader.tokens.shift())
  return found.filter(({ value }) => holds(value, limit))
}

const aggregations: Record<string, (values: number[]) => number> = {
  sum: (values) => values.reduce((total, value) => total + value, 0),
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
}
const functions: Record<string, (series: Series[]) => Series[]> = {
  absent: (series) => (series.length > 0 ? [] : [{ labels: {}, value: 1 }]),
  abs: (series) => series.map(({ labels, value }) => ({ labels, value: Math.abs(value) })),
  increase: (series) => series,
  // All that we ask for is of five minutes.
  rate: (series) => series.map(({ labels, value }) => ({ labels, value: value / 300 })),
}

function term(reader: Reader): Series[] {
  const name = reader.tokens.shift() ?? ''
  const [aggregate, change] = [aggregations[name], functions[name]]
  if (!aggregate && !change) return selected(reader, name)
  must(reader, '(')
  const found = either(reader)
  must(reader, ')')
  return aggregate ? together(found, labelsBy(reader), aggregate) : change!(found)
}

function labelsBy(reader: Reader): string[] {
  if (!takes(reader, 'by')) return []
  must(reader, '(')
  const inside = reader.tokens.splice(0, reader.tokens.indexOf(')'))
  must(reader, ')')
  return inside.filter((token) => token !== ',')
}

function together(series: Series[], by: string[], aggregate: (values: number[]) => number): Series[] {
  const labelsOf = ({ labels }: Series) => by.map((label) => [label, labels[label] ?? ''])
  const groups = Map.groupBy(series, (one) => JSON.stringify(labelsOf(one)))
  return [...groups].map(([key, group]) => ({
    labels: Object.fromEntries(JSON.parse(key) as [string, string][]),
    value: aggregate(group.map(({ value }) => value)),
  }))
}

function selected(reader: Reader, metric: string): Series[] {
  const { tokens, scraped } = reader
  const inside = takes(reader, '{') ? tokens.splice(0, tokens.indexOf('}')) : null
  if (inside) must(reader, '}')
  const range = tokens[0]?.startsWith('[') ? tokens.shift() : undefined
  const matches = inside ? matching(inside) : () => true
  return (range ? scraped.grown : scraped.now)(metric).filter(matches)
}

function matching(inside: string[]): (series: Series) => boolean {
  const asked = inside.join('').matchAll(rules)
  const tests = [...asked].map(([, label = '', how = '', value = '']) => {
    const holds = how.endsWith('~')
      ? (said: string) => new RegExp(`^(?:${value})$`).test(said)
      : (said: string) => said === value
    return ({ labels }: Series) => holds(labels[label] ?? '') !== how.startsWith('!')
  })
  return (series) => tests.every((test) => test(series))
}
