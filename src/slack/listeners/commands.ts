import type { PolicyDocument } from '../../domain/policy.ts'
import { severityNamed } from '../../domain/policy.ts'
import { listOpen } from '../../store/escalations.ts'
import { timelineOf } from '../../store/timeline.ts'
import type { Message } from '../blocks.ts'
import { digestMessage, digestSoFar } from '../digest-message.ts'
import { gather, peopleOf } from '../gather.ts'
import { names } from '../names.ts'
import { shiftsNow } from '../shifts.ts'
import type { Prefill } from '../views/escalate-modal.ts'
import { help } from '../views/help.ts'
import { list } from '../views/list.ts'
import { onCall } from '../views/on-call.ts'
import { policySummary } from '../views/policy-summary.ts'
import { refusal } from '../views/refusal.ts'
import { show } from '../views/show.ts'
import type { Listening } from './listening.ts'
import { sceneOf } from './listening.ts'

/** What `/escalate list` shows at the most. */
const listedAtMost = 20

/** A word after `/escalate` that answers the person alone. Everything else opens the form, filled in. */
export type Subcommand = 'list' | 'show' | 'on-call' | 'policy' | 'digest' | 'help'
type Answer = (listening: Listening, argument: string) => Promise<Message>

/** Every subcommand: one that is missing here does not compile. */
export const subcommands: Record<Subcommand, Answer> = {
  list: listAnswer,
  show: showAnswer,
  'on-call': onCallAnswer,
  policy: policyAnswer,
  digest: digestAnswer,
  help: () => Promise.resolve(help()),
}

/** What was typed after `/escalate`: a subcommand with its argument, or words for the form. */
export type Typed =
  | { kind: 'answer'; subcommand: Subcommand; argument: string }
  | { kind: 'form'; prefill: Prefill }

/** `list`, `show E-12` and the others are subcommands only on their own: `list is empty for Acme` is a summary. */
export function readCommand(text: string, policy: PolicyDocument): Typed {
  const words = unescaped(text).trim().split(/\s+/).filter(Boolean)
  const [first = '', ...rest] = words
  const subcommand = first.toLowerCase()
  if (isSubcommand(subcommand) && rest.length === (subcommand === 'show' ? 1 : 0))
    return { kind: 'answer', subcommand, argument: rest[0] ?? '' }
  return { kind: 'form', prefill: prefillFrom(words, policy) }
}

/** `T-9 critical checkout is down`: a ticket when it looks like one, a severity when the policy has it, and a summary. */
function prefillFrom(words: string[], policy: PolicyDocument): Prefill {
  const rest = [...words]
  const ticket = looksLikeTicket(rest[0]) ? rest.shift() : undefined
  const severity = severityNamed(policy, rest[0])
  if (severity) rest.shift()
  const summary = rest.join(' ')
  return { ...(ticket && { ticket }), ...(severity && { severity }), ...(summary && { summary }) }
}

/** A number, a number with a prefix, or a link. */
function looksLikeTicket(word: string | undefined): boolean {
  return word !== undefined && /^(#?\d+|[A-Za-z][A-Za-z0-9]*-\d+|https?:\/\/\S+)$/.test(word)
}

/** Slack escapes these three in what people type. */
export function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

function isSubcommand(word: string): word is Subcommand {
  return Object.hasOwn(subcommands, word)
}

async function listAnswer(listening: Listening): Promise<Message> {
  const open = await listOpen(listening.store.db, listedAtMost + 1)
  const now = listening.clock.now()
  const scenes = await Promise.all(
    open.slice(0, listedAtMost).map((escalation) => gather(listening, escalation, now)),
  )
  const rows = scenes.map(({ escalation, names, links }) => ({
    escalation,
    owner: escalation.owner && (names.get(escalation.owner) ?? escalation.owner),
    link: links.get(escalation.home) ?? null,
  }))
  return list(rows, open.length)
}

async function showAnswer(listening: Listening, argument: string): Promise<Message> {
  const id = Number(/^E-(\d{1,15})$/i.exec(argument)?.[1])
  if (!Number.isSafeInteger(id)) return help()
  const entries = await timelineOf(listening.store.db, id)
  const scene = await sceneOf(
    listening,
    id,
    entries.flatMap(({ event }) => peopleOf(event)),
  )
  return scene ? show(scene, entries) : refusal({ kind: 'no_such_escalation', escalation: id }, null)
}

async function onCallAnswer(listening: Listening): Promise<Message> {
  return onCall(await shiftsNow(listening, listening.clock.now()))
}

async function digestAnswer({ store, directory, clock }: Listening): Promise<Message> {
  const now = clock.now()
  return digestMessage(store, digestSoFar(store, now), now, (ids) => names(directory, ids, now))
}

async function policyAnswer({ store, directory, clock }: Listening): Promise<Message> {
  const { live } = store.book
  const people = Object.values(live.rotations).flatMap(({ people }) => people)
  return policySummary(live, await names(directory, [...people, ...live.admins], clock.now()))
}
