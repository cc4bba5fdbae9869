import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Observer } from '../observer.ts'
import type { AuditFinding, Found } from '../store/audit.ts'
import { auditFindings, inspect, repair } from '../store/audit.ts'
import type { Store } from '../store/escalations.ts'

export type AuditWork = {
  store: Store
  clock: Clock
  log: Logger
  observer: Observer
  slackIsWell: () => boolean
}

/** `words`: what was found last, in a sentence; null when all was as it must be. */
export type Audit = { run: () => Promise<void>; words: () => string | null }

/**
 * Belay looks over its own shoulder: what must never be is counted, told, and put right where that is possible. Every
 * replica does it, and none is in the other's way.
 */
export function watchAudit({ store, clock, log, observer, slackIsWell }: AuditWork): Audit {
  let last: string | null = null
  return {
    words: () => last,
    run: async () => {
      const now = clock.now()
      const found = await inspect(store.db, now, slackIsWell())
      const isMendable = found.asleep + found.card_lost + found.card_outdated > 0
      const repaired = isMendable ? await repair(store.db, now) : null
      if (repaired) store.committed()
      observer.audited(found, repaired)
      last = foundWords(found)
      if (last !== null) log.warn({ found, repaired }, `the audit found ${last}`)
    },
  }
}

const words: Record<AuditFinding, string> = {
  asleep: 'open escalations that the clock would pass over',
  card_behind: 'messages that have shown an old version for over 2 minutes',
  card_lost: 'channels without the card they had',
  card_outdated: 'messages that did not know of a newer version',
  sending: 'notices whose sender died over a minute ago',
  unsure: 'notices of which nobody has known for 5 minutes whether they arrived',
  pending: 'notices that could have gone out 5 minutes ago',
}

/** `2 channels without the card they had; 1 …`; null when there is nothing to say. */
export function foundWords(found: Found): string | null {
  const said = auditFindings.flatMap((name) => (found[name] > 0 ? [`${found[name]} ${words[name]}`] : []))
  return said.length > 0 ? said.join('; ') : null
}
