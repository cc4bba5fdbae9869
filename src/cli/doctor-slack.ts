import { readFile } from 'node:fs/promises'
import { WebClient } from '@slack/web-api'
import { pino } from 'pino'
import { parse } from 'yaml'
import type { SlackConfig } from '../config.ts'
import type { PolicyDocument } from '../domain/policy.ts'
import { carefulOptions, createClients } from '../slack/clients.ts'
import { describe } from '../slack/log.ts'
import { ok, problem } from './finding.ts'
import type { Finding } from './finding.ts'
import { channelFinding, groupFindings, personFinding } from './doctor-places.ts'

/** Does Slack know us, may we do what we need, and are the policy's channels, people and groups there? */
export async function slackFindings(config: SlackConfig, policy: PolicyDocument | null): Promise<Finding[]> {
  const logger = pino({ level: 'silent' })
  await using clients = createClients({ token: config.botToken, apiUrl: config.apiUrl, logger })
  const identity = await whoWeAre(clients.reads)
  const socket = config.mode === 'socket' ? [await socketFinding(config)] : []
  if (!identity.isKnown || !policy) return [...identity.findings, ...socket]
  const { channels, people, groups } = placesIn(policy)
  const places: Finding[] = []
  for (const [id, uses] of channels) places.push(await channelFinding(clients.reads, id, uses))
  for (const id of people) places.push(await personFinding(clients.reads, id))
  if (groups.length > 0) places.push(...(await groupFindings(clients.reads, groups)))
  return [...identity.findings, ...socket, ...places]
}

async function whoWeAre(client: WebClient): Promise<{ isKnown: boolean; findings: Finding[] }> {
  try {
    const { team, user, response_metadata } = await client.auth.test()
    const granted = response_metadata?.scopes ?? []
    return { isKnown: true, findings: [ok(`Slack: ${user} in ${team}`), await scopeFinding(granted)] }
  } catch (error) {
    const todo =
      'Check SLACK_BOT_TOKEN (Slack: your app, OAuth & Permissions) and that this machine reaches Slack.'
    return {
      isKnown: false,
      findings: [problem(`Slack does not answer as it should: ${describe(error)}`, todo)],
    }
  }
}

async function scopeFinding(granted: readonly string[]): Promise<Finding> {
  const missing = (await neededScopes()).filter((scope) => !granted.includes(scope))
  if (missing.length === 0) return ok('all permissions are granted')
  const todo = `Add them under OAuth & Permissions (they are in manifest.yml) and install the app again.`
  return problem(`permissions are missing: ${missing.join(', ')}`, todo)
}

/** The manifest is the one list of them. */
async function neededScopes(): Promise<string[]> {
  const text = await readFile(new URL('../../manifest.yml', import.meta.url), 'utf8')
  const manifest = parse(text) as { oauth_config?: { scopes?: { bot?: string[] } } }
  return manifest.oauth_config?.scopes?.bot ?? []
}

async function socketFinding({
  appToken,
  apiUrl,
}: Extract<SlackConfig, { mode: 'socket' }>): Promise<Finding> {
  const client = new WebClient(appToken, carefulOptions({ apiUrl, logger: pino({ level: 'silent' }) }))
  try {
    await client.apps.connections.open({})
    return ok('Socket Mode can be opened')
  } catch (error) {
    const todo =
      'Check SLACK_APP_TOKEN: an app-level token with connections:write, and Socket Mode switched on.'
    return problem(`Socket Mode can't be opened: ${describe(error)}`, todo)
  }
}

/** Every channel with what it is for, every person and every user group of a policy. */
function placesIn({ tiers, digest, fallback, rotations, admins }: PolicyDocument) {
  const channels = new Map<string, string[]>()
  const use = (id: string, what: string) => channels.set(id, [...(channels.get(id) ?? []), what])
  for (const [name, { channel }] of Object.entries(tiers)) use(channel, `tier ${name}`)
  if (digest) use(digest.channel, 'digest')
  use(fallback.channel, 'fallback')
  const asked = Object.values(tiers).flatMap(({ mention }) => mention)
  const onCall = Object.values(rotations).flatMap(({ people }) => people)
  const following = Object.values(rotations).flatMap(({ group }) => group ?? [])
  const people = [...new Set([...onCall, ...asked, ...admins])].filter((id) => !id.startsWith('S'))
  const groups = [...new Set([...asked, ...following])].filter((id) => id.startsWith('S'))
  return { channels, people, groups }
}
