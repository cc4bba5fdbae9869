// A line of the notification ledger in words.
import type { LedgerEntry } from '../protocol.ts'
import { channelTitle, nameOf, type World } from './state.ts'

const WHY: Record<LedgerEntry['reason'], string> = {
  dm: 'direct message',
  mention: 'mentioned',
  usergroup: 'in a mentioned group',
  here: '@here',
  channel: '@channel',
  everyone: '@everyone',
  thread: 'follows the thread',
}

export interface Told {
  who: string
  why: string
  where: string
  from: string
}

export function toldOf(entry: LedgerEntry, world: World): Told {
  const { users, channels, apps } = world.snap
  const name = (id: string) => {
    const user = users.find((user) => user.id === id)
    return user ? nameOf(user) : (apps.find((app) => app.bot_user_id === id)?.name ?? id)
  }
  const channel = channels.find((channel) => channel.id === entry.channel)
  const isRoom = channel?.kind === 'channel' || channel?.kind === 'private'
  return {
    who: name(entry.user),
    why: WHY[entry.reason] + (entry.silent ? ', silently: do not disturb' : ''),
    where: channel && isRoom ? `#${channelTitle(channel, world)}` : '',
    from: name(entry.from),
  }
}
