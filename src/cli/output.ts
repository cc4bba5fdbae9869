/** An error that is an answer: it is printed as it is, without a stack, and ends the command with this code. */
export class Stop extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = 2) {
    super(message)
    this.exitCode = exitCode
  }
}

/** What the commands print goes to stdout, plainly. */
export function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

/** Rows with their columns one below the other, two spaces apart; the last column is as long as it likes. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map(
    (row) =>
      indent +
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
  )
}

/** `E-12`, `e-12` or `12` -> 12. Stops with a sentence on anything else. */
export function readEscalation(text: string): number {
  const [, digits] = /^(?:E-)?([1-9]\d{0,14})$/i.exec(text.trim()) ?? []
  if (digits === undefined) throw new Stop(`"${text}" is not an escalation: expected one such as E-12.`)
  return Number(digits)
}

/** PostgreSQL's code of an error, or the operating system's. */
export function codeOf(error: unknown): string | undefined {
  const root = rootOf(error)
  return root instanceof Error && 'code' in root && typeof root.code === 'string' ? root.code : undefined
}

/** What went wrong with the database, in one line. An error for several addresses has no message, but a code. */
export function sentenceOf(error: unknown): string {
  const root = rootOf(error)
  const said = [root instanceof Error ? root.message : '', codeOf(error) ?? '']
  return said.find(Boolean) ?? 'an unknown error'
}

/** Drizzle's message is the whole statement; PostgreSQL's own is in its cause. */
function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? rootOf(error.cause) : error
}
