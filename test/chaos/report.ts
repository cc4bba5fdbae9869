import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'
import type { Result } from './scenario.ts'

const file = 'chaos-results.json'

/** Prints what became of each scenario, and keeps it in a file. */
export default class Report implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const results = modules
      .flatMap((module) => [...module.children.allTests()])
      .flatMap((test) => test.meta().chaos ?? [])
    if (results.length === 0) return
    process.stdout.write(`\n${table(results)}\n`)
    writeFileSync(file, `${JSON.stringify({ at: new Date(), results }, null, 2)}\n`)
  }
}

function table(results: readonly Result[]): string {
  const head = ['scenario', 'escalations', 'pages', 'notified', 'doubled', 'longest wait']
  const rows = results.map((row) => [
    row.scenario,
    ...[row.escalations, row.pages, row.notified, row.doubled].map(String),
    `${(row.longestWaitMs / 1000).toFixed(1)} s`,
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
  return [head, ...rows].map(line).join('\n')
}
