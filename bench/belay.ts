import { fileURLToPath } from 'node:url'
import { startProcess } from './processes.ts'

/** A file beside this one. */
export const script = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** How the measured Belay meets Slack and its database. Without an app token it is in HTTP mode. */
export type Around = {
  databaseUrl: string
  /** The secret of the policy's source. */
  secret: string
  apiUrl: string
  botToken?: string
  appToken?: string
  signingSecret?: string
  /** Path of the policy; the example by default. */
  policy?: string
}

/** The real process, with the environment of an installation and nothing left out. */
export function startBelay({ databaseUrl, secret, apiUrl, ...more }: Around) {
  return startProcess(script('../src/main.ts'), {
    SLACK_API_URL: apiUrl,
    SLACK_BOT_TOKEN: more.botToken ?? 'xoxb-bench',
    SLACK_APP_TOKEN: more.appToken ?? '',
    SLACK_SIGNING_SECRET: more.signingSecret ?? 'a signing secret',
    DATABASE_URL: databaseUrl,
    PORT: '0',
    LOG_LEVEL: 'info',
    NODE_ENV: 'production',
    BELAY_POLICY: more.policy ?? script('../belay.example.yml'),
    BELAY_WEBHOOK_SECRET: secret,
  })
}
