import type { Clock } from '../clock.ts'
import { minuteMs } from '../domain/time.ts'
import { claimStale } from '../store/cards.ts'
import { claimUnsure, expireLeases } from '../store/outbox.ts'
import { claimMessages } from '../store/summaries.ts'
import type { Lane } from '../fallback/lane.ts'
import { deliver } from '../slack/deliver.ts'
import { describe } from '../slack/log.ts'
import { everywhere } from '../slack/pace.ts'
import { reconcile } from '../slack/reconcile.ts'
import { refresh } from '../slack/refresh.ts'
import type { Sending } from '../slack/sending.ts'

/** How much is under way at once: posts to different targets, edits, and looks for what may have arrived. */
const atOnce = { posts: 16, edits: 4, looks: 4 }
/** Many channels that are ready one shortly after the other are served in one go. */
const leastWaitMs = 20

/**
 * Empties the outbox: woken by every change and by the clock, it claims what may go out, one notice per target at a
 * time, and never waits for a slow target before it serves another.
 */
export class Pump {
  readonly #sending: Sending
  readonly #beyond: Lane
  readonly #posting = new Map<string, Promise<void>>()
  readonly #editing = new Map<string, Promise<void>>()
  readonly #looking = new Map<string, Promise<void>>()
  readonly #reaching = new Map<string, Promise<void>>()
  #reached = 0
  #turn: Promise<void> | null = null
  #again = false
  #stopped = false
  #alarm: NodeJS.Timeout | undefined

  /** `beyond`: the lane of what goes out whatever becomes of Slack. */
  constructor(sending: Sending, beyond: Lane) {
    this.#sending = sending
    this.#beyond = beyond
  }

  /** Something may be ready to go out. Returns at once. */
  wake(): void {
    if (this.#stopped) return
    if (this.#turn) {
      this.#again = true
      return
    }
    this.#turn = this.#run().finally(() => {
      this.#turn = null
      if (!this.#again) return
      this.#again = false
      this.wake()
    })
  }

  /** Takes nothing new and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#alarm)
    await this.#turn
    await this.#settled()
  }

  /** Resolves when nothing is under way and nothing more can go out now. For tests and the end of a demo's time jump. */
  async idle(): Promise<void> {
    while (this.#turn || this.#underway().length > 0) {
      await this.#turn
      await this.#settled()
    }
  }

  async #settled(): Promise<void> {
    await Promise.all(this.#underway())
  }

  #underway(): Promise<void>[] {
    const all = [this.#posting, this.#editing, this.#looking, this.#reaching]
    return all.flatMap((some) => [...some.values()])
  }

  async #run(): Promise<void> {
    const { store, clock, log } = this.#sending
    try {
      await this.#reach()
      await expireLeases(store.db, clock.now())
      await this.#look(clock)
      await this.#post(clock)
      await this.#edit(clock)
    } catch (error) {
      log.error({ err: describe(error) }, 'the outbox could not be read')
    }
    this.#setAlarm(clock.now())
  }

  /** A busy channel is served on the moment it may be, and not at the clock's next second: that would halve its pace. */
  #setAlarm(now: Date): void {
    clearTimeout(this.#alarm)
    const readyAt = this.#sending.pace.nextReadyAt(now)
    if (!readyAt || this.#stopped) return
    const waitMs = Math.min(Math.max(readyAt.getTime() - now.getTime(), leastWaitMs), minuteMs)
    this.#alarm = setTimeout(() => this.wake(), waitMs).unref()
  }

  async #reach(): Promise<void> {
    if (this.#stopped) return
    for (const { key, run } of await this.#beyond())
      this.#start(this.#reaching, `${key} ${(this.#reached += 1)}`, run())
  }

  async #look(clock: Clock): Promise<void> {
    const room = atOnce.looks - this.#looking.size
    if (room <= 0 || this.#stopped) return
    for (const claim of await claimUnsure(this.#sending.store.db, clock.now(), room))
      this.#start(this.#looking, claim[0].id, reconcile(this.#sending, claim))
  }

  async #post(clock: Clock): Promise<void> {
    const { pace, store } = this.#sending
    for (;;) {
      const now = clock.now()
      const room = atOnce.posts - this.#posting.size
      if (room <= 0 || this.#stopped || pace.readyAt(everywhere, now)) return
      const busy = [...this.#posting.keys(), ...pace.busy(now)]
      const claimedMs = performance.now()
      const claimed = await claimMessages(store.db, now, { limit: room, busy, served: pace.served(now) })
      if (claimed.length === 0) return
      for (const claim of claimed)
        this.#start(this.#posting, claim[0].target, deliver(this.#sending, claim, claimedMs))
    }
  }

  async #edit(clock: Clock): Promise<void> {
    const now = clock.now()
    const room = atOnce.edits - this.#editing.size
    if (room <= 0 || this.#stopped || this.#sending.pace.readyAt('chat.update', now)) return
    for (const live of await claimStale(this.#sending.store.db, now, room))
      this.#start(this.#editing, live[0].id, refresh(this.#sending, live))
  }

  /** What a failure leaves behind is found again by its lease. */
  #start(underway: Map<string, Promise<void>>, key: string, work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) =>
        this.#sending.log.error({ err: describe(error), key }, 'a delivery failed here'),
      )
      .finally(() => {
        underway.delete(key)
        this.wake()
      })
    underway.set(key, watched)
  }
}
