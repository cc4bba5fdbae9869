import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type Ran = { code: number | null; out: string; err: string }

const root = fileURLToPath(new URL('../../', import.meta.url))
const secret = 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz'

/**
 * The real command, as an operator runs it. Nothing of this machine's environment reaches it but `PATH`, and what
 * makes it start faster.
 */
export async function belay(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const child = spawn(process.execPath, ['src/cli.ts', ...args], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      NODE_OPTIONS: process.env['NODE_OPTIONS'],
      BELAY_POLICY: 'belay.example.yml',
      BELAY_WEBHOOK_SECRET: secret,
      ...env,
    },
  })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, ...said }
}
