// What the page knows, and the one way it learns more. Every view draws from here.
import type { Act, ActResult, ChannelView, LedgerEntry, Snapshot, UserView } from '../protocol.ts'
import { getInfo, getLedger, getState, postAct, type DemoInfo } from './api.ts'
import type { Scene } from './paint.ts'
import { readRoute, type Route } from './route.ts'

export interface World {
  snap: Snapshot
  route: Route
  ledger: LedgerEntry[]
  info: DemoInfo | undefined
  /** `performance.now()` when the snapshot came, so that a running clock can tick on. */
  fetchedAt: number
  live: boolean
}

let world: World | undefined
let draw: (world: World) => void = () => {}
let asking: Promise<void> | undefined
let again = false
let stream: EventSource | undefined
let streamOf = ''

export const current = (): World | undefined => world

export function onChange(drawer: (world: World) => void): void {
  draw = drawer
}

/** Asks for everything anew; calls in between share the next answer. */
export function refresh(): Promise<void> {
  if (asking) {
    again = true
    return asking
  }
  asking = ask().finally(() => (asking = undefined))
  return asking
}

async function ask(): Promise<void> {
  do {
    again = false
    const route = readRoute()
    follow(route.me)
    const [snap, ledger, info] = await Promise.all([getState(route.me), getLedger(), getInfo()])
    // Somebody else became "me" while the answer was on its way: ask once more.
    if (readRoute().me !== route.me) again = true
    else world = { snap, ledger, info, route: readRoute(), fetchedAt: performance.now(), live: isLive() }
    if (world && !again) draw(world)
  } while (again)
}

/** The address changed: another channel is drawn at once, another person after asking. */
export function moved(): void {
  const route = readRoute()
  if (!world || route.me !== world.route.me) return void refresh().catch(lost)
  world = { ...world, route }
  draw(world)
}

/** The sandbox is away: say so; the stream tries again by itself. */
function lost(): void {
  if (!world) return
  world = { ...world, live: false }
  draw(world)
}

const isLive = (): boolean => stream?.readyState === EventSource.OPEN

function follow(me: string): void {
  if (streamOf === me) return
  stream?.close()
  streamOf = me
  stream = new EventSource(`/sandbox/stream?as=${encodeURIComponent(me)}`)
  stream.addEventListener('change', () => void refresh().catch(lost))
  stream.addEventListener('open', () => void refresh().catch(lost))
  stream.addEventListener('error', lost)
}

/** Does what a person does, and shows what came of it. */
export async function act(act: Act): Promise<ActResult> {
  try {
    return await postAct(act)
  } catch (error) {
    return {
      ok: false,
      error: 'failed',
      text: error instanceof Error ? error.message : 'The sandbox did not answer',
    }
  } finally {
    await refresh().catch(() => {})
  }
}

export const nowOf = ({ snap, fetchedAt }: World): number =>
  Date.parse(snap.now) / 1000 + (snap.frozen ? 0 : (performance.now() - fetchedAt) / 1000)

export const nameOf = (user: UserView): string => user.real_name || user.name

export function channelTitle(channel: ChannelView, world: World): string {
  if (channel.kind === 'channel' || channel.kind === 'private') return channel.name
  const others = channel.members.filter((id) => id !== world.snap.me.id)
  const names = others.map((id) => {
    const user = world.snap.users.find((user) => user.id === id)
    return user ? nameOf(user) : id
  })
  return names.join(', ') || `${nameOf(world.snap.me)} (you)`
}

export function sceneOf(world: World): Scene {
  const { snap } = world
  const userNames = new Map(snap.users.map((user) => [user.id, nameOf(user)]))
  const channelNames = new Map(snap.channels.map((channel) => [channel.id, channelTitle(channel, world)]))
  const groupNames = new Map(snap.usergroups.map((group) => [group.id, group.handle]))
  return {
    at: { now: nowOf(world), zone: snap.me.tz },
    me: snap.me.id,
    userName: (id) => userNames.get(id),
    channelName: (id) => channelNames.get(id),
    groupName: (id) => groupNames.get(id),
  }
}

/** The channel in the address, or the first one this person is in. */
export function channelOf(world: World): ChannelView | undefined {
  const { channels } = world.snap
  return (
    channels.find((channel) => channel.id === world.route.at) ??
    channels.find((channel) => channel.is_member && channel.kind === 'channel') ??
    channels[0]
  )
}
