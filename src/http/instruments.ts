import { Counter, Gauge, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'

type Told = { help: string; labels?: readonly string[]; buckets?: readonly number[] }

/** What only ever grows, from the start of this process. */
const counters = {
  belay_sweep_due_total: { help: 'Escalations that the sweep found due.' },
  belay_pages_total: { help: 'Pages that the sweep decided on.' },
  belay_quarantined_total: { help: 'Escalations that could not be decided.' },
  belay_deliveries_total: {
    help: 'Attempts to deliver a notice, by kind and outcome (sent, retry, unsure, away, permanent, dropped).',
    labels: ['kind', 'outcome'],
  },
  belay_slack_errors_total: {
    help: 'Calls that Slack did not do, by method and error.',
    labels: ['method', 'code'],
  },
  belay_inbox_given_up_total: {
    help: "Slack's events that were given up: eight tries to handle each had failed.",
  },
  belay_heartbeat_total: {
    help: 'Healthy minutes told to the heartbeat URL (sent, failed), and those that were not healthy (withheld).',
    labels: ['outcome'],
  },
  belay_audit_repairs_total: { help: 'What the self-audit put right, by finding.', labels: ['finding'] },
} as const satisfies Record<string, Told>

/** What is so now. Those of the database are the same for every replica. */
const gauges = {
  belay_build_info: { help: 'Always 1; the label says which version runs.', labels: ['version'] },
  belay_database_up: { help: '1 when the database answered this scrape, else 0.' },
  belay_database_pool_connections: {
    help: 'Connections to the database: total, idle; and how much waits for one.',
    labels: ['state'],
  },
  belay_clock_skew_seconds: { help: "How far the database's clock is ahead of this machine's." },
  belay_sweep_idle_seconds: { help: 'Since when no sweep of this process has ended well.' },
  belay_sweep_lag_seconds: { help: 'How long the oldest due escalation has been due.' },
  belay_outbox_depth: { help: 'Notices that wait to be delivered, by kind.', labels: ['kind'] },
  belay_outbox_oldest_seconds: { help: 'Age of the oldest notice that waits, by kind.', labels: ['kind'] },
  belay_inbox_depth: { help: "Slack's events that wait to be handled." },
  belay_inbox_oldest_seconds: { help: "Age of the oldest of Slack's events that waits." },
  belay_cards_behind: { help: 'Live messages that do not show the newest version yet.' },
  belay_cards_behind_oldest_seconds: { help: 'How long the one that is behind for longest has been so.' },
  belay_audit_findings: { help: 'What the last self-audit found, by finding.', labels: ['finding'] },
  belay_quarantine_depth: { help: 'Escalations that are left alone because they could not be decided.' },
  belay_slack_up: { help: "1 when the token is good and Slack's traffic reaches us, else 0." },
  belay_slack_sockets: {
    help: 'Sockets to Slack, by state (connecting, live, waiting). Socket Mode only.',
    labels: ['state'],
  },
  belay_slack_socket_age_seconds: {
    help: 'Age of each live socket to Slack. Socket Mode only.',
    labels: ['socket'],
  },
} as const satisfies Record<string, Told>

const histograms = {
  belay_acknowledge_seconds: {
    help: "From the decision on the ladder's newest page to the acknowledgement.",
    buckets: [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200],
  },
  belay_page_seconds: {
    help: 'From the decision on a page to its arrival in Slack.',
    buckets: [0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900],
  },
} as const satisfies Record<string, Told>

/** Everything that Belay measures of itself, by name. */
export type Instruments = Record<keyof typeof counters, Counter> &
  Record<keyof typeof gauges, Gauge> &
  Record<keyof typeof histograms, Histogram>

/** Registers every instrument in this registry. */
export function createInstruments(registry: Registry): Instruments {
  const asked = (name: string, { help, labels = [] }: Told) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  })
  const each = <T>(table: Record<string, Told>, create: (name: string, told: Told) => T) =>
    Object.fromEntries(Object.entries(table).map(([name, told]) => [name, create(name, told)]))
  return {
    ...each(counters, (name, told) => new Counter(asked(name, told))),
    ...each(gauges, (name, told) => new Gauge(asked(name, told))),
    ...each(
      histograms,
      (name, told) => new Histogram({ ...asked(name, told), buckets: [...(told.buckets ?? [])] }),
    ),
  } as Instruments
}
