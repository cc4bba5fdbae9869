import { addMs, dayMs } from '../domain/time.ts'
import type { PolicyDocument } from '../domain/policy.ts'
import type { Directory } from '../slack/names.ts'
import { lookUp } from '../slack/names.ts'
import type { PolicyBook } from '../store/policies.ts'
import { goneFromWorkspace, longNotAsked } from '../store/people.ts'

/** Names are believed for a day; so many are asked about again in one go. */
const believeForMs = dayMs
const atOnce = 50

/** Asks Slack about everybody the policy names, so that nobody who is gone is asked, and about names that are a day old. */
export async function refreshPeople(directory: Directory, book: PolicyBook, now: Date): Promise<void> {
  const old = await longNotAsked(directory.db, addMs(now, -believeForMs), atOnce)
  await lookUp(directory, [...new Set([...peopleIn(book.live), ...old])], now)
  book.gone = await goneFromWorkspace(directory.db)
}

function peopleIn({ rotations, tiers, admins }: PolicyDocument): string[] {
  const onCall = Object.values(rotations).flatMap(({ people }) => people)
  const mentioned = Object.values(tiers).flatMap(({ mention }) => mention)
  return [...new Set([...onCall, ...mentioned, ...admins])].filter((id) => /^[UW]/.test(id))
}
