import pg from 'pg'

type Row = Record<string, unknown>
type Client = Pick<pg.ClientBase, 'query'>

/** The rows of a table as they are, with their instants and objects as text that PostgreSQL reads back. */
export async function rowsOf(client: Client, table: string, where: string): Promise<Row[]> {
  const { rows } = await client.query<{ row: Row }>(
    `select to_jsonb(t) as row from ${table} t where ${where}`,
  )
  return rows.map(({ row }) => row)
}

/** `insert into t (a, b) values ($1, $2)` of every column of this row, and the values in that order. */
export function insertion(table: string, rows: Row[]): { text: string; values: unknown[] } {
  const names = Object.keys(rows[0] ?? {})
  const places = rows.map(
    (_, row) => `(${names.map((_name, at) => `$${row * names.length + at + 1}`).join(', ')})`,
  )
  const values = rows.flatMap((row) => names.map((name) => written(row[name])))
  return { text: `insert into ${table} (${names.join(', ')}) values ${places.join(', ')}`, values }
}

function written(value: unknown): unknown {
  return value !== null && typeof value === 'object' ? JSON.stringify(value) : value
}

/** The columns of a row and their values as SQL literals; `special` names those that are an expression instead. */
export function literals(row: Row, special: Record<string, string>): { names: string[]; values: string[] } {
  const names = Object.keys(row)
  const literal = (value: unknown) => (value === null ? 'null' : pg.escapeLiteral(String(written(value))))
  return { names, values: names.map((name) => special[name] ?? literal(row[name])) }
}
