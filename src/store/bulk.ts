import { getTableColumns, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'

/** Columns of one table, for statements over many rows at once. The rows travel as one jsonb parameter. */
export type Columns = readonly { key: string; name: string; type: string }[]

/** The named columns of a table, or all of them. */
export function columnsOf(table: PgTable, keys?: readonly string[]): Columns {
  const columns = getTableColumns(table)
  return (keys ?? Object.keys(columns)).map((key) => ({
    key,
    name: key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    type: columns[key]?.getSQLType() ?? 'text',
  }))
}

/**
 * `(select … from jsonb_to_recordset($1) … limit 3) as <alias>`: the rows as a table of the statement. PostgreSQL takes any
 * recordset for a hundred rows, and would rather read a whole table than look up a hundred; the limit tells it better.
 */
export function recordset(rows: readonly object[], columns: Columns, alias: string): SQL {
  const json = JSON.stringify(rows.map((row) => renamed(row as Record<string, unknown>, columns)))
  const shape = columns.map(({ name, type }) => `${name} ${type}`).join(', ')
  const all = sql.raw(`${alias}(${shape}) limit ${rows.length}) as ${alias}`)
  return sql`(select * from jsonb_to_recordset(${json}::jsonb) as ${all}`
}

/** `a, b, c`, or `r.a, r.b, r.c` with an alias. */
export function listed(columns: Columns, alias?: string): SQL {
  return sql.raw(columns.map(({ name }) => (alias ? `${alias}.${name}` : name)).join(', '))
}

/** `a = r.a, b = r.b`. */
export function assigned(columns: Columns, alias: string): SQL {
  return sql.raw(columns.map(({ name }) => `${name} = ${alias}.${name}`).join(', '))
}

function renamed(row: Record<string, unknown>, columns: Columns): Record<string, unknown> {
  const named: Record<string, unknown> = {}
  for (const { key, name } of columns) named[name] = row[key] ?? null
  return named
}
