import { inArray, sql } from 'drizzle-orm'
import { after, deliveryGraceMs } from '../domain/escalation.ts'
import type { Escalation } from '../domain/escalation.ts'
import { noticesOf } from '../domain/notice.ts'
import type { Page } from '../domain/notice.ts'
import { addMs } from '../domain/time.ts'
import { pageLate } from '../domain/verbs.ts'
import type { Tx } from './database.ts'
import { toEscalation } from './escalations.ts'
import type { Store } from './escalations.ts'
import { save } from './save.ts'
import type { Decided } from './save.ts'
import { escalations, notices } from './schema.ts'

/** Pages decided on in one transaction. */
const atOnce = 250

/** How it went: `late` pages were not in Slack after a minute; `failed` of their escalations could not be decided, and why. */
export type Late = { late: number; failed: { escalation: number; reason: string }[] }

/**
 * Tells beyond Slack of every page that Slack has not taken for a minute: each once, whoever comes first. Does nothing
 * while the policy of today has no way beyond Slack.
 */
export async function fallBackLate(store: Store, now: Date): Promise<Late> {
  const { email, webhook } = store.book.live.fallback
  const total: Late = { late: 0, failed: [] }
  if (!email && !webhook) return total
  for (let more = true; more;) {
    const { late, failed } = await store.db.transaction((tx) => fallBackSome(tx, store, now))
    total.late += late
    total.failed.push(...failed)
    more = late === atOnce
  }
  if (total.late > 0) store.committed()
  return total
}

async function fallBackSome(tx: Tx, store: Store, now: Date): Promise<Late> {
  const pages = await claimLate(tx, now)
  if (pages.length === 0) return { late: 0, failed: [] }
  const failed: Late['failed'] = []
  const decided: Decided[] = []
  const rows = await tx
    .select()
    .from(escalations)
    .where(inArray(escalations.id, [...new Set(pages.map(({ escalation }) => escalation))]))
    .orderBy(escalations.id)
    .for('update')
  for (const row of rows) {
    const own = pages.filter(({ escalation }) => escalation === row.id)
    try {
      decided.push(...(await decide(tx, store, toEscalation(row), own, now)))
    } catch (error) {
      failed.push({ escalation: row.id, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  if (decided.length > 0) await save(tx, now, decided)
  return { late: pages.length, failed }
}

type LatePage = { escalation: number; page: Page }

/** Marks them as told, so that nobody tells of them again. */
async function claimLate(tx: Tx, now: Date): Promise<LatePage[]> {
  const decidedBefore = addMs(now, -deliveryGraceMs).toISOString()
  const claimed = await tx
    .update(notices)
    .set({ fellBackAt: now })
    .where(
      sql`${notices.id} in (
        select id from notices
        where kind = 'page' and state in ('pending', 'sending', 'unsure') and fell_back_at is null
          and created_at <= ${decidedBefore}::timestamptz
        order by created_at limit ${atOnce} for update skip locked)`,
    )
    .returning()
  return claimed.flatMap(({ escalation, notice }) =>
    escalation !== null && notice.kind === 'page' ? [{ escalation, page: notice }] : [],
  )
}

/** One change of the escalation for all of its pages that are late; none when nobody needs them any more. */
async function decide(
  tx: Tx,
  store: Store,
  escalation: Escalation,
  late: LatePage[],
  now: Date,
): Promise<Decided[]> {
  const terms = await store.book.terms(tx, escalation.policyHash, escalation.policy)
  const happened = late.flatMap(({ page }) => {
    const outcome = pageLate(page)(escalation, terms, { by: 'belay', seen: null }, now)
    return outcome.kind === 'changed' ? outcome.happened : []
  })
  if (happened.length === 0) return []
  const next = after(escalation, happened)
  return [{ before: escalation, escalation: next, happened, notices: noticesOf(next, happened, terms) }]
}
