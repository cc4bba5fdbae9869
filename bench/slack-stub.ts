import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** `apiUrl`: its API address. `lastPost`: the form of the last message, as it came. */
type Stub = { apiUrl: string; lastPost: () => string; close: () => void }

const identity = {
  team_id: 'T0BENCH',
  user_id: 'U0BELAY',
  bot_id: 'B0BELAY',
  url: 'https://bench.slack.com/',
}

/** A Slack that says yes to everything at once: for measuring us, not it. */
export async function startStub(): Promise<Stub> {
  let posted = 0
  let lastPost = ''
  const answer = (url: string, form: string) => {
    posted += 1
    if (url.endsWith('chat.postMessage')) lastPost = form
    const ts = `1700000000.${String(posted).padStart(6, '0')}`
    const channel = url.endsWith('conversations.open')
      ? { id: 'D0BENCH' }
      : new URLSearchParams(form).get('channel')
    return JSON.stringify({ ok: true, ts, channel, ...identity })
  }
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const form = await text(request)
    response.setHeader('content-type', 'application/json')
    response.end(answer(request.url ?? '', form))
  }
  const server = createServer((request, response) => void take(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { apiUrl: `http://127.0.0.1:${port}/api/`, lastPost: () => lastPost, close }
}
