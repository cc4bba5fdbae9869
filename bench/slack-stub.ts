import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** `apiUrl`: its API address. `lastPost`: the form of the last message, as it came. */
type Stub = { apiUrl: string; lastPost: () => string; close: () => void }

/** A Slack that says yes to everything at once: for measuring us, not it. */
export async function startStub(): Promise<Stub> {
  let posted = 0
  let lastPost = ''
  const server = createServer((request, response) => {
    void text(request).then((form) => {
      posted += 1
      if (request.url?.endsWith('chat.postMessage')) lastPost = form
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
  return { apiUrl: `http://127.0.0.1:${port}/api/`, lastPost: () => lastPost, close }
}
