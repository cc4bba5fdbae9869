import { startSandbox } from '../../sandbox/index.ts'
import type { Sandbox } from '../../sandbox/protocol.ts'
import { RawSocket } from './app-stub.ts'
import type { Args, Facts } from './method-calls.ts'

export type Bench = {
  sandbox: Sandbox
  /** the answer's body, whether it is ok or not */
  call(method: string, args: Args): Promise<Args>
  /** everything as at the start, with two messages in #frontline */
  facts(): Promise<Facts>
  close(): Promise<void>
}

/** A sandbox with a connected app, to call methods of. */
export async function openBench(): Promise<Bench> {
  const sandbox = await startSandbox({ now: new Date('2026-11-22T09:00:00Z'), limits: false })
  const socket = await (await RawSocket.open(sandbox)).hello()
  const call = async (method: string, args: Args) => {
    const token = method === 'apps.connections.open' ? sandbox.appToken : sandbox.botToken
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const body = JSON.stringify(args)
    const response = await fetch(sandbox.apiUrl + method, { method: 'POST', headers, body })
    return (await response.json()) as Args
  }
  const need = async (method: string, args: Args, key: string) => {
    const answer = await call(method, args)
    const found = key.split('.').reduce<unknown>((part, name) => (part as Args | undefined)?.[name], answer)
    if (typeof found !== 'string') throw new Error(`${method} answered ${JSON.stringify(answer)}`)
    return found
  }
  const trigger = async () => {
    const before = socket.frames.length
    await sandbox.person('U0AGENT').act({ type: 'command', channel: '#support', text: '/escalate' })
    const frame = await socket.until(() =>
      socket.frames.slice(before).find(({ type }) => type === 'slash_commands'),
    )
    return frame.payload!['trigger_id'] as string
  }
  const facts = async () => {
    sandbox.reset()
    const ts = await need('chat.postMessage', { channel: 'C0FRONT', text: 'mine' }, 'ts')
    const human = (await sandbox.person('U0FRONT1').says('#frontline', 'theirs')).ts
    const later = Math.floor(sandbox.clock.now().getTime() / 1000) + 600
    return { sandbox, ts, human, later, call, need, trigger }
  }
  const close = async () => {
    socket.socket.terminate()
    await sandbox.close()
  }
  return { sandbox, call, facts, close }
}
