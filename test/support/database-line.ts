import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A line to the database that can be cut or fall silent, and be mended. */
export type Line = AsyncDisposable & { url: string; cut: () => void; silence: () => void; mend: () => void }

/** Stands between Belay and its database. Cut, it hangs up on whoever calls; silent, it takes the call and says nothing. */
export async function databaseLine(url: string): Promise<Line> {
  const { hostname, port } = new URL(url)
  const open = new Set<Socket>()
  let state: 'well' | 'cut' | 'silent' = 'well'
  const server = createServer((caller) => {
    if (state === 'cut') return void caller.destroy()
    caller.on('error', () => caller.destroy())
    open.add(caller)
    if (state === 'silent') return
    const callee = connect(Number(port || 5432), hostname.replaceAll(/[[\]]/g, ''))
    for (const [end, other] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      open.add(end)
      end.on('error', () => other.destroy())
      end.on('close', () => {
        open.delete(end)
        other.destroy()
      })
      end.pipe(other)
    }
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const line = new URL(url)
  line.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const hangUp = () => open.forEach((socket) => socket.destroy())
  return {
    url: line.href,
    cut: () => {
      state = 'cut'
      hangUp()
    },
    silence: () => {
      state = 'silent'
      for (const socket of open) socket.unpipe().pause()
    },
    mend: () => {
      state = 'well'
      hangUp()
    },
    [Symbol.asyncDispose]: async () => {
      hangUp()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}
