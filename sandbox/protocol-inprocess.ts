/** The sandbox as tests hold it, in the same process. Part of protocol.ts. */
import type { Person } from './person.ts'
import type { Act, ActResult, JournalEntry, LedgerEntry, MessageView, Snapshot } from './protocol.ts'
import type { Control, Fault, Seed } from './protocol-hands.ts'

/** The clock that Belay can share: pass `sandbox.clock` wherever a `Clock` is wanted. */
export interface SandboxClock {
  now(): Date
  /** moves forward; work that falls due on the way is started in order, each at its own instant */
  advance(ms: number): void
  set(instant: Date): void
  freeze(): void
  run(): void
  readonly frozen: boolean
}

export type SandboxOptions = {
  /** default 0: any free port */
  port?: number
  /** replaces the default workspace, part by part */
  seed?: Seed
  /** start instant; the clock then runs on from there, or stands still with `frozen` */
  now?: Date
  frozen?: boolean
  /** seeds ids, the spread over sockets, everything random */
  random?: number
  /** real milliseconds the app has to acknowledge, default 3000 */
  ackMs?: number
  /** rate limits; `false` turns them all off. Default: tiers as published, 1 a second per channel with a burst of 20 */
  limits?: boolean | { methods?: boolean; channel?: { per_second: number; burst: number } | null }
  /** how long tokens and sockets are good for is not simulated; sockets ping this often, default 5000 real ms */
  pingMs?: number
  /** what a program around the sandbox serves beside it, such as the demo's story; null: not one of its paths */
  beside?: Beside
}

/** Answers a request to the sandbox's own address that is not Slack's. `body` is the text that was sent. */
export type Beside = (request: {
  method: string
  path: string
  body: string
}) => Promise<{ status: number; body: unknown }> | null

/** A running sandbox, in-process. */
export interface Sandbox extends AsyncDisposable {
  /** the page, `http://127.0.0.1:<port>/` */
  readonly url: string
  /** for `slackApiUrl`, ends in `/api/` */
  readonly apiUrl: string
  readonly botToken: string
  readonly appToken: string
  readonly signingSecret: string
  readonly appId: string
  readonly botUserId: string
  readonly botId: string
  readonly teamId: string
  readonly clock: SandboxClock
  /** a person to tell stories with: see person.ts */
  person(id: string): Person
  act(act: Act): Promise<ActResult>
  /** what a person sees; with `channel` only that channel's messages, `limit` of them (default 200) */
  state(as: string, only?: { channel?: string; limit?: number }): Snapshot
  /** everything posted in a channel (id, or `#name`, or a user id for the DM with the app), oldest first, no ephemerals */
  messages(channel: string): MessageView[]
  /** who was notified; filter by any field */
  ledger(filter?: Partial<LedgerEntry>): LedgerEntry[]
  journal(filter?: Partial<JournalEntry>): JournalEntry[]
  /** adds a fault; call the result to remove it */
  fault(fault: Fault): () => void
  control(control: Control): void
  seed(seed: Seed): void
  reset(): void
  /** resolves when at least `count` sockets are open (default 1) */
  connected(count?: number): Promise<void>
  /** resolves when nothing is on its way to the app */
  settled(): Promise<void>
  /** resolves with the first answer that is neither undefined, null nor false, looking again after every change (no
   * polling); fails after `timeoutMs` (default 10,000, real time) with `what` */
  until<T>(
    look: () => T | undefined | null | false,
    what: string | (() => string),
    timeoutMs?: number,
  ): Promise<T>
  close(): Promise<void>
}
