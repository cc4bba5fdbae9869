import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A line to Slack that can be cut for good. */
export type SlackLine = AsyncDisposable & { apiUrl: string; cut: () => void }

/** Stands between a Belay and the Web API. Cut, it hangs up on whoever calls. */
export async function slackLine(apiUrl: string): Promise<SlackLine> {
  const { hostname, port } = new URL(apiUrl)
  const open = new Set<Socket>()
  let isCut = false
  const server = createServer((caller) => {
    if (isCut) return void caller.destroy()
    const callee = connect(Number(port), hostname)
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
  const line = new URL(apiUrl)
  line.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const cut = () => {
    isCut = true
    open.forEach((socket) => socket.destroy())
  }
  return {
    apiUrl: line.href,
    cut,
    [Symbol.asyncDispose]: async () => {
      cut()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}
