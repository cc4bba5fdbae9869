import { parentPort, workerData } from 'node:worker_threads'
import type { ChatPostMessageArguments } from '@slack/web-api'
import { WebClient } from '@slack/web-api'
import { atOnce } from './load.ts'

/** Posts one message so many times and tells how many a second Slack took: the client with nothing around it, on a thread of its own. */
type Work = { apiUrl: string; message: ChatPostMessageArguments; count: number }

const { apiUrl, message, count } = workerData as Work
const client = new WebClient('xoxb-bench', { slackApiUrl: apiUrl, maxRequestConcurrency: atOnce })
let left = count
const worker = async () => {
  while (left-- > 0) await client.chat.postMessage(message)
}
const start = performance.now()
await Promise.all(Array.from({ length: atOnce }, worker))
parentPort?.postMessage(count / ((performance.now() - start) / 1000))
