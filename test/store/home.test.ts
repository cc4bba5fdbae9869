import { afterAll, beforeAll, expect, it } from 'vitest'
import { acknowledge } from '#domain/verbs.ts'
import { change, ownedBy, unowned } from '#store/escalations.ts'
import { later, testStore, type TestStore } from '../support/store.ts'

let world: TestStore
beforeAll(async () => {
  world = await testStore()
})
afterAll(() => world[Symbol.asyncDispose]())

const subjects = ({ escalations }: Awaited<ReturnType<typeof unowned>>) =>
  escalations.map(({ ticket }) => ticket.id)

it('finds the first few and counts all: what nobody has by urgency and age, what somebody has by what is due next', async () => {
  const { store, open } = world
  const { db } = store
  expect(await unowned(db, ['critical'], 3)).toEqual({ total: 0, escalations: [] })
  const opened = []
  for (const [index, id] of ['a', 'b', 'c', 'd', 'e', 'f'].entries())
    opened.push(await open(id, later(index)))
  await db.$client.query(`update escalations set severity = 'low' where ticket_id in ('a', 'b')`)
  await db.$client.query(`update escalations set severity = 'unknown' where ticket_id = 'c'`)
  expect(subjects(await unowned(db, ['critical', 'low'], 10))).toEqual(['d', 'e', 'f', 'a', 'b', 'c'])

  for (const { id } of [opened[4]!, opened[3]!])
    await change(store, id, later(10 + id), (escalation, terms) =>
      acknowledge(escalation, terms, { by: 'U0ENG1', seen: null }, later(10 + id)),
    )
  const left = await unowned(db, ['critical', 'low'], 2)
  expect([left.total, subjects(left)]).toEqual([4, ['f', 'a']])
  const owned = await ownedBy(db, 'U0ENG1', 1)
  expect([owned.total, subjects(owned)]).toEqual([2, ['d']])
  expect((await ownedBy(db, 'U0ENG2', 1)).total).toBe(0)
})
