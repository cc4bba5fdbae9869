import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'

/** As `npm start` has them. */
const flags = ['--max-semi-space-size=4']

/** A child process that tells its port in a line of JSON, and how to end it. */
export async function startProcess(
  script: string,
  env: Record<string, string>,
): Promise<{ port: number; pid: number; readyMs: number; stop: () => Promise<void> }> {
  const start = performance.now()
  const child = spawn(process.execPath, [...flags, script], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // A benchmark that fails must not leave it behind.
  const abandon = () => void child.kill('SIGKILL')
  process.once('exit', abandon)
  child.once('exit', () => process.off('exit', abandon))
  const port = await portOf(child)
  return { port, pid: child.pid ?? 0, readyMs: performance.now() - start, stop: () => ended(child) }
}

async function portOf(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error('the process has no output')
  for await (const line of createInterface({ input: child.stdout })) {
    const { port } = JSON.parse(line) as { port?: number }
    if (port !== undefined) {
      child.stdout.resume()
      return port
    }
  }
  throw new Error('the process ended before it told its port')
}

async function ended(child: ChildProcess): Promise<void> {
  const over = new Promise<void>((done) => child.once('exit', () => done()))
  child.kill('SIGTERM')
  await over
}

/** What a process holds in memory. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024
}
