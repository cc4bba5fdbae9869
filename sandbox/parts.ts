import type { Acts } from './acts.ts'
import type { AppActs } from './app-acts.ts'
import type { Courier } from './courier.ts'
import type { Events } from './events.ts'
import type { Files } from './files.ts'
import type { Interactivity } from './interactivity.ts'
import type { ResponseUrls } from './response-urls.ts'
import type { Rooms } from './rooms.ts'
import type { Sockets } from './sockets.ts'
import type { Talk } from './talk.ts'
import type { Triggers } from './triggers.ts'
import type { Views } from './views.ts'
import type { World } from './world.ts'

/** All rooms of one sandbox, as methods and the control API see them. */
export type Parts = {
  world: World
  sockets: Sockets
  courier: Courier
  events: Events
  talk: Talk
  rooms: Rooms
  views: Views
  triggers: Triggers
  urls: ResponseUrls
  tell: Interactivity
  appActs: AppActs
  acts: Acts
  files: Files
}
