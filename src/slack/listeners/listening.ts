import type { WebClient } from '@slack/web-api'
import type { Logger } from 'pino'
import type { Clock } from '../../clock.ts'
import type { Actor, Escalation } from '../../domain/escalation.ts'
import type { Verb } from '../../domain/verbs.ts'
import type { Observer } from '../../observer.ts'
import { wantRefresh } from '../../store/cards.ts'
import type { Changed, Decide, MayCommit } from '../../store/escalations.ts'
import { change, find } from '../../store/escalations.ts'
import type { Message } from '../blocks.ts'
import { describe } from '../log.ts'
import type { Gathering } from '../gather.ts'
import { gather } from '../gather.ts'
import { orLate, within } from '../receivers/within.ts'
import { refusal } from '../views/refusal.ts'
import type { Scene } from '../views/scene.ts'
import { mayBeSaved, notSaved } from '../views/sorry.ts'

/** What every listener works with. */
export type Listening = Gathering & {
  clock: Clock
  log: Logger
  writes: WebClient
  reads: WebClient
  observer: Observer
}

/** Says something to the person alone, where they are. */
export type Tell = (message: Message) => Promise<void>

/** What a person asked for: since when they wait, by `performance.now()`, and how they are told. */
export type Asked = { since: number; tell: Tell }

/** Who pressed or typed, and the team they belong to. */
export type Person = { id: Actor; team: string | null }

/** A person is told within this time of the moment it came in whether it was saved; Slack shows an error after 3 seconds. */
const answerWithinMs = 2200
/** Why it was refused is worth waiting for until then. Without what was looked up, the sentence says less. */
const explainWithinMs = 2600

/** `seen`: the version they saw. */
type Pressed = { id: number; by: Person; seen: number | null; since: number }

/**
 * A person acts on an escalation: decide, save, and tell them what came of it if it is not what they meant. Returns what
 * changed; null when nothing did, and they have been told.
 */
export async function act(
  listening: Listening,
  { id, by, seen, since }: Pressed,
  verb: Verb,
  tell: Tell,
): Promise<Changed | null> {
  const now = listening.clock.now()
  if (isOutsider(listening, by))
    return tellRefused(listening, { kind: 'outsider' }, null, { now, since }, tell)
  const decide: Decide = (escalation, terms) => verb(escalation, terms, { by: by.id, seen }, now)
  const saved = await saving(listening, since, (mayCommit) =>
    change(listening.store, id, now, decide, mayCommit),
  )
  if (!saved.ok) {
    await tell(saved.sorry)
    return null
  }
  const { done } = saved
  if (done.kind === 'changed') tellAcknowledged(listening, done, now)
  if (done.kind !== 'refused') return done
  return tellRefused(listening, done.refusal, done.escalation, { now, since }, tell)
}

function tellAcknowledged({ observer }: Listening, { escalation, happened }: Done, now: Date): void {
  const isTaken = happened.some(({ event }) => event.kind === 'acknowledged')
  if (isTaken && escalation.pagedAt) observer.acknowledged(now.getTime() - escalation.pagedAt.getTime())
}

type Done = Extract<Changed, { kind: 'changed' }>

/** They learn the truth, and the card they pressed on is drawn again. */
async function tellRefused(
  listening: Listening,
  refused: Parameters<typeof refusal>[0],
  escalation: Escalation | null,
  { now, since }: { now: Date; since: number },
  tell: Tell,
): Promise<null> {
  const inPatience = <T>(work: Promise<T>) => {
    const heard = work.catch((error: unknown) => {
      listening.log.warn({ err: describe(error) }, 'why something was refused could not be looked up')
      return null
    })
    return beforeAnswer(since, heard, null)
  }
  const others = 'owner' in refused ? [refused.owner] : []
  const scene = escalation && (await inPatience(gather(listening, escalation, now, others)))
  await tell(refusal(refused, scene))
  if (escalation) await inPatience(redraw(listening, escalation.id, now))
  return null
}

async function redraw({ store }: Listening, escalation: number, now: Date): Promise<void> {
  await wantRefresh(store.db, escalation, now)
  store.committed()
}

/** What was saved; or, when it was not or nobody knows, what the person is told. */
type Saved<T> = { ok: true; done: T } | { ok: false; sorry: Message }

/**
 * Saves what a person did, and says in time what came of it. `work` calls `mayCommit` as the last thing of its transaction:
 * once the person was told that nothing was saved, it throws, so that this stays true.
 */
export async function saving<T>(
  listening: Listening,
  since: number,
  work: (mayCommit: MayCommit) => Promise<T>,
): Promise<Saved<T>> {
  let isOver = false
  let isCommitting = false
  const mayCommit = () => {
    if (isOver) throw new Error('too late: the person was told that it was not saved')
    isCommitting = true
  }
  const done = await inTime(listening, since, () => work(mayCommit))
  isOver = true
  if (done) return { ok: true, done }
  return { ok: false, sorry: isCommitting ? mayBeSaved() : notSaved() }
}

/** The result, if it is there in time; null when the database failed or is too slow. */
export async function inTime<T>(
  { log }: Listening,
  since: number,
  work: () => Promise<T>,
): Promise<T | null> {
  try {
    return await orLate(work(), left(since, answerWithinMs))
  } catch (error) {
    log.error({ err: describe(error) }, 'what a person asked for was not done in time; they were told')
    return null
  }
}

/** What helps to answer, if it is there before the answer must go out; `otherwise` when it is not. */
export function beforeAnswer<T, E>(since: number, work: Promise<T>, otherwise: E): Promise<T | E> {
  return within(work, left(since, explainWithinMs), otherwise)
}

function left(since: number, mostMs: number): number {
  return Math.max(0, since + mostMs - performance.now())
}

/** True for people from another workspace, in a shared channel: they see, and cannot act. */
export function isOutsider({ workspace }: Listening, { team }: Person): boolean {
  const we = workspace()
  return we !== undefined && team !== null && team !== we.teamId && team !== we.enterpriseId
}

/** The scene of an escalation as of now; null when there is none with this number. */
export async function sceneOf(
  listening: Listening,
  id: number,
  others: (Actor | null)[] = [],
): Promise<Scene | null> {
  const escalation = await find(listening.store.db, id)
  return escalation && gather(listening, escalation, listening.clock.now(), others)
}
