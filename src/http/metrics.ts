import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client'
import type { Clock } from '../clock.ts'
import type { Swept } from '../store/sweep.ts'
import { oldestDue } from '../store/sweep.ts'
import type { Store } from '../store/escalations.ts'
import { waiting } from '../store/outbox.ts'
import type { Answer } from './server.ts'

/** What Prometheus reads, and what the jobs write to it. */
export type Metrics = { swept: (swept: Swept) => void; answer: () => Promise<Answer> }

/** A registry of our own: two Belays in one process (as in tests) don't count together. */
export function createMetrics(store: Store, clock: Clock): Metrics {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]
  collectDefaultMetrics({ register: registry, prefix: 'belay_' })
  const due = new Counter({
    name: 'belay_sweep_due_total',
    help: 'Escalations that the sweep found due.',
    registers,
  })
  const pages = new Counter({
    name: 'belay_pages_total',
    help: 'Pages that the sweep decided on.',
    registers,
  })
  const quarantined = new Counter({
    name: 'belay_quarantined_total',
    help: 'Escalations that could not be decided.',
    registers,
  })
  const lag = new Gauge({
    name: 'belay_sweep_lag_seconds',
    help: 'How long the oldest due escalation has been due.',
    registers,
  })
  const depth = new Gauge({
    name: 'belay_outbox_depth',
    help: 'Notices that wait to be delivered, by kind.',
    labelNames: ['kind'],
    registers,
  })
  const age = new Gauge({
    name: 'belay_outbox_oldest_seconds',
    help: 'Age of the oldest notice that waits, by kind.',
    labelNames: ['kind'],
    registers,
  })
  const read = async () => {
    const now = clock.now()
    const seconds = (from: Date) => (now.getTime() - from.getTime()) / 1000
    const oldest = await oldestDue(store.db, now)
    lag.set(oldest ? seconds(oldest) : 0)
    depth.reset()
    age.reset()
    for (const { kind, count, oldest: since } of await waiting(store.db)) {
      depth.set({ kind }, count)
      age.set({ kind }, seconds(since))
    }
  }
  return {
    swept: (swept) => {
      due.inc(swept.due)
      pages.inc(swept.pages)
      quarantined.inc(swept.quarantined)
    },
    answer: async () => {
      await read()
      return { status: 200, body: await registry.metrics(), type: registry.contentType }
    },
  }
}
