import { eq, sql, type SQL } from 'drizzle-orm'
import type { Db } from '#store/database.ts'
import { escalations } from '#store/schema.ts'

/** What an escalation can't be any more, and what makes it so. */
export const unsound: [string, SQL][] = [
  ['decided', sql`promises = '{"update": 7}'`],
  ['written down', sql`version = 2147483647`],
]

/** Makes an escalation unsound. Returns what makes it sound again. */
export async function spoil(db: Db, id: number, how: SQL): Promise<() => Promise<void>> {
  const [sound] = await db.select().from(escalations).where(eq(escalations.id, id))
  await db.execute(sql`update escalations set ${how} where id = ${id}`)
  const { promises, version } = sound!
  return async () => {
    await db.update(escalations).set({ promises, version }).where(eq(escalations.id, id))
  }
}
