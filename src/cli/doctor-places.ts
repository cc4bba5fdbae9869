import type { WebClient } from '@slack/web-api'
import { WebAPIPlatformError } from '@slack/web-api'
import { describe } from '../slack/log.ts'
import { ok, problem } from './finding.ts'
import type { Finding } from './finding.ts'

/** Does a channel exist, is it alive, and is the app in it? */
export async function channelFinding(
  client: WebClient,
  id: string,
  uses: readonly string[],
): Promise<Finding> {
  const what = `channel ${id} (${uses.join(', ')})`
  try {
    const { channel } = await client.conversations.info({ channel: id })
    const name = `channel #${channel?.name ?? id} (${uses.join(', ')})`
    if (channel?.is_archived)
      return problem(`${name} is archived`, 'Unarchive it in Slack, or name another channel in the policy.')
    if (!channel?.is_member)
      return problem(`the app is not in ${name}`, 'Write /invite @Belay in that channel.')
    return ok(name)
  } catch (error) {
    if (codeOf(error) !== 'channel_not_found')
      return problem(`${what} could not be looked at: ${describe(error)}`, 'See the problems above.')
    return problem(
      `${what} does not exist, or is private and the app is not in it`,
      'Correct the id in the policy, or write /invite @Belay in that channel.',
    )
  }
}

/** Does a person exist, and can they be asked? */
export async function personFinding(client: WebClient, id: string): Promise<Finding> {
  try {
    const { user } = await client.users.info({ user: id })
    const name = user?.profile?.display_name || user?.real_name || user?.name || id
    if (user?.deleted)
      return problem(`${id} (${name}) has left the workspace`, 'Take them out of the policy.')
    if (user?.is_bot) return problem(`${id} (${name}) is a bot and can't answer`, 'Name a person instead.')
    return ok(`person ${id} (${name})`)
  } catch (error) {
    const isUnknown = codeOf(error) === 'user_not_found'
    return problem(
      `person ${id} ${isUnknown ? 'does not exist' : `could not be looked at: ${describe(error)}`}`,
      'Correct the id in the policy.',
    )
  }
}

/** Do these user groups exist, and are they switched on? */
export async function groupFindings(client: WebClient, ids: readonly string[]): Promise<Finding[]> {
  try {
    const { usergroups = [] } = await client.usergroups.list({ include_disabled: true })
    return ids.map((id) => {
      const found = usergroups.find((group) => group.id === id)
      if (!found) return problem(`user group ${id} does not exist`, 'Correct the id in the policy.')
      if (found.date_delete)
        return problem(
          `user group ${id} (@${found.handle}) is switched off`,
          'Switch it on in Slack, or take it out of the policy.',
        )
      return ok(`user group ${id} (@${found.handle})`)
    })
  } catch (error) {
    return [
      problem(
        `the user groups ${ids.join(', ')} could not be looked at: ${describe(error)}`,
        'Grant usergroups:read, or take them out of the policy.',
      ),
    ]
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof WebAPIPlatformError ? error.data.error : undefined
}
