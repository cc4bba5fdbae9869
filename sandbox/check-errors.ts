import { WebAPIPlatformError, WebClient } from '@slack/web-api'
import { startSandbox } from './index.ts'

/** A published error of a method, as `method code`, that the real SDK did not get from the sandbox. */
type Missed = string

/**
 * Every published error of every served method reaches the real SDK as Slack would send it. Those that a call can run
 * into here are tested on their own; the others (plans, permissions, Slack Connect) come by a fault, as an app's tests
 * would ask for them.
 */
export async function errorsMissed(published: Record<string, readonly string[]>): Promise<Missed[]> {
  await using sandbox = await startSandbox({ limits: false })
  const quiet = {
    debug() {},
    info() {},
    warn() {},
    error() {},
    setLevel() {},
    setName() {},
    getLevel: () => 'error' as never,
  }
  const client = new WebClient(sandbox.botToken, {
    slackApiUrl: sandbox.apiUrl,
    retryConfig: { retries: 0 },
    logger: quiet,
  })
  const missed: Missed[] = []
  for (const [method, codes] of Object.entries(published))
    for (const code of codes) {
      const lift = sandbox.fault({ on: method, times: 1, effect: { kind: 'error', error: code } })
      const got = await client.apiCall(method).then(() => 'ok', codeOf)
      lift()
      if (got !== code) missed.push(`${method} ${code}: the SDK got ${got}`)
    }
  return missed
}

function codeOf(error: unknown): string {
  return error instanceof WebAPIPlatformError ? error.data.error : String(error)
}
