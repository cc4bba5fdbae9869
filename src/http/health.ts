import { describe } from '../slack/log.ts'
import type { Answer } from './server.ts'

/** One thing that has to be well; `null` when it is, else the reason in a sentence. */
export type Check = {
  name: string
  check: () => Promise<string | null> | string | null
  /** It is told, and is no reason to send traffic elsewhere: every replica would say the same. */
  isOnlyTold?: boolean
}

/** A check that takes longer than this has failed. */
const checkWithinMs = 3000

/** What every check says, and of that the reasons not to be ready. */
type Looked = { said: Record<string, string>; reasons: string[] }

/** Looks at everything at once. */
export async function look(checks: readonly Check[]): Promise<Looked> {
  const results = await Promise.all(
    checks.map(async ({ name, check, isOnlyTold }) => ({ name, reason: await outcome(check), isOnlyTold })),
  )
  return {
    said: Object.fromEntries(results.map(({ name, reason }) => [name, reason ?? 'ok'])),
    reasons: results.flatMap(({ name, reason, isOnlyTold }) =>
      reason === null || isOnlyTold ? [] : [`${name}: ${reason}`],
    ),
  }
}

/** `GET /readyz`: 200 when everything is well, 503 with every reason otherwise. */
export async function readiness(checks: readonly Check[]): Promise<Answer> {
  const { said, reasons } = await look(checks)
  const ok = reasons.length === 0
  return {
    status: ok ? 200 : 503,
    body: {
      ok,
      checks: said,
      ...(!ok && { reasons }),
    },
  }
}

async function outcome(check: Check['check']): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => done('no answer within 3 s'), checkWithinMs)
  })
  try {
    return await Promise.race([Promise.resolve(check()), late])
  } catch (error) {
    return describe(error)
  } finally {
    clearTimeout(timer)
  }
}
