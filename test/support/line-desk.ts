import { sql } from 'drizzle-orm'
import { databaseLine } from './database-line.ts'
import type { Line } from './database-line.ts'
import { startDesk } from './desk.ts'
import type { Desk } from './desk.ts'
import type { WorldOptions } from './world.ts'

/** A desk whose line to the database is in our hands. */
export type LineDesk = Desk & {
  line: Line
  /** The line is well again, and every connection of Belay's has noticed. */
  back: () => Promise<void>
}

export async function startLineDesk(options: WorldOptions = {}): Promise<LineDesk> {
  const placed = Promise.withResolvers<Line>()
  const desk = await startDesk({
    ...options,
    through: async (url) => {
      const line = await databaseLine(url)
      placed.resolve(line)
      return line
    },
  })
  const line = await placed.promise
  const ask = () => desk.belay.store.db.execute(sql`select 1`)
  const back = async () => {
    line.mend()
    for (let isBack = false; !isBack;) {
      const answers = await Promise.allSettled(Array.from({ length: 40 }, ask))
      isBack = answers.every(({ status }) => status === 'fulfilled')
    }
  }
  return { ...desk, line, back }
}
