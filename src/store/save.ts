import { randomUUID } from 'node:crypto'
import { eq, getTableColumns, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Escalation, Happened } from '../domain/escalation.ts'
import type { Enqueued } from '../domain/notice.ts'
import { assigned, columnsOf, listed, recordset } from './bulk.ts'
import type { Columns } from './bulk.ts'
import type { Tx } from './database.ts'
import { escalations, notices, timeline } from './schema.ts'

/** What an escalation became by a decision: what happened, and what must be said about it. */
type Told = { escalation: Escalation; happened: Happened[]; notices: Enqueued[] }

/** One escalation before and after a decision. */
export type Decided = Told & { before: Escalation }

/** The ticket is written only when it changed: it can be large, and the sweep never touches it. */
const settled = new Set([
  'source',
  'ticketId',
  'ticket',
  'openedBy',
  'openedAt',
  'policy',
  'policyHash',
  'quarantine',
  'quarantinedAt',
])
const idColumn = columnsOf(escalations, ['id'])
const changingColumns = columnsOf(
  escalations,
  Object.keys(getTableColumns(escalations)).filter((key) => key !== 'id' && !settled.has(key)),
)
const entryColumns = columnsOf(timeline, ['escalation', 'version', 'position', 'at', 'kind', 'event'])
const noticeColumns = columnsOf(notices, [
  'id',
  'key',
  'kind',
  'escalation',
  'target',
  'priority',
  'notice',
  'fellBackAt',
])

/**
 * Writes any number of decisions in one statement: rows, timeline, outbox, and which cards are now behind. The caller
 * holds the locks of the rows.
 */
export async function save(tx: Tx, now: Date, decided: Decided[]): Promise<void> {
  const columns = changedColumns(decided)
  const rows = recordset(
    decided.map(({ escalation }) => escalation),
    [...idColumn, ...columns],
    'r',
  )
  await tx.execute(sql`
    with changed as (
      update escalations set ${assigned(columns, 'r')} from ${rows} where escalations.id = r.id
      returning escalations.id, escalations.version
    ), ${told(decided, now)}
    update cards set wanted = changed.version,
      behind_since = case when applied < wanted then behind_since else ${now.toISOString()}::timestamptz end,
      not_before = least(cards.not_before, ${now.toISOString()}::timestamptz)
    from changed where cards.escalation = changed.id and cards.lost is null`)
  for (const one of decided) await saveTicket(tx, one)
}

/** Those that became another in one of the rows: what is the same object is the same. */
function changedColumns(decided: Decided[]): Columns {
  const isChanged = (key: string) =>
    decided.some(
      ({ before, escalation }) => before[key as keyof Escalation] !== escalation[key as keyof Escalation],
    )
  return changingColumns.filter(({ key }) => isChanged(key))
}

/** Writes the beginnings of escalations whose rows are there already, as they are after it: timeline and outbox. */
export async function saveBeginnings(tx: Tx, now: Date, opened: Told[]): Promise<void> {
  await tx.execute(sql`with ${told(opened, now)} select`)
}

/** Statements that append to the timeline and to the outbox. */
function told(decided: Told[], now: Date): SQL {
  const entries = decided.flatMap(entriesOf)
  const enqueued = decided.flatMap((one) => one.notices)
  return sql`told as (
      insert into timeline (${listed(entryColumns)}, noted_at)
      select ${listed(entryColumns, 'r')}, ${now.toISOString()}::timestamptz from ${recordset(entries, entryColumns, 'r')}
    ), enqueued as (${insertNotices(enqueued, now)})`
}

function entriesOf({ escalation, happened }: Told) {
  const { id, version } = escalation
  return happened.map(({ at, event }, position) => ({
    escalation: id,
    version,
    position,
    at,
    event,
    kind: event.kind,
  }))
}

function noticeRow(enqueued: Enqueued, now: Date) {
  const { notice } = enqueued
  const fellBackAt = notice.kind === 'page' && notice.beyond ? now : null
  return { ...enqueued, id: randomUUID(), kind: notice.kind, fellBackAt }
}

async function saveTicket(tx: Tx, { escalation, happened }: Decided): Promise<void> {
  if (!happened.some(({ event }) => event.kind === 'ticket_updated')) return
  await tx.update(escalations).set({ ticket: escalation.ticket }).where(eq(escalations.id, escalation.id))
}

/** Notices that belong to no change of an escalation: a digest, an alarm for the administrators. The same key is kept once. */
export async function enqueue(tx: Tx, enqueued: Enqueued[], now: Date): Promise<void> {
  if (enqueued.length === 0) return
  await tx.execute(insertNotices(enqueued, now))
}

function insertNotices(enqueued: Enqueued[], now: Date): SQL {
  const at = now.toISOString()
  const rows = enqueued.map((notice) => noticeRow(notice, now))
  return sql`
    insert into notices (${listed(noticeColumns)}, created_at, not_before)
    select ${listed(noticeColumns, 'r')}, ${at}::timestamptz, ${at}::timestamptz
    from ${recordset(rows, noticeColumns, 'r')}
    on conflict (key) do nothing`
}
