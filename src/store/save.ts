import { randomUUID } from 'node:crypto'
import { eq, getTableColumns, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { Escalation, Happened } from '../domain/escalation.ts'
import type { Enqueued } from '../domain/notice.ts'
import { assigned, columnsOf, listed, recordset } from './bulk.ts'
import type { Tx } from './database.ts'
import { escalations, notices, timeline } from './schema.ts'

/** One escalation after a decision, with what happened and what must be said about it. */
export type Decided = { escalation: Escalation; happened: Happened[]; notices: Enqueued[] }

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
const rowColumns = columnsOf(
  escalations,
  Object.keys(getTableColumns(escalations)).filter((key) => !settled.has(key)),
)
const changingColumns = rowColumns.filter(({ key }) => key !== 'id')
const entryColumns = columnsOf(timeline)
const noticeColumns = columnsOf(notices, [
  'id',
  'key',
  'kind',
  'escalation',
  'target',
  'priority',
  'notice',
  'createdAt',
  'notBefore',
])

/**
 * Writes any number of decisions in one statement: rows, timeline, outbox, and which cards are now behind. The caller
 * holds the locks of the rows.
 */
export async function save(tx: Tx, now: Date, decided: Decided[]): Promise<void> {
  const rows = decided.map(({ escalation }) => escalation)
  const entries = decided.flatMap((one) => entriesOf(one, now))
  const enqueued = decided.flatMap((one) => one.notices)
  await tx.execute(sql`
    with changed as (
      update escalations set ${assigned(changingColumns, 'r')}
      from ${recordset(rows, rowColumns, 'r')} where escalations.id = r.id
    ), told as (
      insert into timeline (${listed(entryColumns)})
      select ${listed(entryColumns, 'r')} from ${recordset(entries, entryColumns, 'r')}
    ), enqueued as (${insertNotices(enqueued, now)})
    update cards set wanted = r.version, not_before = least(cards.not_before, ${now.toISOString()}::timestamptz)
    from ${recordset(rows, [rowColumns[0]!, versionColumn], 'r')}
    where cards.escalation = r.id and cards.lost is null`)
  for (const one of decided) await saveTicket(tx, one)
}

const versionColumn = { key: 'version', name: 'version', type: 'integer' }

function entriesOf({ escalation, happened }: Decided, now: Date) {
  const { id, version } = escalation
  return happened.map(({ at, event }, position) => ({
    escalation: id,
    version,
    position,
    at,
    event,
    notedAt: now,
    kind: event.kind,
  }))
}

function noticeRow({ key, escalation, target, priority, notice }: Enqueued, now: Date) {
  const { kind } = notice
  return { id: randomUUID(), key, kind, escalation, target, priority, notice, createdAt: now, notBefore: now }
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
  const rows = enqueued.map((notice) => noticeRow(notice, now))
  return sql`
    insert into notices (${listed(noticeColumns)})
    select ${listed(noticeColumns, 'r')} from ${recordset(rows, noticeColumns, 'r')}
    on conflict (key) do nothing`
}
