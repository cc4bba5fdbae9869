import { readFileSync } from 'node:fs'
import { seedFor } from './default-seed.ts'
import { startSandbox } from './index.ts'

const manifest = process.env['MANIFEST']
const sandbox = await startSandbox({
  port: Number(process.env['PORT'] ?? 3999),
  ...(manifest && { seed: seedFor(readFileSync(manifest, 'utf8')) }),
})

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
