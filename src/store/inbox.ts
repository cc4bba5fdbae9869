import { and, eq, inArray, isNull, lt, lte, sql } from 'drizzle-orm'
import { addMs, dayMs, minuteMs, secondMs } from '../domain/time.ts'
import { alarmsOf } from './alarm.ts'
import { columnsOf, recordset } from './bulk.ts'
import type { Db, Tx } from './database.ts'
import type { Store } from './escalations.ts'
import { storable } from './json.ts'
import { enqueue } from './save.ts'
import { inbox } from './schema.ts'

/** Senders repeat themselves for a day at most; after this what they sent is forgotten. */
const rememberedForMs = 7 * dayMs
/** After so many failures an event is left alone; its error stays to be read. */
const attemptsAllowed = 8

type Body = Record<string, unknown>
export type Received = { key: string; body: Body; attempts: number }

/**
 * Marks this delivery as received and handled, in the transaction that handles it. Returns null the first time, and the
 * answer that was given when it comes again.
 */
export async function receiveOnce(tx: Tx, key: string, now: Date): Promise<{ answer: Body | null } | null> {
  const before = await receiveEach(tx, [key], now)
  return before.has(key) ? { answer: before.get(key) ?? null } : null
}

/** `receiveOnce` for many, each key once. Returns the answers to those that came before. */
export async function receiveEach(
  tx: Tx,
  keys: readonly string[],
  now: Date,
): Promise<Map<string, Body | null>> {
  const at = { receivedAt: now, notBefore: now, handledAt: now }
  const fresh = await tx
    .insert(inbox)
    // In the same order everywhere: whoever hands over the same ones at the same time waits, and for nobody who waits for it.
    .values(keys.toSorted().map((key) => ({ key, ...at })))
    .onConflictDoNothing()
    .returning({ key: inbox.key })
  const before = new Set(keys).difference(new Set(fresh.map(({ key }) => key)))
  if (before.size === 0) return new Map()
  const known = await tx
    .select({ key: inbox.key, answer: inbox.answer })
    .from(inbox)
    .where(inArray(inbox.key, [...before]))
  return new Map(known.map(({ key, answer }) => [key, answer]))
}

const answerColumns = columnsOf(inbox, ['key', 'answer'])

/** Keeps what was answered, by key, for when the same deliveries come again. */
export async function rememberAnswers(tx: Tx, answers: ReadonlyMap<string, Body>): Promise<void> {
  const rows = [...answers].map(([key, answer]) => ({ key, answer }))
  await tx.execute(sql`update inbox set answer = r.answer
    from ${recordset(rows, answerColumns, 'r')} where inbox.key = r.key`)
}

/** Keeps a Slack event until it is handled; Slack may be told that we have it as soon as this returns. */
export async function keep(db: Db, key: string, body: Body, now: Date): Promise<void> {
  const kept = storable(body) as Body
  await db.insert(inbox).values({ key, body: kept, receivedAt: now, notBefore: now }).onConflictDoNothing()
}

/**
 * Claims events that nobody handles at the moment. A claim is a time: if we die, the event is up again a minute later.
 */
export async function claimReceived(db: Db, now: Date, limit: number): Promise<Received[]> {
  const claimed = await db
    .update(inbox)
    .set({ attempts: sql`${inbox.attempts} + 1`, notBefore: addMs(now, minuteMs) })
    .where(
      // An array, because it is made once: a subquery may be asked again, and would then take more than the limit.
      sql`${inbox.key} = any(array(
        select key from inbox where handled_at is null and not_before <= ${now.toISOString()}::timestamptz
        order by not_before limit ${limit} for update skip locked))`,
    )
    .returning()
  return claimed.map(({ key, body, attempts }) => ({ key, body: body ?? {}, attempts }))
}

/** What an event changes. */
export type Effect = (tx: Tx) => Promise<unknown>

/**
 * Marks an event as handled, in the transaction of what it changes: both or neither, and once, however many have it in
 * their hands.
 */
export async function handled(db: Db, key: string, now: Date, effect: Effect | null = null): Promise<void> {
  await db.transaction(async (tx) => {
    const { rowCount } = await tx
      .update(inbox)
      .set({ handledAt: now, body: null, error: null })
      .where(and(eq(inbox.key, key), isNull(inbox.handledAt)))
    if (rowCount) await effect?.(tx)
  })
}

/**
 * It is tried again, later each time; in the end it is left alone with its error, and the administrators are told. Returns
 * whether it has come to that.
 */
export async function failed(
  store: Store,
  { key, body, attempts }: Received,
  error: string,
  now: Date,
): Promise<boolean> {
  const isGivenUp = attempts >= attemptsAllowed
  await store.db.transaction(async (tx) => {
    const { rowCount } = await tx
      .update(inbox)
      .set({ error, notBefore: addMs(now, 2 ** attempts * secondMs), ...(isGivenUp && { handledAt: now }) })
      .where(and(eq(inbox.key, key), isNull(inbox.handledAt)))
    if (rowCount && isGivenUp)
      await enqueue(tx, alarmsOf(store.book.live, givenUpWords(body, error), now), now)
  })
  if (isGivenUp) store.committed()
  return isGivenUp
}

/** The same for all that fail alike, so that they are told of once. */
function givenUpWords(body: Body, error: string): string {
  const event = body['event'] as { type?: unknown; channel?: unknown } | undefined
  const kind = typeof event?.type === 'string' ? event.type : 'something'
  const where = typeof event?.channel === 'string' ? ` in <#${event.channel}>` : ''
  return `What Slack told (${kind}${where}) could not be handled in ${attemptsAllowed} tries and is given up: ${error}`
}

/** A busy week may have brought millions: so many are forgotten by one statement, which has to end in time. */
const forgottenAtOnce = 5000

/** Forgets what no sender will repeat, until all of it is forgotten or `stopped` says so. */
export async function forgetOld(db: Db, now: Date, stopped: () => boolean = () => false): Promise<void> {
  const old = db
    .select({ key: inbox.key })
    .from(inbox)
    .where(and(lte(inbox.handledAt, now), lt(inbox.receivedAt, addMs(now, -rememberedForMs))))
    .orderBy(inbox.receivedAt)
    .limit(forgottenAtOnce)
  for (let gone = forgottenAtOnce; gone === forgottenAtOnce && !stopped();)
    gone = (await db.delete(inbox).where(inArray(inbox.key, old))).rowCount ?? 0
}
