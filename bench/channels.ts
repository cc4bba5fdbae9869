import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultSeed } from '../sandbox/default-seed.ts'
import type { Seed } from '../sandbox/protocol.ts'

const range = (count: number) => Array.from({ length: count }, (_, at) => at)
export const channelId = (at: number) => `C0BENCH${at}`
export const personId = (at: number) => `U0BENCH${at}`
/** A ticket with this tag goes to the channel of this number first, and then to the next. */
export const tagOf = (at: number) => `t${at}`

/** A workspace with so many channels, one person in each. */
export function seedOf(count: number): Seed {
  return {
    ...defaultSeed,
    users: [
      ...(defaultSeed.users ?? []),
      ...range(count).map((at) => ({ id: personId(at), name: `person-${at}` })),
    ],
    channels: [
      ...(defaultSeed.channels ?? []),
      ...range(count).map((at) => ({
        id: channelId(at),
        name: `channel-${at}`,
        members: [personId(at), personId((at + 1) % count)],
      })),
    ],
  }
}

/**
 * A policy for that workspace: one tier and one policy for each channel. `asks`: whether a page mentions its person, or
 * asks them as on call, which is a direct message more.
 */
export function policyOf(count: number, asks: 'mention' | 'on_call'): object {
  const each = <T>(entry: (at: number) => [string, T]) => Object.fromEntries(range(count).map(entry))
  const times = { acknowledge: '12h', update: '12h', resolve: '2d', hours: 'always', lapse: '12h' }
  const asked = (at: number) =>
    asks === 'mention' ? { mention: [personId(at)] } : { on_call: [`rotation-${at}`] }
  return {
    timezone: 'Etc/UTC',
    severities: { critical: times },
    rotations: each((at) => [
      `rotation-${at}`,
      { people: [personId(at)], every: '1w', handoff: 'Mon 09:00' },
    ]),
    tiers: each((at) => [tagOf(at), { channel: channelId(at), ...asked(at) }]),
    policies: each((at) => [
      tagOf(at),
      { tiers: [at, (at + 1) % count].map((one) => ({ tier: tagOf(one) })) },
    ]),
    rules: [
      ...range(count).map((at) => ({ when: { tags: [tagOf(at)] }, policy: tagOf(at) })),
      { policy: tagOf(0) },
    ],
    fallback: { channel: 'C0ADMINS' },
    sources: { generic: { secret: '${BELAY_WEBHOOK_SECRET}' } },
  }
}

/** Writes it where a process can read it: JSON is YAML, too. */
export async function policyFile(folder: string, policy: object): Promise<string> {
  const path = join(folder, 'belay.yml')
  await writeFile(path, JSON.stringify(policy, null, 1))
  return path
}
