import { readFileSync } from 'node:fs'
import { defaultSeed, seedFor } from '../../sandbox/default-seed.ts'
import type { Seed } from '../../sandbox/protocol.ts'
import { webhookSecret } from '../support/world.ts'

/** One team of first-line people: a channel, one person on call, and the tag of its tickets. */
export type Team = { tag: string; channel: string; person: string }

/** Where every ladder leads to, and who is told when nobody answers. */
export const secondTier = { channel: 'C0ENG', person: 'U0ENG1' }
export const fallback = { channel: 'C0ADMINS', person: 'U0HEAD' }

/** Teams that share no channel and no person, so that none has to wait for another. */
export function teamsOf(count: number): Team[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(2, '0')
    return { tag: `team${number}`, channel: `C0TEAM${number}`, person: `U0TEAM${number}` }
  })
}

/** The usual workspace and these teams. Belay gets no more of Slack than its manifest asks for. */
export function workspaceOf(teams: Team[], isPrivate = false): Seed {
  const { users = [], channels = [] } = defaultSeed
  const manifest = readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8')
  return {
    ...seedFor(manifest),
    users: [...users, ...teams.map(({ person, tag }) => ({ id: person, name: tag }))],
    channels: [
      ...channels,
      ...teams.map(({ channel, tag, person }) => ({
        id: channel,
        name: tag,
        private: isPrivate,
        members: [person, fallback.person],
      })),
    ],
  }
}

/**
 * A policy of two tiers for each team: its own channel and then the engineers', each with `wait` to answer, and then the
 * fallback; `asksDirectly`: its person is on call, and so gets a direct message too; `beyond`: whom the fallback names
 * beyond Slack. Promises are hours away, so that nothing but the ladder moves. JSON is YAML.
 */
export function policyOf(teams: Team[], wait: string, asksDirectly = true, beyond: object = {}): string {
  const always = { hours: 'always', lapse: '1h' }
  const each = <T>(make: (team: Team) => T) => Object.fromEntries(teams.map((team) => [team.tag, make(team)]))
  return JSON.stringify({
    timezone: 'Europe/Brussels',
    severities: { critical: { acknowledge: '4h', update: '8h', resolve: '1d', ...always } },
    rotations: each(({ person }) => ({ people: [person], every: '1w', handoff: 'Mon 09:00' })),
    tiers: {
      ...each(({ channel, tag, person }) =>
        asksDirectly ? { channel, on_call: [tag] } : { channel, mention: [person] },
      ),
      engineers: { channel: secondTier.channel, mention: [secondTier.person] },
    },
    policies: each(({ tag }) => ({
      tiers: [
        { tier: tag, wait },
        { tier: 'engineers', wait },
      ],
    })),
    rules: [
      ...teams.map(({ tag }) => ({ when: { tags: [tag] }, policy: tag })),
      { policy: teams[0]?.tag ?? '' },
    ],
    fallback: { channel: fallback.channel, ...beyond },
    admins: [fallback.person],
    sources: { generic: { secret: webhookSecret } },
  })
}
