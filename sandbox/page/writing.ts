// What a person types, with the names that they picked as references. The sandbox escapes the rest.
import { current, nameOf, channelTitle } from './state.ts'
import { unescape } from './mrkdwn.ts'

/** Names that can be mentioned, longest first, so that "First-line engineer 2" is not "First-line engineer". */
export function mentionable(): { name: string; reference: string; detail: string }[] {
  const world = current()
  if (!world) return []
  const { users, usergroups, channels } = world.snap
  const people = users
    .filter((user) => !user.deleted)
    .map((user) => ({ name: `@${nameOf(user)}`, reference: `<@${user.id}>`, detail: user.title }))
  const groups = usergroups
    .filter((group) => group.enabled)
    .map((group) => ({ name: `@${group.handle}`, reference: `<!subteam^${group.id}>`, detail: group.name }))
  const rooms = channels
    .filter((channel) => channel.kind === 'channel' || channel.kind === 'private')
    .map((channel) => ({
      name: `#${channelTitle(channel, world)}`,
      reference: `<#${channel.id}>`,
      detail: channel.topic,
    }))
  const ranges = ['here', 'channel'].map((range) => ({
    name: `@${range}`,
    reference: `<!${range}>`,
    detail: range === 'here' ? 'Everyone active in this channel' : 'Everyone in this channel',
  }))
  return [...people, ...groups, ...ranges, ...rooms].sort((a, b) => b.name.length - a.name.length)
}

/** "@First-line engineer look" -> "<@U…> look". */
export function written(text: string): string {
  let out = text
  for (const { name, reference } of mentionable()) {
    const end = /\w$/.test(name) ? String.raw`(?![\w-])` : ''
    out = out.replaceAll(new RegExp(`(^|[^\\w<@#;])${literal(name)}${end}`, 'g'), `$1${reference}`)
  }
  return out
}

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** The other way round, for editing. */
export function readable(text: string): string {
  let out = text
  for (const { name, reference } of mentionable()) out = out.replaceAll(reference, () => name)
  return unescape(out)
}
