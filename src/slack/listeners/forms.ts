import type { Actor } from '../../domain/escalation.ts'
import type { Verb } from '../../domain/verbs.ts'
import { changeSeverity, handOff, note, resolve, tellCustomer } from '../../domain/verbs.ts'
import type { ModalName } from '../buttons.ts'
import { lookUp } from '../names.ts'
import { within } from '../receivers/within.ts'
import type { FormValues, Read } from '../views/form.ts'
import { readHandOffModal } from '../views/hand-off-modal.ts'
import { readNoteModal } from '../views/note-modal.ts'
import { readResolveModal } from '../views/resolve-modal.ts'
import { readSeverityModal } from '../views/severity-modal.ts'
import { readUpdateModal } from '../views/update-modal.ts'
import type { Listening } from './listening.ts'
import { isOutsider } from './listening.ts'

/** A submitted form about an escalation, as the verb that it means, or the errors to show at its inputs. */
type Submit = (values: FormValues, now: Date, listening: Listening) => Read<Verb> | Promise<Read<Verb>>

/** Every form about an escalation: one that is missing here does not compile. */
export const submits: Record<Exclude<ModalName, 'escalate'>, Submit> = {
  hand_off: async (values, now, listening) => {
    const read = readHandOffModal(values)
    const can = read.ok && (await canHave(listening, read.data.to, now))
    return meaning(read, ({ to, note }) => handOff(to, note, can))
  },
  update_customer: (values, now) =>
    meaning(readUpdateModal(values, now), ({ text, nextBy }) => tellCustomer(text, nextBy)),
  resolve: (values) => meaning(readResolveModal(values), ({ resolution }) => resolve(resolution)),
  note: (values) => meaning(readNoteModal(values), ({ text }) => note(text)),
  severity: (values) => meaning(readSeverityModal(values), ({ severity }) => changeSeverity(severity)),
}

function meaning<T>(read: Read<T>, verb: (data: T) => Verb): Read<Verb> {
  return read.ok ? { ok: true, data: verb(read.data) } : read
}

/** Slack's own answer is worth this much waiting, and no more: the form has to be answered. */
const askWithinMs = 1000

/** True for people of this workspace, as far as Slack says in time: anybody can be chosen in Slack's own select. */
async function canHave(listening: Listening, to: Actor, now: Date): Promise<boolean> {
  const asked = lookUp(listening.directory, [to], now).catch(() => [])
  const [person] = await within(asked, askWithinMs, [])
  return !person || !(person.isBot || person.isGone || isOutsider(listening, { id: to, team: person.team }))
}
