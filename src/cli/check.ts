import { periodBefore } from '../domain/digest-period.ts'
import type { PolicyDocument, Tier } from '../domain/policy.ts'
import { onCallNow } from '../domain/policy-terms.ts'
import { formatProblems, readPolicyFile } from '../policy-file.ts'
import { columns, print, printJson, Stop } from './output.ts'
import { settings } from './policy.ts'
import { shownTime } from '../domain/shown-time.ts'

/** `belay check [file]`: what a good policy says, in short, or everything that is wrong with it (exit code 2). */
export async function check(
  file: string | undefined,
  { json = false }: { json?: boolean },
  now: Date,
): Promise<void> {
  const path = file ?? settings().policy
  const read = await readPolicyFile(path, process.env)
  if (json) {
    printJson(
      read.ok
        ? { ok: true, file: path, hash: read.hash, ...summaryOf(read.document, now) }
        : { ...read, file: path },
    )
    if (!read.ok) process.exitCode = 2
    return
  }
  if (!read.ok)
    throw new Stop(
      `${path} has ${counted(read.problems.length, 'problem')}.\n${formatProblems(path, read.problems)}`,
    )
  print(`${path} is a good policy.`, '', ...summaryLines(read.document, now))
}

/** What a policy says, and who is on call by it. */
export function summaryOf(policy: PolicyDocument, now: Date) {
  const { timezone, digest, fallback } = policy
  return {
    timezone,
    severities: policy.severities.map(({ name }) => name),
    policies: Object.entries(policy.policies).map(([name, { tiers, rounds }]) => ({
      name,
      tiers: tiers.map(({ tier }) => tier),
      rounds,
    })),
    tiers: Object.entries(policy.tiers).map(([name, tier]) => ({
      name,
      channel: tier.channel,
      mention: tier.mention,
      onCall: onCall(policy, tier, now),
    })),
    rotations: Object.entries(policy.rotations).map(([name, { people, every }]) => ({
      name,
      people,
      every,
      now: onCallNow(policy, name, now),
    })),
    digest: digest ? { ...digest, nextAt: periodBefore(digest, timezone, now).nextAt } : null,
    fallback: { channel: fallback.channel, mention: policy.admins, beyond: beyondSlack(policy) },
  }
}

/** The webhook by its host alone: the rest of its address may be a secret. */
function beyondSlack({ fallback: { email = [], webhook } }: PolicyDocument): string[] {
  return [...email, ...(webhook ? [`a webhook at ${new URL(webhook.url).host}`] : [])]
}

function onCall(policy: PolicyDocument, { on_call }: Tier, now: Date) {
  return on_call.flatMap((rotation) => {
    const shift = onCallNow(policy, rotation, now)
    return shift ? [{ rotation, person: shift.person, until: shift.until }] : []
  })
}

function summaryLines(policy: PolicyDocument, now: Date): string[] {
  const { timezone, severities, policies, tiers, rotations, digest, fallback } = summaryOf(policy, now)
  const shown = (at: Date) => shownTime(at, timezone)
  const tierRows = tiers.map(({ name, channel, mention, onCall }) => {
    const people = onCall.map(({ person, rotation }) => `${person} (on call, ${rotation})`)
    return [name, channel, `asks ${[...people, ...mention].join(', ') || 'whoever reads there'}`]
  })
  const rotationRows = rotations.map(({ name, people, every, now: shift }) => [
    name,
    shift ? `${shift.person} until ${shown(shift.until)}` : '',
    `${counted(people.length, 'person', 'people')}, ${every} each`,
  ])
  return [
    `Times are in ${timezone}; it is ${shown(now)}.`,
    `Severities: ${severities.join(', ')}`,
    ...columns(
      policies.map(({ name, tiers, rounds }) => [
        `Policy ${name}:`,
        `${tiers.join(' -> ')}, ${counted(rounds, 'round')}`,
      ]),
    ),
    '',
    'Tiers',
    ...columns(tierRows, '  '),
    ...(rotationRows.length > 0 ? ['', 'On call now', ...columns(rotationRows, '  ')] : []),
    '',
    digest ? `Digest: ${digest.channel}, next on ${shown(digest.nextAt)}` : 'Digest: none',
    `Fallback: ${fallback.channel}, mentions ${fallback.mention.join(', ') || 'nobody: name some admins'}`,
    `Beyond Slack: ${fallback.beyond.join(', ') || 'nobody'}`,
  ]
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
