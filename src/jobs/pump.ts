import type { Clock } from '../clock.ts'
import { minuteMs } from '../domain/time.ts'
import { claimStale } from '../store/cards.ts'
import { expireLeases } from '../store/outbox.ts'
import type { Room } from '../store/outbox.ts'
import { claimMessages } from '../store/summaries.ts'
import { claimUnsure } from '../store/unsure.ts'
import type { Lane } from '../fallback/lane.ts'
import { deliver } from '../slack/deliver.ts'
import { describe } from '../slack/log.ts'
import { everywhere } from '../slack/pace.ts'
import { reconcile } from '../slack/reconcile.ts'
import { refresh } from '../slack/refresh.ts'
import type { Sending } from '../slack/sending.ts'
import { Turn } from './turn.ts'

/**
 * How much is under way at once: posts to different targets, edits, and looks for what may have arrived. Of the posts, the
 * last few places are for targets that got nothing lately: nobody's first page waits for a storm elsewhere.
 */
const atOnce = { posts: 16, keptFree: 4, edits: 4, looks: 4 }
/** Many channels that are ready one shortly after the other are served in one go. */
const leastWaitMs = 20
/** A storm of commits must not ask the outbox once for each of them; whoever is alone waits for nothing. */
const turnEveryMs = 50

type TurnName = 'reach' | 'look' | 'post' | 'edit'

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
  /** Each goes on by itself: a page is not claimed later because there is much to edit. */
  readonly #turns: Record<TurnName, Turn>
  /** When each last ended well, by `performance.now()`. */
  readonly #endedMs = new Map<TurnName, number>()
  #stopped = false
  #alarm: NodeJS.Timeout | undefined

  /** `beyond`: the lane of what goes out whatever becomes of Slack. */
  constructor(sending: Sending, beyond: Lane) {
    this.#sending = sending
    this.#beyond = beyond
    const { clock } = sending
    const turn = (name: TurnName, work: () => Promise<void>) => {
      this.#endedMs.set(name, performance.now())
      return new Turn(() => this.#try(name, work), turnEveryMs)
    }
    this.#turns = {
      reach: turn('reach', () => this.#reach()),
      look: turn('look', () => this.#look(clock)),
      post: turn('post', () => this.#post(clock)),
      edit: turn('edit', () => this.#edit(clock)),
    }
  }

  /** Time has passed, and anything may have become due. Returns at once. */
  tick(): void {
    this.wake()
    if (!this.#stopped) this.#turns.look.wake()
  }

  /** Something may be ready to go out. Returns at once. What may have arrived is not looked for before its time. */
  wake(): void {
    if (this.#stopped) return
    const { reach, post, edit } = this.#turns
    for (const turn of [reach, post, edit]) turn.wake()
  }

  /** Takes nothing new and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#alarm)
    await this.idle()
  }

  /** Resolves when nothing is under way and nothing more can go out now. For tests and the end of a demo's time jump. */
  async idle(): Promise<void> {
    while (this.#underway().length > 0) {
      for (const turn of Object.values(this.#turns)) turn.hurry()
      await Promise.all(this.#underway())
    }
  }

  /** For how long one of the turns has not ended well. A clock that ticks gives each of them one every second. */
  idleMs(): number {
    return performance.now() - Math.min(...this.#endedMs.values())
  }

  #underway(): Promise<void>[] {
    const all = [this.#posting, this.#editing, this.#looking, this.#reaching]
    return [
      ...Object.values(this.#turns).flatMap(({ running }) => (running ? [running] : [])),
      ...all.flatMap((some) => [...some.values()]),
    ]
  }

  async #try(name: TurnName, work: () => Promise<void>): Promise<void> {
    if (this.#stopped) return
    try {
      await work()
      this.#endedMs.set(name, performance.now())
    } catch (error) {
      this.#sending.log.error({ err: describe(error) }, 'the outbox could not be read')
    }
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
    for (const { key, run } of await this.#beyond())
      this.#start(this.#reaching, `${key} ${(this.#reached += 1)}`, run())
  }

  async #look(clock: Clock): Promise<void> {
    const { pace, store } = this.#sending
    await expireLeases(store.db, clock.now())
    const now = clock.now()
    const room = atOnce.looks - this.#looking.size
    if (room <= 0 || pace.readyAt('conversations.history', now)) return
    for (const due of await claimUnsure(store.db, now, room, [...this.#looking.keys()]))
      this.#start(this.#looking, due[0][0].target, reconcile(this.#sending, due), () => this.tick())
  }

  async #post(clock: Clock): Promise<void> {
    const { pace, store } = this.#sending
    // Fewer than there is room for: all others wait for a target that is busy, and whoever ends there wakes us.
    for (let isMore = true; isMore && !this.#stopped;) {
      const now = clock.now()
      const room = this.#room(now)
      if (room.limit <= 0 || pace.readyAt(everywhere, now)) break
      const claimedMs = performance.now()
      const claims = await claimMessages(store.db, now, room)
      pace.took(claims.length, now)
      isMore = claims.length === room.limit
      for (const claim of claims)
        this.#start(this.#posting, claim[0].target, deliver(this.#sending, claim, claimedMs))
    }
    this.#setAlarm(clock.now())
  }

  #room(now: Date): Room {
    const { pace } = this.#sending
    const [served, turns] = [pace.served(now), pace.turns(now)]
    const places = atOnce.posts - this.#posting.size
    const most = pace.wave(now)
    const busy = [...this.#posting.keys(), ...pace.busy(now)]
    return places > atOnce.keptFree
      ? { limit: Math.min(places - atOnce.keptFree, most), busy, served, turns }
      : { limit: Math.min(places, most), busy: [...busy, ...served], served, turns }
  }

  async #edit(clock: Clock): Promise<void> {
    const now = clock.now()
    const room = atOnce.edits - this.#editing.size
    if (room <= 0 || this.#sending.pace.readyAt('chat.update', now)) return
    for (const live of await claimStale(this.#sending.store.db, now, room))
      this.#start(this.#editing, live[0].id, refresh(this.#sending, live))
  }

  /** What a failure leaves behind is found again by its lease. */
  #start(
    underway: Map<string, Promise<void>>,
    key: string,
    work: Promise<void>,
    goOn = () => this.wake(),
  ): void {
    const watched = work
      .catch((error: unknown) =>
        this.#sending.log.error({ err: describe(error), key }, 'a delivery failed here'),
      )
      .finally(() => {
        underway.delete(key)
        goOn()
      })
    underway.set(key, watched)
  }
}
