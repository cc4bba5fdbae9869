import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Pool, WebSocket } from 'undici'
import { startSandbox } from '../sandbox/index.ts'
import { defaultSeed } from '../sandbox/default-seed.ts'
import { atOnce, perSecond } from './load.ts'
import { median } from './measure.ts'
import type { Ratio } from './measure.ts'
import { startProcess } from './processes.ts'

const messages = 10_000
const rounds = 3
const posts = 4_000
const readsPerSecond = 200
/** It must never be the bottleneck below this. */
const wanted = 1_000
const tokens = { bot: 'xoxb-bench', app: 'xapp-bench' }
const self = fileURLToPath(import.meta.url)

type Request = { body: string; headers: Record<string, string> }
const asks = (body: object, token = tokens.bot): Request => ({
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` },
})

/** A card of the usual size: a header, a text with fields, a line of context and three buttons. */
function page(index: number): Request {
  const plain = (text: string) => ({ type: 'plain_text', text })
  const mrkdwn = (text: string) => ({ type: 'mrkdwn', text })
  const button = (text: string) => ({ type: 'button', action_id: text, value: `${index}`, text: plain(text) })
  const fields = ['Severity', 'Plan', 'Acknowledge by', 'Ticket'].map((name) => mrkdwn(`*${name}*\n${index}`))
  return asks({
    channel: index % 2 ? 'C0FRONT' : 'C0ENG',
    text: `E-${index} <@U0FRONT1>`,
    metadata: { event_type: 'belay_delivery', event_payload: { delivery_id: `d${index}` } },
    blocks: [
      { type: 'header', text: plain(`E-${index} Checkout fails for everybody`) },
      { type: 'section', text: mrkdwn('<@U0FRONT1> *Acme* cannot pay since nine.'), fields },
      { type: 'context', elements: [mrkdwn('Asked by support chat')] },
      { type: 'actions', elements: ['acknowledge', 'resolve', 'details'].map(button) },
    ],
  })
}

const reads: [string, Request][] = [
  ['conversations.history', asks({ channel: 'C0FRONT', limit: 15, include_all_metadata: true })],
  ['conversations.info', asks({ channel: 'C0FRONT' })],
  ['conversations.members', asks({ channel: 'C0FRONT' })],
  ['users.info', asks({ user: 'U0AGENT' })],
  ['users.list', asks({})],
  ['usergroups.users.list', asks({ usergroup: 'S0FRONT' })],
]

/** The local Slack with 10,000 messages, a connected app, and 200 reads a second beside the posts:
 * against a bare HTTP server that answers each post with the same bytes. */
export async function sandboxBench(): Promise<Ratio[]> {
  const slack = await startProcess(self, { BENCH_ROLE: 'sandbox' })
  const bare = await startProcess(self, { BENCH_ROLE: 'bare' })
  const socket = await connect(slack.port)
  try {
    const origin = `http://127.0.0.1:${slack.port}`
    await send(slack.port, messages)
    const ours: number[] = []
    const limit: number[] = []
    const read = readBeside(origin)
    for (let round = 0; round < rounds; round += 1) ours.push(await send(slack.port, posts))
    const answered = await read.stop()
    for (let round = 0; round < rounds; round += 1) limit.push(await send(bare.port, posts))
    return [rate(median(ours), median(limit)), readRow(answered)]
  } finally {
    socket.close()
    await Promise.all([slack.stop(), bare.stop()])
  }
}

function rate(ours: number, limit: number): Ratio {
  return {
    what: `posts a second to the sandbox, ${messages.toLocaleString('en')} messages, ${readsPerSecond} reads a second beside`,
    ours: `${ours.toFixed(0)}/s`,
    limit: `${limit.toFixed(0)}/s bare HTTP`,
    ratio: ours / limit,
    wanted: `at least ${wanted}/s`,
    ok: ours >= wanted,
  }
}

function readRow({ perSecond, slowest }: { perSecond: number; slowest: number }): Ratio {
  return {
    what: 'reads beside those posts, slowest of a hundred',
    ours: `${perSecond.toFixed(0)}/s, ${slowest.toFixed(0)} ms`,
    limit: `${readsPerSecond}/s sent`,
    ratio: perSecond / readsPerSecond,
    wanted: 'at least 0.95',
    ok: perSecond >= readsPerSecond * 0.95,
  }
}

let sent = 0
const send = (port: number, count: number) =>
  perSecond(
    `http://127.0.0.1:${port}`,
    '/api/chat.postMessage',
    Array.from({ length: count }, () => page((sent += 1))),
  )

/** Sends mixed reads at a steady rate until told to stop; then how many a second were answered, and how late. */
function readBeside(origin: string): { stop: () => Promise<{ perSecond: number; slowest: number }> } {
  const pool = new Pool(origin, { connections: atOnce, pipelining: 1 })
  const start = performance.now()
  const took: number[] = []
  const open = new Set<Promise<void>>()
  let count = 0
  const one = async () => {
    const [method, request] = reads[count++ % reads.length]!
    const began = performance.now()
    const { body } = await pool.request({ path: `/api/${method}`, method: 'POST', ...request })
    const answer = (await body.json()) as { ok: boolean; error?: string }
    if (!answer.ok) throw new Error(`${method} answered ${answer.error}`)
    took.push(performance.now() - began)
  }
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - start) / 1000) * readsPerSecond)
    for (const reading of Array.from({ length: due - count }, one)) {
      open.add(reading)
      void reading.then(() => open.delete(reading))
    }
  }, 5)
  const stop = async () => {
    clearInterval(timer)
    await Promise.all(open)
    const seconds = (performance.now() - start) / 1000
    await pool.close()
    const slowest = took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? 0
    return { perSecond: took.length / seconds, slowest }
  }
  return { stop }
}

/** An app on a socket that takes every event at once. */
async function connect(port: number): Promise<WebSocket> {
  const { headers } = asks({}, tokens.app)
  const answer = await fetch(`http://127.0.0.1:${port}/api/apps.connections.open`, {
    method: 'POST',
    headers,
    body: '{}',
  })
  const socket = new WebSocket(((await answer.json()) as { url: string }).url)
  socket.addEventListener('message', ({ data }) => {
    const { envelope_id } = JSON.parse(String(data)) as { envelope_id?: string }
    if (envelope_id !== undefined) socket.send(JSON.stringify({ envelope_id }))
  })
  await new Promise((done) => socket.addEventListener('open', done))
  return socket
}

/** The processes that are measured. */
async function serve(role: string | undefined): Promise<number> {
  if (role === 'sandbox') {
    const [app] = defaultSeed.apps!
    const bench = { ...app!, bot_token: tokens.bot, app_token: tokens.app }
    const { url } = await startSandbox({ limits: false, seed: { apps: [bench] } })
    return Number(new URL(url).port)
  }
  const answer = JSON.stringify({
    ok: true,
    channel: 'C0FRONT',
    ts: '1.1',
    message: JSON.parse(page(1).body) as object,
  })
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(answer)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}

if (import.meta.main) {
  const port = await serve(process.env['BENCH_ROLE'])
  process.stdout.write(`${JSON.stringify({ port })}\n`)
  process.once('SIGTERM', () => process.exit(0))
}
