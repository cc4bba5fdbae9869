import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A line to the database that can be cut, and mended. */
export type Line = AsyncDisposable & { url: string; cut: () => void; mend: () => void }

/** Stands between Belay and its database. While it is cut, whoever calls is hung up on. */
export async function databaseLine(url: string): Promise<Line> {
  const { hostname, port } = new URL(url)
  const open = new Set<Socket>()
  let isCut = false
  const server = createServer((caller) => {
    if (isCut) return void caller.destroy()
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
      isCut = true
      hangUp()
    },
    mend: () => {
      isCut = false
    },
    [Symbol.asyncDispose]: async () => {
      hangUp()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}
