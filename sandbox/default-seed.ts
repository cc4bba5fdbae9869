import { appFromManifest } from './manifest.ts'
import type { Seed } from './protocol.ts'

const everyone = ['U0AGENT', 'U0FRONT1', 'U0FRONT2', 'U0FRONT3', 'U0ENG1', 'U0ENG2', 'U0HEAD']

/** The demo workspace: a support team, roles instead of names, and one app. */
export const defaultSeed: Seed = {
  team: { id: 'T0BELAY', name: 'Acme Support', domain: 'acme-support' },
  users: [
    { id: 'U0AGENT', name: 'support-agent', real_name: 'Support agent', title: 'Support agent' },
    { id: 'U0FRONT1', name: 'first-line', real_name: 'First-line engineer', title: 'First line' },
    { id: 'U0FRONT2', name: 'first-line-2', real_name: 'First-line engineer 2', title: 'First line' },
    {
      id: 'U0FRONT3',
      name: 'first-line-3',
      real_name: 'First-line engineer 3',
      title: 'First line',
      tz: 'America/New_York',
    },
    { id: 'U0ENG1', name: 'second-line', real_name: 'Second-line engineer', title: 'Second line' },
    { id: 'U0ENG2', name: 'second-line-2', real_name: 'Second-line engineer 2', title: 'Second line' },
    { id: 'U0HEAD', name: 'support-manager', real_name: 'Support manager', title: 'Manager', is_admin: true },
    {
      id: 'U0GUEST',
      name: 'customer-engineer',
      real_name: 'Customer engineer',
      title: 'Guest from another workspace',
      team_id: 'T0OTHER',
    },
  ].map((user) => Object.assign({ email: `${user.name}@acme.example` }, user)),
  channels: [
    {
      id: 'C0SUPPORT',
      name: 'support',
      topic: 'Customers talk, we listen',
      general: true,
      members: everyone,
    },
    { id: 'C0FRONT', name: 'frontline', topic: 'First line', members: everyone },
    {
      id: 'C0ENG',
      name: 'engineering',
      topic: 'Second line',
      members: ['U0ENG1', 'U0ENG2', 'U0HEAD', 'U0FRONT1'],
    },
    { id: 'C0MGMT', name: 'management', topic: 'Last tier', members: ['U0HEAD', 'U0ENG1'] },
    { id: 'C0MANAGERS', name: 'support-managers', topic: 'Digests', members: ['U0HEAD', 'U0AGENT'] },
    {
      id: 'C0ADMINS',
      name: 'belay-admins',
      topic: 'The bot, when it needs a hand',
      members: ['U0HEAD', 'U0ENG1'],
    },
    {
      id: 'C0SHARED',
      name: 'ext-acme-customer',
      topic: 'Shared with a customer',
      shared: true,
      members: ['U0AGENT', 'U0FRONT1', 'U0GUEST'],
    },
  ],
  usergroups: [
    {
      id: 'S0FRONT',
      handle: 'frontline-oncall',
      name: 'First line on call',
      users: ['U0FRONT1', 'U0FRONT2'],
    },
    { id: 'S0ENGLEADS', handle: 'eng-leads', name: 'Engineering leads', users: ['U0ENG1'] },
  ],
  apps: [
    {
      id: 'A0BELAY',
      name: 'Belay',
      bot_user_id: 'U0BELAY',
      bot_id: 'B0BELAY',
      commands: [
        {
          command: '/escalate',
          description: 'Escalate a ticket to a human',
          usage_hint: '[ticket severity summary] | list | show E-12 | on-call | policy | digest | help',
        },
      ],
      shortcuts: [
        {
          callback_id: 'escalate_message',
          name: 'Escalate to a human',
          description: 'Opens an escalation about this message',
          type: 'message',
        },
      ],
    },
  ],
}

/** The default workspace with the app limited to what its manifest asks for. */
export function seedFor(manifest: string): Seed {
  return { apps: (defaultSeed.apps ?? []).map((app) => Object.assign({}, app, appFromManifest(manifest))) }
}
