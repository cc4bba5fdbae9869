import type { Logger } from 'pino'
import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { secondMs } from './domain/time.ts'
import type { LinkTo } from './fallback/facts.ts'
import type { Observer } from './observer.ts'
import type { Answering } from './slack/answering.ts'
import { watchAnswers } from './slack/answering.ts'
import type { Access, Clients } from './slack/clients.ts'
import { createClients } from './slack/clients.ts'
import type { Bolt } from './slack/bolt.ts'
import { createBolt } from './slack/bolt.ts'
import type { Gathering } from './slack/gather.ts'
import { permalink } from './slack/gather.ts'
import type { Identity } from './slack/identity.ts'
import { isNoise } from './slack/listeners/events.ts'
import { listen } from './slack/listeners/index.ts'
import { describe } from './slack/log.ts'
import { Pace } from './slack/pace.ts'
import { HttpReceiver } from './slack/receivers/http.ts'
import { createIntake } from './slack/receivers/intake.ts'
import { RedundantSocketReceiver } from './slack/receivers/sockets.ts'
import type { SocketStatus } from './slack/receivers/status.ts'
import { within } from './slack/receivers/within.ts'
import type { Sending } from './slack/sending.ts'
import type { Store } from './store/escalations.ts'
import { keep } from './store/inbox.ts'
import { keepWorkspace, workspaceOf } from './store/workspaces.ts'

type Parts = { slack: Config['slack']; store: Store; clock: Clock; log: Logger; observer: Observer }
type Receiver = HttpReceiver | RedundantSocketReceiver

/** Everything of ours that talks with Slack. */
export type Slack = {
  sending: Sending
  bolt: Bolt
  receiver: Receiver
  answering: Answering
  hangUp: Clients['hangUp']
  linkTo: LinkTo
}

/** The Slack half of the composition root. Nothing is connected yet: `bolt.start()` does that. */
export async function connectSlack(parts: Parts, stack: AsyncDisposableStack): Promise<Slack> {
  const { slack, store, clock, log, observer } = parts
  const access = { token: slack.botToken, apiUrl: slack.apiUrl, logger: log }
  const clients = stack.use(createClients(access, observer.slackFailed))
  const { writes, reads, looks, hangUp } = clients
  const receiver = receiverOf(parts, () => bolt.self.known?.botUserId)
  const { bolt, workspace } = await boltOf(parts, access, receiver)
  const directory = {
    db: store.db,
    reads,
    failed: (error: unknown) => log.warn({ err: describe(error) }, 'Slack did not say who somebody is'),
  }
  const gathering = { store, directory, identity: () => bolt.self.known, workspace }
  const answering = watchAnswers(clients)
  const working = { ...gathering, clock, log, observer, writes, reads }
  listen(bolt.app, working)
  const sending: Sending = { ...working, looks, pace: new Pace(), refusing: answering.refusing }
  const linkTo: LinkTo = (channel, ts) => (bolt.self.known ? permalink(bolt.self.known, channel, ts) : null)
  return { sending, bolt, receiver, answering, hangUp, linkTo }
}

function receiverOf({ slack, store, clock, log: logger }: Parts, us: () => string | undefined): Receiver {
  const intake = createIntake({
    keep: async (id, body) => {
      if (!(await isNoise(store.db, body, us()))) await keep(store.db, `event:${id}`, body, clock.now())
    },
    logger,
  })
  const now = () => clock.now()
  return slack.mode === 'http'
    ? // Slack signs by the real time, also where Belay lives on a moved clock.
      new HttpReceiver({ intake, logger, now: systemClock.now, signingSecret: slack.signingSecret })
    : new RedundantSocketReceiver({ intake, logger, now, appToken: slack.appToken, apiUrl: slack.apiUrl })
}

/** Bolt, and the workspace that we are in: as Slack says, or as it said before an earlier start. */
async function boltOf(
  { store, clock, log }: Parts,
  access: Access,
  receiver: Receiver,
): Promise<{ bolt: Bolt; workspace: Gathering['workspace'] }> {
  const { db } = store
  const remembered = await workspaceOf(db, access.token)
  const learned = (identity: Identity) =>
    void keepWorkspace(db, access.token, identity, clock.now()).catch((error: unknown) =>
      log.warn({ err: describe(error) }, 'our workspace could not be remembered; it is, at the next start'),
    )
  const bolt = await createBolt({ receiver, learned, ...access })
  return { bolt, workspace: () => bolt.self.known ?? remembered ?? undefined }
}

/** How long whoever asks whether we are ready waits for Slack. */
const askWithinMs = 2 * secondMs

/** Each thing that must be well between Slack and us. */
function parts({ answering, bolt, receiver }: Slack) {
  return [answering.status(), bolt.status(), receiver.status()]
}

/** The same, after Slack was asked again if it was not well: it may be by now. */
export async function standingOf(slack: Slack): Promise<ReturnType<typeof parts>> {
  const { answering } = slack
  if (!answering.status().ok) await within(answering.ask(), askWithinMs, undefined)
  return parts(slack)
}

/** Whether our token is good and Slack's traffic reaches us, and over which sockets; null in HTTP mode, which has none. */
export function connectionOf(slack: Slack): { ok: boolean; sockets: SocketStatus[] | null } {
  const { receiver } = slack
  const ok = parts(slack).every((part) => part.ok)
  return { ok, sockets: receiver instanceof HttpReceiver ? null : receiver.status().sockets }
}
