import type { LedgerEntry } from './protocol.ts'
import type { Channel, Message, User, Workspace } from './workspace.ts'

type Reason = LedgerEntry['reason']
const RANK: Reason[] = ['dm', 'mention', 'usergroup', 'thread', 'here', 'channel', 'everyone']

/** Who was notified of which message, and why. Edits never come here: Slack notifies nobody of them. */
export class Ledger {
  #entries: LedgerEntry[] = []
  #byUser = new Map<string, LedgerEntry[]>()

  /** Notes everyone whom a new message reaches. */
  note(space: Workspace, channel: Channel, message: Message, now: number): LedgerEntry[] {
    const reached = recipients(space, channel, message)
    const added: LedgerEntry[] = []
    for (const [user, reason] of reached) {
      const silent = (space.users.get(user)?.dndUntil ?? 0) > now
      added.push({
        id: `N${this.#entries.length + added.length + 1}`,
        at: new Date(now).toISOString(),
        user,
        channel: channel.id,
        ts: message.ts,
        ...(message.thread_ts && { thread_ts: message.thread_ts }),
        reason,
        ...(silent && { silent: 'dnd' as const }),
        text: message.text,
        from: message.user,
      })
    }
    for (const entry of added) {
      this.#entries.push(entry)
      const own = this.#byUser.get(entry.user)
      if (own) own.push(entry)
      else this.#byUser.set(entry.user, [entry])
    }
    return added
  }

  of(user: string): LedgerEntry[] {
    return this.#byUser.get(user) ?? []
  }

  list(filter: Partial<LedgerEntry> = {}): LedgerEntry[] {
    const wanted = Object.entries(filter)
    const from = filter.user ? this.of(filter.user) : this.#entries
    return from.filter((entry) => wanted.every(([key, value]) => entry[key as keyof LedgerEntry] === value))
  }

  clear(): void {
    this.#entries = []
    this.#byUser.clear()
  }
}

function recipients(space: Workspace, channel: Channel, message: Message): Map<string, Reason> {
  const reached = new Map<string, Reason>()
  const reach = (id: string, reason: Reason) => {
    const user = space.users.get(id)
    if (!user || user.is_bot || user.deleted || id === message.user || !channel.members.has(id)) return
    const known = reached.get(id)
    if (!known || RANK.indexOf(reason) < RANK.indexOf(known)) reached.set(id, reason)
  }
  if (channel.kind === 'im' || channel.kind === 'mpim') for (const id of channel.members) reach(id, 'dm')
  const text = spoken(message)
  for (const [, id] of text.matchAll(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g)) reach(id!, 'mention')
  for (const [, id] of text.matchAll(/<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>/g)) {
    const group = space.usergroups.get(id!)
    if (group?.enabled) for (const user of group.users) reach(user, 'usergroup')
  }
  for (const [, word] of text.matchAll(/<!(here|channel|everyone)(?:\|[^>]*)?>/g)) {
    const present = (user: User | undefined) => word !== 'here' || user?.presence === 'active'
    for (const id of channel.members) if (present(space.users.get(id))) reach(id, word as Reason)
  }
  if (message.thread_ts)
    for (const id of channel.threads.get(message.thread_ts)?.followers ?? []) reach(id, 'thread')
  return reached
}

/** The text in which Slack looks for mentions. A message with blocks shows only the blocks, so a mention that is
 * only in the fallback text is taken to notify nobody: the cautious reading. */
function spoken(message: Pick<Message, 'text' | 'blocks'>): string {
  if (message.blocks.length === 0) return message.text
  const parts: string[] = []
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk)
    if (!node || typeof node !== 'object') return
    const it = node as Record<string, unknown>
    if (it['type'] === 'mrkdwn' || it['type'] === 'markdown')
      return void (typeof it['text'] === 'string' && parts.push(it['text']))
    if (it['type'] === 'user') parts.push(`<@${String(it['user_id'])}>`)
    if (it['type'] === 'usergroup') parts.push(`<!subteam^${String(it['usergroup_id'])}>`)
    if (it['type'] === 'broadcast') parts.push(`<!${String(it['range'])}>`)
    for (const [key, value] of Object.entries(it))
      if (key !== 'accessory' && key !== 'options' && typeof value === 'object') walk(value)
  }
  walk(message.blocks.filter((block) => block.type !== 'actions'))
  return parts.join('\n')
}
