/** One comparison: ours against a limit that was measured in the same run. */
export type Ratio = { what: string; ours: string; limit: string; ratio: number; wanted: string; ok: boolean }

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The value that this part of all values (0.99) does not exceed. */
export function percentile(values: number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * part) - 1)] ?? NaN
}

/** How long the work took, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** What two limits allow together, when each piece of work has to pass both: 1 / (1/a + 1/b). */
export function together(a: number, b: number): number {
  return 1 / (1 / a + 1 / b)
}

export function table(rows: Ratio[]): string {
  const cells = [
    ['what', 'ours', 'limit', 'ratio', 'wanted', ''],
    ...rows.map(({ what, ours, limit, ratio, wanted, ok }) => [
      what,
      ours,
      limit,
      ratio.toFixed(2),
      wanted,
      ok ? 'ok' : 'MISSED',
    ]),
  ]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
