import { isBadData, reasonOf } from './database.ts'

/** What a decision is made for, one by one: `each` of them `alone`, and what becomes of one that can't be written. */
type OneByOne<Of, Done> = {
  each: () => Promise<readonly Of[]>
  alone: (one: Of) => Promise<Done>
  leave: (one: Of, reason: string) => Promise<Done>
}

/**
 * Decides for all `together`, in a transaction of its own. One row that PostgreSQL does not take fails the statement that
 * writes all of them: then each is decided alone, and that one is left.
 */
export async function orOneByOne<Of, Done>(
  together: () => Promise<Done>,
  { each, alone, leave }: OneByOne<Of, Done>,
): Promise<Done[]> {
  try {
    return [await together()]
  } catch (error) {
    if (!isBadData(error)) throw error
  }
  const done: Done[] = []
  for (const one of await each())
    done.push(
      await alone(one).catch((error: unknown) => {
        if (!isBadData(error)) throw error
        return leave(one, `What became of it can't be written: ${reasonOf(error)}`)
      }),
    )
  return done
}
