import type { WebClient } from '@slack/web-api'
import type { Actor } from '../domain/escalation.ts'
import { isPerson } from '../domain/escalation.ts'
import type { Db } from '../store/database.ts'
import { namesOf, savePeople } from '../store/people.ts'
import type { PersonRow } from '../store/people.ts'

/** Asks Slack about people and remembers the answer. */
export type Directory = { db: Db; reads: Pick<WebClient, 'users'>; failed: (error: unknown) => void }

/** A page does not wait longer than this for a name that it can do without. */
const nameWithinMs = 1500

/**
 * Display names for lines that must not mention anybody. Someone unknown is looked up; who can't be looked up now is
 * missing from the map.
 */
export async function names(
  directory: Directory,
  ids: (Actor | null)[],
  now: Date,
): Promise<Map<Actor, string>> {
  const wanted = [...new Set(ids.filter((id): id is Actor => id !== null && isPerson(id)))]
  const known = new Map([...(await namesOf(directory.db, wanted))].filter(([, name]) => name !== ''))
  const unknown = wanted.filter((id) => !known.has(id))
  if (unknown.length === 0) return known
  const patience = AbortSignal.timeout(nameWithinMs)
  const late = new Promise<PersonRow[]>((done) => patience.addEventListener('abort', () => done([])))
  const found = await Promise.race([lookUp(directory, unknown, now), late])
  return new Map([...known, ...found.map(({ id, name }) => [id, name] as const)])
}

/** What Slack says about these people now; kept, and returned. People Slack does not know are gone. */
export async function lookUp(directory: Directory, ids: Actor[], now: Date): Promise<PersonRow[]> {
  const found = await Promise.all(ids.map((id) => ask(directory, id, now)))
  const rows = found.filter((row) => row !== null)
  await savePeople(directory.db, rows)
  return rows
}

async function ask({ reads, failed }: Directory, id: Actor, now: Date): Promise<PersonRow | null> {
  try {
    const { user } = await reads.users.info({ user: id })
    const name = user?.profile?.display_name || user?.real_name || user?.name || id
    return {
      id,
      name,
      seenAt: now,
      direct: null,
      timezone: user?.tz ?? null,
      team: user?.team_id ?? null,
      isBot: user?.is_bot ?? false,
      isGone: user?.deleted ?? false,
    }
  } catch (error) {
    if (isUnknownUser(error)) return { id, name: id, seenAt: now, ...nobody }
    failed(error)
    return null
  }
}

const nobody = { direct: null, timezone: null, team: null, isBot: false, isGone: true }

function isUnknownUser(error: unknown): boolean {
  const code = (error as { data?: { error?: string } }).data?.error
  return code === 'user_not_found' || code === 'user_not_visible'
}
