import type { PolicyDocument } from '../domain/policy.ts'
import type { Directory } from '../slack/names.ts'
import { lookUp } from '../slack/names.ts'
import type { PolicyBook } from '../store/policies.ts'
import { goneFromWorkspace } from '../store/people.ts'

/** Asks Slack about everybody the policy names, so that nobody who is gone is asked. */
export async function refreshPeople(directory: Directory, book: PolicyBook, now: Date): Promise<void> {
  await lookUp(directory, peopleIn(book.live), now)
  book.gone = await goneFromWorkspace(directory.db)
}

function peopleIn({ rotations, tiers, admins }: PolicyDocument): string[] {
  const onCall = Object.values(rotations).flatMap(({ people }) => people)
  const mentioned = Object.values(tiers).flatMap(({ mention }) => mention)
  return [...new Set([...onCall, ...mentioned, ...admins])].filter((id) => /^[UW]/.test(id))
}
