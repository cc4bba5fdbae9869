import { pino } from 'pino'
import { startBelay } from './app.ts'
import type { Belay } from './app.ts'
import { formatConfigProblems, readConfig } from './config.ts'
import type { Config } from './config.ts'
import { formatProblems, readPolicyFile, watchPolicy } from './policy-file.ts'
import { describe } from './slack/log.ts'

/** Once asked to stop, this is how long we take at the most. */
const stopWithinMs = 9000

/** The database may be away just when the policy changes: it is read again then. */
const readAgainMs = 3000

await main()

async function main(): Promise<void> {
  const read = readConfig(process.env)
  if (!read.ok)
    return refuse(`Belay can't start: the environment has problems.\n${formatConfigProblems(read.problems)}`)
  const { config } = read
  const log = pino({ level: config.logLevel, base: { service: 'belay' } })
  endOnSurprises(log)
  const watching = new AbortController()
  const up = Promise.withResolvers<Belay>()
  readAgainOnChange(config, log, up.promise, watching.signal)
  const policy = await readPolicyFile(config.policy, process.env)
  if (!policy.ok)
    return refuse(
      `Belay can't start: the policy has problems.\n${formatProblems(config.policy, policy.problems)}`,
    )

  const { asked, signal } = stopOnSignals(log)
  const belay = await startBelay({ config, policy: policy.document, log, signal }).catch((error: unknown) => {
    if (!signal.aborted) log.fatal({ err: describe(error) }, 'Belay could not start')
    process.exit(signal.aborted ? 0 : 1)
  })
  up.resolve(belay)
  await asked
  watching.abort()
  await belay[Symbol.asyncDispose]()
  log.info('Belay has stopped')
  process.exit(0)
}

function refuse(text: string): never {
  process.stderr.write(`${text}\n`)
  process.exit(2)
}

/**
 * Watching begins before the first read, so that no change falls between them; what is asked for while Belay still starts
 * waits until it is up. One time after the other, so that an older policy never overtakes a newer one.
 */
function readAgainOnChange(config: Config, log: pino.Logger, up: Promise<Belay>, signal: AbortSignal): void {
  let last: Promise<unknown> = up
  let retry: NodeJS.Timeout | undefined
  const again = async () => {
    clearTimeout(retry)
    const work = last.then(async () => reload(await up, config, log))
    last = work
    if (await work) return
    clearTimeout(retry)
    retry = setTimeout(() => void again(), readAgainMs).unref()
  }
  process.on('SIGHUP', () => void again())
  void watchPolicy(config.policy, again, { signal })
}

/**
 * A good policy takes effect for what opens from now on; a bad one changes nothing, and the administrators hear of it.
 * False when neither could be done now.
 */
async function reload(belay: Belay, config: Config, log: pino.Logger): Promise<boolean> {
  try {
    const policy = await readPolicyFile(config.policy, process.env)
    if (policy.ok) {
      await belay.adopt(policy.document)
      log.info({ policy: policy.hash }, 'the policy was read again')
      return true
    }
    const problems = formatProblems(config.policy, policy.problems)
    log.error({ problems }, 'the policy file has problems; the running policy stays')
    await belay.alarm(
      `The policy file was changed and has problems. Belay goes on with the policy it had.\n${problems}`,
    )
    return true
  } catch (error) {
    log.error(
      { err: describe(error) },
      'the policy could not be changed now; the running policy stays, and it is tried again',
    )
    return false
  }
}

function stopOnSignals(log: pino.Logger): { asked: Promise<void>; signal: AbortSignal } {
  const stopping = new AbortController()
  const asked = new Promise<void>((done) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        log.info({ signal }, 'stopping: no new work, finishing what is in flight')
        setTimeout(() => {
          log.error('stopping took too long; what was in flight is found again at the next start')
          process.exit(1)
        }, stopWithinMs).unref()
        stopping.abort()
        done()
      })
  })
  return { asked, signal: stopping.signal }
}

/** What nobody caught leaves us in a state that nobody knows. Whoever supervises us starts us again, and nothing is lost. */
function endOnSurprises(log: pino.Logger): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      log.fatal({ err: describe(error) }, event)
      process.exit(1)
    })
}
