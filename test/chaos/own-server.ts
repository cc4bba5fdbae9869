import { access, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startEmbedded } from '#store/embedded.ts'

/** A PostgreSQL server for one scenario, which may be stopped. What it has committed outlives an immediate stop. */
export type OwnServer = AsyncDisposable & {
  url: string
  /** `immediate` is as if its process had died: it does not even close its connections well. */
  stop: (how: 'fast' | 'immediate') => Promise<void>
  /** Where it was before. */
  start: () => Promise<void>
}

/** What the postmaster takes for `pg_ctl stop -m`. */
const signals = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const

export async function ownServer(): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), 'belay-chaos-'))
  const data = join(folder, 'postgres')
  const { url } = await startEmbedded(data)
  const pidFile = join(data, 'postmaster.pid')
  const stop: OwnServer['stop'] = async (how) => {
    const [pid] = (await readFile(pidFile, 'utf8')).split('\n')
    process.kill(Number(pid), signals[how])
    while (await isThere(pidFile)) await delay(50)
  }
  return {
    url,
    stop,
    start: async () => void (await startEmbedded(data, { port: new URL(url).port })),
    [Symbol.asyncDispose]: async () => {
      if (await isThere(pidFile)) await stop('immediate')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
