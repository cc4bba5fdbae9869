import { startSandbox } from './index.ts'

const sandbox = await startSandbox({ port: Number(process.env['PORT'] ?? 3999) })

console.log(`A local Slack is open at ${sandbox.url}

SLACK_API_URL=${sandbox.apiUrl}
SLACK_BOT_TOKEN=${sandbox.botToken}
SLACK_APP_TOKEN=${sandbox.appToken}
SLACK_SIGNING_SECRET=${sandbox.signingSecret}
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void sandbox.close()
  })
