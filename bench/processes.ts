import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
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
