import { readFileSync } from 'node:fs'
import pg from 'pg'
import { expect, it } from 'vitest'
import { emptyDatabase } from '../support/database.ts'

/**
 * What an older version that still runs could stumble over, by migration, and why it does not. Anything else that is
 * removed, retyped or made stricter fails here: expand first, and contract in a later release.
 */
const allowed: Record<string, Record<string, string>> = {
  '0004_summaries': {
    'rule is gone: cards: CREATE UNIQUE INDEX ON public.cards USING btree (channel, ts)':
      'it never kept an older version from anything: that one inserts a card once, under the lock of its notice, and names no index when it says "on conflict"',
  },
}

type Journal = { entries: { tag: string }[] }
const folder = new URL('../../drizzle/', import.meta.url)
const { entries } = JSON.parse(readFileSync(new URL('meta/_journal.json', folder), 'utf8')) as Journal

/** Every column and rule of the tables, as a line each, by what an older version relies on. */
type Shape = { columns: Map<string, Column>; rules: Set<string>; tables: Set<string> }
type Column = { type: string; isNullable: boolean; hasDefault: boolean }

async function shapeOf(client: pg.Client): Promise<Shape> {
  const columns = await client.query<Column & { name: string; table: string }>(`
    select c.relname as table, c.relname || '.' || a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      not a.attnotnull as "isNullable", (a.atthasdef or a.attidentity <> '') as "hasDefault"
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped`)
  const rules = await client.query<{ rule: string }>(`
    select conrelid::regclass || ': ' || pg_get_constraintdef(oid) as rule from pg_constraint
    where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'u', 'p', 'x')
    union select tablename || ': ' || regexp_replace(indexdef, 'INDEX \\S+ ON', 'INDEX ON') from pg_indexes
    where schemaname = 'public' and indexdef like 'CREATE UNIQUE%'`)
  return {
    tables: new Set(columns.rows.map(({ table }) => table)),
    columns: new Map(columns.rows.map(({ name, ...column }) => [name, column])),
    rules: new Set(rules.rows.map(({ rule }) => rule)),
  }
}

/** What a program that was written for `before` could not live with in `after`. */
function stumbles(before: Shape, after: Shape): string[] {
  const isOfOldTable = (name: string) => before.tables.has(name.split(/[.:]/)[0]!)
  const kept = [...before.columns].flatMap(([name, was]) => {
    const is = after.columns.get(name)
    if (!is) return [`${name} is gone`]
    if (is.type !== was.type) return [`${name} was ${was.type} and is ${is.type}`]
    if (was.isNullable && !is.isNullable) return [`${name} takes no null any more`]
    return was.hasDefault && !is.hasDefault ? [`${name} has no default any more`] : []
  })
  const added = [...after.columns].flatMap(([name, { isNullable, hasDefault }]) =>
    before.columns.has(name) || !isOfOldTable(name) || isNullable || hasDefault
      ? []
      : [`${name} must be given`],
  )
  // A unique index that is gone breaks "on conflict", one that is new refuses what was fine.
  const stricter = [...after.rules].filter((rule) => isOfOldTable(rule) && !before.rules.has(rule))
  const gone = [...before.rules].filter((rule) => !after.rules.has(rule))
  return [
    ...kept,
    ...added,
    ...stricter.map((rule) => `new rule: ${rule}`),
    ...gone.map((rule) => `rule is gone: ${rule}`),
  ]
}

it('each migration leaves all that the version before it needs', async () => {
  await using database = await emptyDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    let before: Shape | null = null
    for (const { tag } of entries) {
      const text = readFileSync(new URL(`${tag}.sql`, folder), 'utf8')
      for (const statement of text.split('--> statement-breakpoint')) await client.query(statement)
      const after = await shapeOf(client)
      if (before)
        expect({ [tag]: stumbles(before, after) }).toEqual({ [tag]: Object.keys(allowed[tag] ?? {}) })
      before = after
    }
    expect(before?.tables.has('escalations')).toBe(true)
  } finally {
    await client.end()
  }
})

it.each([
  ['alter table notices drop column error', 'notices.error is gone'],
  ['alter table notices alter column attempts type bigint', 'notices.attempts was integer and is bigint'],
  ['alter table notices alter column error set not null', 'notices.error takes no null any more'],
  ['alter table notices alter column attempts drop default', 'notices.attempts has no default any more'],
  ['alter table notices add column of_tomorrow text not null', 'notices.of_tomorrow must be given'],
  ['alter table notices add check (attempts < 9)', 'new rule: notices: CHECK ((attempts < 9))'],
  [
    'create unique index on notices (ts)',
    'new rule: notices: CREATE UNIQUE INDEX ON public.notices USING btree (ts)',
  ],
  [
    'drop index notices_key',
    'rule is gone: notices: CREATE UNIQUE INDEX ON public.notices USING btree (key)',
  ],
])('"%s" would not', async (statement, stumble) => {
  await using database = await emptyDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    for (const { tag } of entries)
      await client.query(
        readFileSync(new URL(`${tag}.sql`, folder), 'utf8').replaceAll('--> statement-breakpoint', ''),
      )
    const before = await shapeOf(client)
    await client.query(statement)
    expect(stumbles(before, await shapeOf(client))).toEqual([stumble])
  } finally {
    await client.end()
  }
})
