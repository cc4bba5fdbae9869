import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A Slack that says yes to everything at once: for measuring us, not it. Returns its API address. */
export async function startStub(): Promise<{ apiUrl: string; close: () => void }> {
  let posted = 0
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      posted += 1
      const identity = {
        team_id: 'T0BENCH',
        user_id: 'U0BELAY',
        bot_id: 'B0BELAY',
        url: 'https://bench.slack.com/',
      }
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({
          ok: true,
          ts: `1700000000.${String(posted).padStart(6, '0')}`,
          channel: { id: 'D0BENCH' },
          ...identity,
        }),
      )
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { apiUrl: `http://127.0.0.1:${port}/api/`, close }
}
