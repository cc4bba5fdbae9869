import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { Db } from './database.ts'
import { workspaces } from './schema.ts'

/** A workspace, and the organization that it belongs to, as Slack calls them. */
export type Workspace = { teamId: string; enterpriseId: string | null }

/** The workspace that this token was of when Slack last said so. */
export async function workspaceOf(db: Db, token: string): Promise<Workspace | null> {
  const [row] = await db
    .select()
    .from(workspaces)
    .where(eq(workspaces.token, fingerprint(token)))
  return row ? { teamId: row.team, enterpriseId: row.enterprise } : null
}

/** Remembers it for a start at which Slack is away. */
export async function keepWorkspace(
  db: Db,
  token: string,
  { teamId: team, enterpriseId: enterprise }: Workspace,
  now: Date,
): Promise<void> {
  const known = { team, enterprise, seenAt: now }
  await db
    .insert(workspaces)
    .values({ token: fingerprint(token), ...known })
    .onConflictDoUpdate({ target: workspaces.token, set: known })
}

function fingerprint(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
