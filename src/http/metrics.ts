import { Registry, collectDefaultMetrics } from 'prom-client'
import type { Clock } from '../clock.ts'
import type { Notice } from '../domain/notice.ts'
import { secondMs } from '../domain/time.ts'
import { deliveryOutcomes, heartbeatOutcomes } from '../observer.ts'
import type { Observer } from '../observer.ts'
import type { SocketStatus } from '../slack/receivers/status.ts'
import { within } from '../slack/receivers/within.ts'
import type { Vitals } from '../store/vitals.ts'
import about from '../../package.json' with { type: 'json' }
import { auditFindings } from '../store/audit.ts'
import { createInstruments } from './instruments.ts'
import type { Instruments } from './instruments.ts'
import type { Answer } from './server.ts'

/** What is looked at when somebody asks. */
type Watched = {
  clock: Clock
  vitals: (now: Date) => Promise<Vitals>
  pool: { totalCount: number; idleCount: number; waitingCount: number }
  /** When the sweep last ended well, by `performance.now()`. */
  lastSweep: () => number | undefined
  slack: () => { ok: boolean; sockets: SocketStatus[] | null }
}

/** What Prometheus reads. Until there is something to watch, the process and `belay_database_up 0` are all there is. */
export type Metrics = {
  observer: Observer
  watch: (watched: Watched) => void
  answer: () => Promise<Answer>
}

/** Several who ask at once cost one look. */
const freshForMs = secondMs
/** Whoever asks wants an answer also while the database is silent. */
const vitalsWithinMs = 2 * secondMs

/** A registry of our own: two Belays in one process (as in tests) don't count together. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'belay_' })
  const instruments = createInstruments(registry)
  fromTheStart(instruments)
  let watched: Watched | null = null
  let last: { atMs: number; answer: Promise<Answer> } | null = null
  const look = async () => {
    await read(instruments, watched)
    return { status: 200, body: await registry.metrics(), type: registry.contentType }
  }
  return {
    observer: observerOf(instruments),
    watch: (next) => {
      watched = next
      last = null
    },
    answer: () => {
      const now = performance.now()
      if (!last || now - last.atMs > freshForMs) last = { atMs: now, answer: look() }
      return last.answer
    },
  }
}

/** Every kind of notice: one that is missing here does not compile. */
const kinds: Record<Notice['kind'], true> = {
  page: true,
  direct: true,
  card: true,
  line: true,
  alarm: true,
  digest: true,
  email: true,
  webhook: true,
}

/** What has not happened yet is 0, not missing: a rate needs something to begin with. */
function fromTheStart(instruments: Instruments): void {
  instruments.belay_build_info.set({ version: about.version }, 1)
  for (const kind of Object.keys(kinds))
    for (const outcome of deliveryOutcomes) instruments.belay_deliveries_total.inc({ kind, outcome }, 0)
  for (const finding of ['asleep', 'card_lost', 'card_outdated'])
    instruments.belay_audit_repairs_total.inc({ finding }, 0)
  for (const outcome of heartbeatOutcomes) instruments.belay_heartbeat_total.inc({ outcome }, 0)
}

function observerOf(instruments: Instruments): Observer {
  return {
    swept: ({ due, pages, quarantined }) => {
      instruments.belay_sweep_due_total.inc(due)
      instruments.belay_pages_total.inc(pages)
      instruments.belay_quarantined_total.inc(quarantined)
    },
    delivered: (kind, outcome) => instruments.belay_deliveries_total.inc({ kind, outcome }),
    pageArrived: (afterMs) => instruments.belay_page_seconds.observe(afterMs / secondMs),
    acknowledged: (afterMs) => instruments.belay_acknowledge_seconds.observe(afterMs / secondMs),
    slackFailed: (method, code) => instruments.belay_slack_errors_total.inc({ method, code }),
    audited: (found, repaired) => {
      for (const finding of auditFindings) instruments.belay_audit_findings.set({ finding }, found[finding])
      for (const [finding, count] of Object.entries(repaired ?? {}))
        instruments.belay_audit_repairs_total.inc({ finding }, count)
    },
    gaveUp: () => instruments.belay_inbox_given_up_total.inc(),
    heartbeat: (outcome) => instruments.belay_heartbeat_total.inc({ outcome }),
    skewed: (ms) => instruments.belay_clock_skew_seconds.set(ms / secondMs),
  }
}

async function read(instruments: Instruments, watched: Watched | null): Promise<void> {
  if (watched) {
    readProcess(instruments, watched)
    const now = watched.clock.now()
    const found = await within(
      watched.vitals(now).catch(() => null),
      vitalsWithinMs,
      null,
    )
    if (found) return readVitals(instruments, found, now)
  }
  forgetVitals(instruments)
}

function readProcess(instruments: Instruments, { pool, lastSweep, slack }: Watched): void {
  const connections = instruments.belay_database_pool_connections
  connections.set({ state: 'total' }, pool.totalCount)
  connections.set({ state: 'idle' }, pool.idleCount)
  connections.set({ state: 'waiting' }, pool.waitingCount)
  const sweptMs = lastSweep() ?? 0
  instruments.belay_sweep_idle_seconds.set((performance.now() - sweptMs) / secondMs)
  const { ok, sockets } = slack()
  instruments.belay_slack_up.set(ok ? 1 : 0)
  if (sockets) readSockets(instruments, sockets)
}

function readSockets(
  { belay_slack_sockets, belay_slack_socket_age_seconds: age }: Instruments,
  sockets: SocketStatus[],
): void {
  for (const state of ['connecting', 'live', 'waiting'])
    belay_slack_sockets.set({ state }, sockets.filter((socket) => socket.state === state).length)
  age.reset()
  for (const [socket, { state, ageMs }] of sockets.entries())
    if (state === 'live') age.set({ socket }, ageMs / secondMs)
}

function readVitals(instruments: Instruments, vitals: Vitals, now: Date): void {
  const seconds = (since: Date | null) => (since ? (now.getTime() - since.getTime()) / secondMs : 0)
  instruments.belay_database_up.set(1)
  instruments.belay_sweep_lag_seconds.set(seconds(vitals.dueSince))
  instruments.belay_quarantine_depth.set(vitals.quarantined)
  instruments.belay_inbox_depth.set(vitals.inbox.count)
  instruments.belay_inbox_oldest_seconds.set(seconds(vitals.inbox.since))
  instruments.belay_cards_behind.set(vitals.cardsBehind.count)
  instruments.belay_cards_behind_oldest_seconds.set(seconds(vitals.cardsBehind.since))
  for (const kind of Object.keys(kinds)) {
    const waiting = vitals.outbox.find((one) => one.kind === kind)
    instruments.belay_outbox_depth.set({ kind }, waiting?.count ?? 0)
    instruments.belay_outbox_oldest_seconds.set({ kind }, seconds(waiting?.since ?? null))
  }
}

/** What nobody knows any more is not told: a 0 would look well. */
function forgetVitals(instruments: Instruments): void {
  instruments.belay_database_up.set(0)
  instruments.belay_outbox_depth.reset()
  instruments.belay_outbox_oldest_seconds.reset()
  instruments.belay_sweep_lag_seconds.remove()
  instruments.belay_quarantine_depth.remove()
  instruments.belay_inbox_depth.remove()
  instruments.belay_inbox_oldest_seconds.remove()
  instruments.belay_cards_behind.remove()
  instruments.belay_cards_behind_oldest_seconds.remove()
}
