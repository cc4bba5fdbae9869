import { randomBytes } from 'node:crypto'
import type { Ids } from './ids.ts'
import type { SeedData } from './protocol.ts'

type SeedApp = NonNullable<SeedData['apps']>[number]

export type App = {
  id: string
  name: string
  botUserId: string
  botId: string
  botToken: string
  appToken: string
  signingSecret: string
  verificationToken: string
  scopes: Set<string>
  /** subscriptions as in the manifest; undefined is all */
  events: Set<string> | undefined
  commands: SeedApp['commands']
  shortcuts: SeedApp['shortcuts']
  unfurlDomains: string[]
  homeTab: boolean
  messagesTab: boolean
  requestUrl: string | null
  socketMode: boolean
  revoked: boolean
  installed: boolean
}

/** Every bot scope that some served method or event asks for. */
const allScopes = [
  'app_mentions:read',
  'bookmarks:read',
  'bookmarks:write',
  'channels:history',
  'channels:join',
  'channels:manage',
  'channels:read',
  'chat:write',
  'chat:write.public',
  'commands',
  'dnd:read',
  'emoji:read',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'groups:write',
  'im:history',
  'im:read',
  'im:write',
  'links:read',
  'links:write',
  'metadata.message:read',
  'mpim:history',
  'mpim:read',
  'mpim:write',
  'pins:read',
  'pins:write',
  'reactions:read',
  'reactions:write',
  'team:read',
  'usergroups:read',
  'usergroups:write',
  'users.profile:read',
  'users:read',
  'users:read.email',
  'users:write',
]

/** Not from the repeatable ids: a token must not be the same in every run. */
function secret(): string {
  return randomBytes(16).toString('hex')
}

/** An installed app with its tokens, made here unless seeded. */
export function installApp(seed: SeedApp, ids: Ids): App {
  return {
    id: seed.id,
    name: seed.name,
    botUserId: seed.bot_user_id,
    botId: seed.bot_id,
    botToken: seed.bot_token ?? `xoxb-sandbox-${secret()}`,
    appToken: seed.app_token ?? `xapp-1-${seed.id}-sandbox-${secret()}`,
    signingSecret: seed.signing_secret ?? secret(),
    verificationToken: ids.secret(24),
    scopes: new Set(seed.scopes ?? allScopes),
    events: seed.events && new Set(seed.events),
    commands: seed.commands,
    shortcuts: seed.shortcuts,
    unfurlDomains: seed.unfurl_domains,
    homeTab: seed.home_tab,
    messagesTab: seed.messages_tab,
    requestUrl: seed.request_url ?? null,
    socketMode: true,
    revoked: false,
    installed: true,
  }
}
