import { Acts } from './acts.ts'
import { AppActs } from './app-acts.ts'
import { control, reset } from './controls.ts'
import { Courier } from './courier.ts'
import { Events } from './events.ts'
import { Files } from './files.ts'
import { Interactivity } from './interactivity.ts'
import type { Parts } from './parts.ts'
import { person } from './person.ts'
import { Act, type Sandbox, type SandboxOptions } from './protocol.ts'
import { ResponseUrls } from './response-urls.ts'
import { Rooms } from './rooms.ts'
import { listen } from './server.ts'
import { showMessages, snapshot } from './snapshot.ts'
import { Sockets } from './sockets.ts'
import { Talk } from './talk.ts'
import { Triggers } from './triggers.ts'
import { Views } from './views.ts'
import { World } from './world.ts'

/** Starts a local Slack on 127.0.0.1. Refuses to in production. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  if (process.env['NODE_ENV'] === 'production') throw new Error('the sandbox does not run in production')
  const parts = assemble(options)
  const { world } = parts
  const server = await listen(parts, options.port ?? 0, options.beside)
  const app = world.app()

  const sandbox: Sandbox = {
    url: `${world.baseUrl}/`,
    apiUrl: `${world.baseUrl}/api/`,
    botToken: app.botToken,
    appToken: app.appToken,
    signingSecret: app.signingSecret,
    appId: app.id,
    botUserId: app.botUserId,
    botId: app.botId,
    teamId: world.space.team.id,
    clock: world.clock,
    person: (id) => person(sandbox, id),
    act: (act) => parts.acts.act(Act.parse(act)),
    state: (as, only = {}) => snapshot(parts, as, only.channel, only.limit),
    messages: (name) => {
      const isPerson = world.space.users.has(name)
      const channel = isPerson
        ? world.space.conversation([world.app().botUserId, name])
        : world.space.find(name)
      if (!channel && !isPerson) throw new Error(`there is no channel ${name}`)
      return channel ? showMessages(parts, channel, undefined, Infinity) : []
    },
    ledger: (filter) => world.ledger.list(filter),
    journal: (filter) => world.journal.list(filter),
    fault: (fault) => {
      const { id } = world.faults.add(fault)
      return () => world.faults.remove(id)
    },
    control: (order) => control(parts, order),
    seed: (seed) => world.seed(seed),
    reset: () => reset(parts),
    connected: async (count = 1) => {
      await world.changes.until(
        () => parts.sockets.count(world.app()) >= count,
        `${count} open sockets`,
        15_000,
      )
    },
    settled: async () => {
      await world.changes.until(
        () => world.inFlight === 0,
        () => `${world.inFlight} deliveries to be answered`,
        15_000,
      )
    },
    until: (look, what, timeoutMs) => world.changes.until(look, what, timeoutMs),
    close: async () => {
      parts.sockets.close()
      world.clock.clear()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
  return sandbox
}

function assemble(options: SandboxOptions): Parts {
  const world = new World(options)
  const sockets = new Sockets(world)
  const courier = new Courier(world, sockets)
  const events = new Events(world, courier)
  const talk = new Talk(world, events)
  const rooms = new Rooms(world, events, talk)
  const views = new Views(world)
  const triggers = new Triggers(world)
  const urls = new ResponseUrls(world, talk)
  const tell = new Interactivity(world, courier, triggers, urls, views)
  const appActs = new AppActs(world, events, tell)
  const acts = new Acts(world, talk, rooms, events, appActs)
  const files = new Files(world)
  return { world, sockets, courier, events, talk, rooms, views, triggers, urls, tell, appActs, acts, files }
}
