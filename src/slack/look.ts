import { minuteMs, secondMs } from '../domain/time.ts'
import { cardIn } from '../store/cards.ts'
import type { Claim } from '../store/outbox.ts'
import { personById } from '../store/people.ts'
import type { Outcome } from './classify.ts'
import { classify } from './classify.ts'
import { idOf, metadataType } from './sending.ts'
import type { Sending } from './sending.ts'

/** How far before the attempt a message may be stamped: clocks differ. */
const clockSlackMs = 2 * minuteMs
/** What is asked for at once. Some apps get 15 whatever they ask for, so the pages of an answer are followed. */
const historyLimit = 200
/** No channel has more in the minutes that are searched, at Slack's own pace. */
const historyPages = 20
/** What is not read by then is left to the next look: this one must be over before its messages are anybody's again. */
const lookForMs = 20 * secondMs

/** Where a message is. `thread`: it is a reply. */
export type Found = { channel: string; ts: string; thread: boolean }

/** What a look has shown, by the messages' ids. What is in neither is not there; `unseen`: why nobody can say. */
export type Look = { found: Map<string, Found>; unseen: Map<string, Outcome> }

/**
 * Looks for these messages where they were sent to, all of them one target's: reads its channel once, and then each thread
 * in which a reply may be hidden. What was read counts, whatever Slack refuses after it.
 */
export async function look(sending: Sending, target: string, claims: readonly Claim[]): Promise<Look> {
  const seen: Look = { found: new Map(), unseen: new Map() }
  const channel = await searchable(sending, target)
  if (!channel) return seen
  const untilMs = performance.now() + lookForMs
  await search(sending, seen, { channel, thread: null, claims, untilMs })
  const hidden = claims.filter((claim) => !seen.found.has(idOf(claim)) && !seen.unseen.has(idOf(claim)))
  for (const [thread, some] of await threadsOf(sending, channel, hidden)) {
    const limited = [...seen.unseen.values()].find(({ kind }) => kind === 'retry')
    if (limited) for (const claim of some) seen.unseen.set(idOf(claim), limited)
    else await search(sending, seen, { channel, thread, claims: some, untilMs })
  }
  return seen
}

/** The channel of a target; null for a person whose direct messages were never opened: nothing was sent. */
async function searchable({ store }: Sending, target: string): Promise<string | null> {
  if (!/^[UW]/.test(target)) return target
  return (await personById(store.db, target))?.direct ?? null
}

/** Those that may be replies, by the thread that they would be in. */
async function threadsOf(
  { store }: Sending,
  channel: string,
  claims: readonly Claim[],
): Promise<Map<string, Claim[]>> {
  const threads = new Map<string, Claim[]>()
  for (const claim of claims) {
    const [{ summary, escalation }] = claim
    const card = summary === null && escalation !== null ? await cardIn(store.db, escalation, channel) : null
    if (card) threads.set(card.ts, [...(threads.get(card.ts) ?? []), claim])
  }
  return threads
}

type Place = { channel: string; thread: string | null; claims: readonly Claim[]; untilMs: number }

/** Searches a channel or a thread until all are found, or nothing more is there. */
async function search(sending: Sending, seen: Look, place: Place): Promise<void> {
  const { channel, thread, claims } = place
  const wanted = new Set(claims.map(idOf))
  try {
    for await (const messages of pagesOf(sending, place)) {
      for (const [id, found] of oursAmong(messages, channel, wanted)) seen.found.set(id, found)
      for (const id of seen.found.keys()) wanted.delete(id)
      if (wanted.size === 0) return
    }
  } catch (error) {
    const verdict = classify(error, thread ? 'conversations.replies' : 'conversations.history')
    // A thread whose first message was deleted has no replies to find.
    if (thread && verdict.kind === 'gone') return
    for (const id of wanted) seen.unseen.set(id, verdict)
  }
}

type Message = {
  ts?: string
  thread_ts?: string
  metadata?: { event_type?: string; event_payload?: unknown }
}

/** The pages of Slack's answer, from shortly before the first of the attempts on. */
async function* pagesOf(
  { looks }: Sending,
  { channel, thread, claims, untilMs }: Place,
): AsyncGenerator<Message[]> {
  const { history, replies } = looks.conversations
  const attempts = claims.map(([{ attemptedAt, createdAt }]) => (attemptedAt ?? createdAt).getTime())
  const oldest = String((Math.min(...attempts) - clockSlackMs) / 1000)
  const range = { channel, oldest, limit: historyLimit, include_all_metadata: true }
  let cursor: { cursor?: string } = {}
  for (let page = 0; page < historyPages && performance.now() < untilMs; page += 1) {
    const asked = { ...range, ...cursor }
    const answer = await (thread ? replies({ ...asked, ts: thread }) : history(asked))
    yield answer.messages ?? []
    const next = answer.response_metadata?.next_cursor
    if (!next) return
    cursor = { cursor: next }
  }
  throw new Error('the history is too long to be searched')
}

/** Of the messages with a wanted id the first of each: what was sent twice counts from then on. */
function oursAmong(messages: Message[], channel: string, wanted: ReadonlySet<string>): Map<string, Found> {
  const ours = messages
    .filter(({ metadata }) => metadata?.event_type === metadataType)
    .map(({ ts = '', thread_ts: thread = ts, metadata }) => ({
      id: idIn(metadata?.event_payload),
      found: { channel, ts, thread: thread !== ts },
    }))
    .filter(({ id }) => wanted.has(id))
    .sort((a, b) => (a.found.ts < b.found.ts ? 1 : -1))
  return new Map(ours.map(({ id, found }) => [id, found]))
}

function idIn(payload: unknown): string {
  return String((payload as { delivery_id?: unknown } | undefined)?.delivery_id)
}
