import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Sandbox } from '../../sandbox/protocol.ts'
import { examplePolicy, webhookSecret } from './world.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

export type LogLine = { level: number; msg: string; [key: string]: unknown }

/** Belay as its operators know it: a process with an environment, logs, signals and an exit code. */
export type Process = AsyncDisposable & {
  /** Resolves with the first (or `nth`) log line, past or to come, whose message has this in it. */
  logged: (what: string, nth?: number) => Promise<LogLine>
  /** What it has written so far, as it is. */
  stdout: () => string
  stderr: () => string
  signal: (name: NodeJS.Signals) => void
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string>
  /** Where it listens, once it is up. */
  url: () => Promise<string>
}

/** A process that logs nothing for so long has nothing more to say. */
const patienceMs = 120_000

/** Starts the real `src/main.ts` with this environment and nothing else of ours. */
export function startProcess(env: Record<string, string>): Process {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '', NODE_OPTIONS = '' } = process.env
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: root,
    env: { PATH, HOME, NODE_COMPILE_CACHE, NODE_OPTIONS, PORT: '0', ...env },
  })
  const written = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (written[name] += text))
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const logged = async (what: string, nth = 1): Promise<LogLine> => {
    for (let isOver = false; ;) {
      const found = linesOf(written.stdout).filter(({ msg }) => msg.includes(what))[nth - 1]
      if (found) return found
      if (isOver) throw new Error(`it did not log "${what}":\n${written.stdout}${written.stderr}`)
      const more = once(child.stdout, 'data', { signal: AbortSignal.timeout(patienceMs) })
      isOver = await Promise.race([more.then(() => false), ended.then(() => true)]).catch(() => true)
    }
  }
  return {
    logged,
    ended,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    signal: (name) => void child.kill(name),
    url: async () => `http://127.0.0.1:${String((await logged('Belay is up'))['port'])}`,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Whole lines only: the last one may still be on its way. */
export function linesOf(stdout: string): LogLine[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LogLine)
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** The environment of a Belay that talks to this sandbox. */
export function environment(
  sandbox: Pick<Sandbox, 'apiUrl' | 'botToken' | 'appToken'>,
  databaseUrl: string,
  policy: string,
) {
  return {
    SLACK_API_URL: sandbox.apiUrl,
    SLACK_BOT_TOKEN: sandbox.botToken,
    SLACK_APP_TOKEN: sandbox.appToken,
    DATABASE_URL: databaseUrl,
    BELAY_POLICY: policy,
    BELAY_WEBHOOK_SECRET: webhookSecret,
  }
}

/** A policy file of one's own. */
export async function policyFile(
  text = examplePolicy,
): Promise<AsyncDisposable & { path: string; write: (text: string) => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'belay-process-'))
  const path = join(folder, 'belay.yml')
  await writeFile(path, text)
  return {
    path,
    write: (next) => writeFile(path, next),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
