import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import type { Enqueued } from '#domain/notice.ts'
import { pageDelivered } from '#domain/verbs.ts'
import {
  cardAt,
  cardIn,
  claimStale,
  drawAnew,
  replaceLost,
  settleBehind,
  settleRefreshed,
  settleUnknown,
} from '#store/cards.ts'
import { connect } from '#store/database.ts'
import { changeMany, type Decide } from '#store/escalations.ts'
import {
  expireLeases,
  leaseMs,
  messageById,
  settleRetry,
  settleSent,
  settleUnsure,
  type Claim,
  type NoticeRow,
} from '#store/outbox.ts'
import { enqueue } from '#store/save.ts'
import { cards, notices } from '#store/schema.ts'
import { claimMessages, notTogether } from '#store/summaries.ts'
import { timelineOf } from '#store/timeline.ts'
import { claimUnsure } from '#store/unsure.ts'
import { databaseLine } from '../support/database-line.ts'
import { later, start, testStore, type TestStore } from '../support/store.ts'

const claim = ({ store }: TestStore, at = start, busy: string[] = []) =>
  claimMessages(store.db, at, { limit: 16, busy, served: [], turns: [] })

/** So many escalations whose first page waits for the same channel. */
async function storm(desk: TestStore, count: number): Promise<number[]> {
  const ids: number[] = []
  for (let i = 0; i < count; i += 1) ids.push((await desk.open(`T-${i}`)).id)
  return ids
}

const numbers = (rows: readonly NoticeRow[]) =>
  rows.map(({ escalation }) => escalation ?? 0).sort((a, b) => a - b)
const sizes = (claims: readonly Claim[]) => claims.map((message) => message.length)

const posted = { channel: 'C0FIRST', ts: '1.2', shape: 'summary', versions: new Map(), shown: 'x' } as const

const sent = ({ store }: TestStore, message: Claim) =>
  store.db.transaction((tx) => settleSent(tx, message, posted, start))

describe('pages that wait for one channel', () => {
  it.each([
    [5, [1]],
    [6, [6]],
    [100, [40]],
  ])('%i of them are claimed like this: %j', async (count, expected) => {
    await using desk = await testStore()
    await storm(desk, count)
    expect(sizes(await claim(desk))).toEqual(expected)
  })

  it('go out as several summaries when they are many, each claimed by one only', async () => {
    await using desk = await testStore()
    const ids = await storm(desk, 90)
    const claims: Claim[] = []
    for (;;) {
      const both = (await Promise.all([claim(desk), claim(desk)])).flat()
      if (both.length === 0) break
      claims.push(...both)
    }
    expect(numbers(claims.flat())).toEqual(ids)
    expect(Math.max(...sizes(claims))).toBe(40)
    const marks = claims.map((message) => new Set(message.map(({ summary }) => summary)))
    expect(marks.map(({ size }) => size)).toEqual(claims.map(() => 1))
  })

  it('leave out what is not due yet, what only informs, and what no summary could say', async () => {
    await using desk = await testStore()
    await storm(desk, 9)
    const { db } = desk.store
    const alarm = { kind: 'alarm', to: 'C0FIRST', problem: 'x' } as const
    const told: Enqueued = { key: 'a', escalation: null, target: 'C0FIRST', priority: 90_000, notice: alarm }
    await db.transaction((tx) => enqueue(tx, [told], start))
    await db.execute(sql`update notices set not_before = ${later(1).toISOString()} where escalation = 8`)
    await db.execute(sql`update notices set error = ${notTogether} where escalation = 9`)
    const [message] = await claim(desk)
    expect(numbers(message!)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect((await claim(desk)).flat()).toMatchObject([{ escalation: 9, summary: null }])
  })

  it('and direct messages that ask one person go together too, by what they ask', async () => {
    await using desk = await testStore()
    const ids = await storm(desk, 7)
    const direct = (about: 'asked' | 'taken') =>
      ids.map((id): Enqueued => ({
        key: `${about}:${id}`,
        escalation: id,
        target: 'U0SAM',
        priority: about === 'asked' ? id : 200_000,
        notice: { kind: 'direct', user: 'U0SAM', about, page: 1 },
      }))
    await desk.store.db.transaction((tx) => enqueue(tx, [...direct('asked'), ...direct('taken')], start))
    const [message] = await claim(desk, start, ['C0FIRST'])
    expect(message!.map(({ key }) => key)).toEqual(ids.map((id) => `asked:${id}`))
    expect(sizes(await claim(desk, start, ['C0FIRST']))).toEqual([1])
  })
})

describe('a summary of which nobody knows whether it arrived', () => {
  it('is looked for once, by one of two', async () => {
    await using desk = await testStore()
    await storm(desk, 12)
    await claim(desk)
    const after = new Date(start.getTime() + leaseMs)
    expect(await expireLeases(desk.store.db, after)).toBe(12)
    const looks = await Promise.all([1, 2].map(() => claimUnsure(desk.store.db, after, 4, [])))
    expect(looks.flat().map(sizes)).toEqual([[12]])
    expect(await claimUnsure(desk.store.db, after, 4, [])).toEqual([])
  })

  it('is found by its id even after it was given up, and is then not sent again', async () => {
    await using desk = await testStore()
    await storm(desk, 6)
    const [message] = await claim(desk)
    await settleUnsure(desk.store.db, message!, start, 1, 'timeout')
    await settleRetry(desk.store.db, message!, later(1), 'it was not in the history')
    const [first, ...more] = await messageById(desk.store.db, message![0].summary!)
    expect(await sent(desk, [first!, ...more])).toHaveLength(6)
    expect(await claim(desk, later(2))).toEqual([])
  })

  it('that was claimed anew has another id, and the old sender settles none of it', async () => {
    await using desk = await testStore()
    await storm(desk, 6)
    const [slow] = await claim(desk)
    await settleRetry(desk.store.db, slow!, start, 'it was not in the history')
    const [quick] = await claim(desk)
    expect(quick![0].summary).not.toBe(slow![0].summary)
    expect(await sent(desk, slow!)).toEqual([])
    await settleRetry(desk.store.db, slow!, start, 'late')
    expect(await desk.store.db.$count(notices, sql`state = 'sending'`)).toBe(6)
    expect(await sent(desk, quick!)).toHaveLength(6)
  })

  it('whose sender stood still before it had all of it leaves alone what others have sent meanwhile', async () => {
    await using desk = await testStore()
    await storm(desk, 8)
    await using line = await databaseLine(desk.url)
    const slow = connect(line.url, () => {})
    const stopped = line.stopAt({ hold: 'statement', of: /with leaders as/ })
    const claiming = claimMessages(slow, start, { limit: 16, busy: [], served: [], turns: [] })
    await stopped
    const after = new Date(start.getTime() + leaseMs)
    await expireLeases(desk.store.db, after)
    const [[found] = []] = await claimUnsure(desk.store.db, after, 4, [])
    const message = { ...posted, shape: 'card' } as const
    await desk.store.db.transaction((tx) => settleSent(tx, found!, message, after))
    line.goOn()
    const together = (await claiming).filter((others) => others.length > 1)
    await slow.$client.end()
    expect(found!.map(({ key }) => key)).toEqual(['page:1:1:C0FIRST'])
    expect(together.map(numbers)).toEqual([[2, 3, 4, 5, 6, 7, 8]])
    expect(await desk.store.db.$count(notices, sql`id = ${found![0].id} and state = 'sent'`)).toBe(1)
  })
})

describe('a summary in Slack', () => {
  /** A summary of six that has arrived. */
  async function arrived(desk: TestStore): Promise<{ ids: number[]; message: Claim }> {
    const ids = await storm(desk, 6)
    const [message] = await claim(desk)
    await sent(desk, message!)
    return { ids, message: message! }
  }

  const shows = (ids: number[], shown: string, over: string[] = []) => ({
    versions: new Map(ids.map((id) => [id, 1])),
    shown,
    over,
  })

  const stale = ({ store }: TestStore, at = start) => claimStale(store.db, at, 4)

  it('is nobody’s card', async () => {
    await using desk = await testStore()
    const { ids } = await arrived(desk)
    expect(await cardAt(desk.store.db, 'C0FIRST', '1.2')).toBeNull()
    expect(await cardIn(desk.store.db, ids[0]!, 'C0FIRST')).toBeNull()
  })

  it('is brought up to date by one edit for whatever changed, and never by two at once', async () => {
    await using desk = await testStore()
    const { ids } = await arrived(desk)
    const edits = (await Promise.all([1, 2, 3].map(() => stale(desk)))).flat()
    expect(edits.map((lines) => lines.length)).toEqual([6])
    await desk.store.db.execute(sql`update cards set wanted = wanted + 1`)
    expect(await stale(desk)).toEqual([])
    await settleRefreshed(desk.store.db, edits[0]!, shows(ids, 'y'), start)
    expect((await stale(desk)).map((lines) => lines.length)).toEqual([6])
  })

  it('that was edited too late is edited once more: it may show what is older', async () => {
    await using desk = await testStore()
    const { ids } = await arrived(desk)
    const [slow] = await stale(desk)
    const after = new Date(start.getTime() + leaseMs)
    const [quick] = await stale(desk, after)
    await settleRefreshed(desk.store.db, quick!, shows(ids, 'new'), after)
    expect(await stale(desk, after)).toEqual([])
    await settleRefreshed(desk.store.db, slow!, shows(ids, 'old'), after)
    expect((await stale(desk, after)).map((lines) => lines.map(({ shown }) => shown))).toEqual([
      Array.from({ length: 6 }, () => null),
    ])
  })

  it('whose edit ended unsure, while or after others edited it, is edited once more', async () => {
    await using desk = await testStore()
    const { db } = desk.store
    const { ids } = await arrived(desk)
    const [first] = await stale(desk)
    const after = new Date(start.getTime() + leaseMs)
    const [second] = await stale(desk, after)
    await settleBehind(db, first!, later(9))
    expect(await db.$count(cards, sql`lease_until is null or not_before > ${after.toISOString()}`)).toBe(0)
    await settleUnknown(db, first!, after, after)
    expect(await stale(desk, after)).toEqual([])
    await settleRefreshed(db, second!, shows(ids, 'new'), after)
    const [third] = await stale(desk, later(1))
    await settleRefreshed(db, third!, shows(ids, 'newer'), later(1))
    expect(await stale(desk, later(2))).toEqual([])
    await settleUnknown(db, second!, later(2), later(2))
    expect((await stale(desk, later(2))).map((lines) => lines.length)).toEqual([6])
  })

  it('is edited once more when something else became of its pages while it was being edited', async () => {
    await using desk = await testStore()
    const { ids } = await arrived(desk)
    const [lines] = await stale(desk)
    await desk.store.db.transaction((tx) => drawAnew(tx, [ids[0]!], start))
    const over = lines!.map(({ id }) => id)
    await settleRefreshed(desk.store.db, lines!, shows(ids, 'x', over), start)
    const behind = await desk.store.db
      .select()
      .from(cards)
      .where(sql`applied < wanted and lost is null`)
    expect(behind).toMatchObject([{ escalation: ids[0], shown: 'x' }])
  })

  it('whose editor died is edited in any case: nobody knows what it shows', async () => {
    await using desk = await testStore()
    await arrived(desk)
    const [died] = await stale(desk)
    expect(died?.map(({ shown }) => shown)).toEqual(Array(6).fill('x'))
    const [lines] = await stale(desk, new Date(start.getTime() + leaseMs))
    expect(lines?.map(({ shown }) => shown)).toEqual(Array(6).fill(null))
  })

  it('is still edited when what was over began again meanwhile', async () => {
    await using desk = await testStore()
    const { ids } = await arrived(desk)
    const [lines] = await stale(desk)
    const [again] = lines!
    await desk.store.db.execute(sql`update cards set wanted = 2 where id = ${again.id}`)
    const over = lines!.map(({ id }) => id)
    await settleRefreshed(desk.store.db, lines!, shows(ids, 'x', over), start)
    const left = await desk.store.db
      .select()
      .from(cards)
      .where(sql`lost is null`)
    expect(left.map(({ id }) => id)).toEqual([again.id])
  })

  it('that somebody deleted is not posted anew', async () => {
    await using desk = await testStore()
    await arrived(desk)
    const [lines] = await stale(desk)
    await replaceLost(desk.store.db, lines!, 'message_not_found', start)
    expect(await desk.store.db.$count(cards, sql`lost is null`)).toBe(0)
    expect(await desk.store.db.$count(notices, sql`kind = 'card'`)).toBe(0)
  })
})

it('many decisions are written at once, each with its own entry', async () => {
  await using desk = await testStore()
  const ids = await storm(desk, 3)
  const { db, book } = desk.store
  const delivered: Decide = (escalation, terms) =>
    pageDelivered(1, 'C0FIRST')(escalation, terms, { by: 'belay', seen: null }, later(1))
  const decisions = new Map([ids[2]!, ids[0]!, 999].map((id) => [id, delivered]))
  const changes = await db.transaction((tx) => changeMany(tx, book, decisions, later(1)))
  expect(changes.map((change) => change.escalation?.id)).toEqual([ids[0], ids[2]])
  const last = await Promise.all(ids.map(async (id) => (await timelineOf(db, id)).at(-1)?.kind))
  expect(last).toEqual(['page_delivered', 'paged', 'page_delivered'])
})
