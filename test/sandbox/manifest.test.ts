import { WebClient } from '@slack/web-api'
import { expect, it } from 'vitest'
import { defaultSeed } from '../../sandbox/default-seed.ts'
import { startSandbox } from '../../sandbox/index.ts'
import { appFromManifest } from '../../sandbox/manifest.ts'
import { RawSocket } from './app-stub.ts'

const manifest = `
display_information: { name: Small }
features:
  slash_commands: [{ command: /small, description: Does little }]
oauth_config: { scopes: { bot: [chat:write, 'channels:history'], bot_optional: ['users:read'] } }
settings: { event_subscriptions: { bot_events: [message.channels] } }
`

it('gives an app what its manifest says, and nothing else', async () => {
  const app = { ...defaultSeed.apps![0]!, ...appFromManifest(manifest, false) }
  await using sandbox = await startSandbox({ seed: { apps: [app] } })
  const slack = new WebClient(sandbox.botToken, { slackApiUrl: sandbox.apiUrl, retryConfig: { retries: 0 } })
  await expect(slack.users.list({})).rejects.toMatchObject({
    data: { error: 'missing_scope', needed: 'users:read' },
  })
  const socket = await (await RawSocket.open(sandbox)).hello()
  const agent = sandbox.person('U0AGENT')
  await expect(agent.command('/escalate', '#support')).rejects.toThrow(/not a valid command/)
  await agent.command('/small', '#support')
  expect(await agent.act({ type: 'open_home' })).toMatchObject({ ok: false, error: 'not_enabled' })
  await agent.says('#support', '@small are you there?')
  await sandbox.settled()
  expect(socket.events().map((frame) => frame.payload?.event?.type)).toEqual(['message'])
})
