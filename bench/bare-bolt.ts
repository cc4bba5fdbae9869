import { App, HTTPReceiver, LogLevel } from '@slack/bolt'

/** Bolt with nothing behind it: it verifies, parses, routes and acknowledges. A process of its own, as Belay is. */
const receiver = new HTTPReceiver({
  signingSecret: process.env['SLACK_SIGNING_SECRET'] ?? '',
  logLevel: LogLevel.ERROR,
})
const app = new App({
  receiver,
  token: 'xoxb-bench',
  clientOptions: { slackApiUrl: process.env['SLACK_API_URL'] ?? '' },
  deferInitialization: true,
  logLevel: LogLevel.ERROR,
})
app.action('acknowledge', async ({ ack }) => ack())
await app.init()
const server = await app.start({ port: 0, host: '127.0.0.1' })
const address = server.address()
process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`)
