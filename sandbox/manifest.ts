import { parse } from 'yaml'
import { z } from 'zod'
import type { Seed } from './protocol.ts'

const Manifest = z.object({
  display_information: z.object({ name: z.string() }),
  features: z
    .object({
      app_home: z
        .object({
          home_tab_enabled: z.boolean().default(false),
          messages_tab_enabled: z.boolean().default(false),
        })
        .optional(),
      shortcuts: z
        .array(
          z.object({
            name: z.string(),
            callback_id: z.string(),
            description: z.string().default(''),
            type: z.enum(['global', 'message']),
          }),
        )
        .default([]),
      slash_commands: z
        .array(
          z.object({
            command: z.string(),
            description: z.string().default(''),
            usage_hint: z.string().default(''),
            should_escape: z.boolean().default(false),
          }),
        )
        .default([]),
      unfurl_domains: z.array(z.string()).default([]),
    })
    .prefault({}),
  oauth_config: z
    .object({
      scopes: z
        .object({ bot: z.array(z.string()).default([]), bot_optional: z.array(z.string()).default([]) })
        .prefault({}),
    })
    .prefault({}),
  settings: z
    .object({ event_subscriptions: z.object({ bot_events: z.array(z.string()).default([]) }).prefault({}) })
    .prefault({}),
})

type SeedApp = NonNullable<Seed['apps']>[number]

/** An app as its manifest (YAML or JSON) describes it: only these commands, shortcuts, events and scopes. Optional scopes
 * are granted unless `optional` is false. Spread it over an app of the seed, which has the ids. */
export function appFromManifest(
  text: string,
  optional = true,
): Omit<SeedApp, 'id' | 'bot_user_id' | 'bot_id'> {
  const { display_information, features, oauth_config, settings } = Manifest.parse(parse(text))
  const { bot, bot_optional } = oauth_config.scopes
  return {
    name: display_information.name,
    commands: features.slash_commands,
    shortcuts: features.shortcuts,
    unfurl_domains: features.unfurl_domains,
    home_tab: features.app_home?.home_tab_enabled ?? false,
    messages_tab: features.app_home?.messages_tab_enabled ?? false,
    scopes: optional ? [...bot, ...bot_optional] : bot,
    events: settings.event_subscriptions.bot_events,
  }
}
