import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Observer } from '../observer.ts'
import type { Answering } from '../slack/answering.ts'
import type { Sending } from '../slack/sending.ts'
import { handleEvent } from '../slack/listeners/events.ts'
import type { Store } from '../store/escalations.ts'
import { forgetOld } from '../store/inbox.ts'
import type { Audit } from './audit.ts'
import { beat } from './heartbeat.ts'
import { digestTick } from './digest.ts'
import { workInbox } from './inbox.ts'
import { late } from './late.ts'
import { refreshPeople } from './people.ts'
import type { Pump } from './pump.ts'
import type { Duty } from './schedule.ts'
import { watchClocks } from './skew.ts'
import type { Skew } from './skew.ts'
import { sweep, untilDue } from './sweep.ts'

/** What the duties work with. `when`: the sweep's times, as a node-cron expression. */
export type Work = {
  when: string
  store: Store
  clock: Clock
  log: Logger
  pump: Pump
  observer: Observer
  sending: Sending
  stopping: AbortSignal
  skew: Skew
  audit: Audit
  answering: Answering
  /** Why it is not well here; empty when it is. */
  troubles: () => Promise<readonly string[]>
  /** Where a healthy minute is told; undefined: nowhere. */
  heartbeatUrl: string | undefined
}

/** Everything that the clock does. */
export function dutiesOf(work: Work): Duty[] {
  const { when, store, clock, log, pump, observer, sending, stopping } = work
  const stopped = () => stopping.aborted
  const handle = (body: Record<string, unknown>, now: Date) => handleEvent(sending, body, now)
  return [
    {
      name: 'sweep',
      when,
      run: async () => observer.swept(await sweep(store, clock.now(), stopped)),
      again: () => untilDue(store, clock.now()),
    },
    { name: 'late', when: '* * * * * *', run: () => late(store, clock.now(), log) },
    { name: 'deliver', when: '* * * * * *', run: async () => pump.tick() },
    {
      name: 'inbox',
      when: '* * * * * *',
      run: () => workInbox({ store, clock, log, observer, handle }, stopped),
    },
    {
      name: 'digest',
      when: '*/5 * * * * *',
      run: async () => {
        if (await digestTick(store, clock.now())) pump.wake()
      },
    },
    {
      name: 'people',
      when: '17 */20 * * * *',
      run: () => refreshPeople(sending.directory, store.book, clock.now()),
    },
    { name: 'forget', when: '41 7 * * * *', run: () => forgetOld(store.db, clock.now(), stopped) },
    ...watchesOf(work),
  ]
}

/** What looks after Belay itself, each minute. */
function watchesOf(work: Work): Duty[] {
  const { skew, audit, answering, heartbeatUrl: url, troubles, log, observer, stopping } = work
  const heartbeat = url === undefined ? [] : [{ url, troubles, log, observer, stopping }]
  return [
    { name: 'skew', when: '30 * * * * *', run: () => watchClocks(skew, work) },
    { name: 'audit', when: '45 * * * * *', run: () => audit.run() },
    { name: 'slack', when: '50 * * * * *', run: () => answering.ask() },
    ...heartbeat.map((one) => ({ name: 'heartbeat', when: '0 * * * * *', run: () => beat(one) })),
  ]
}
