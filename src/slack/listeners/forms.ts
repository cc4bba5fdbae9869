import type { Verb } from '../../domain/verbs.ts'
import { changeSeverity, handOff, note, resolve, tellCustomer } from '../../domain/verbs.ts'
import type { ModalName } from '../buttons.ts'
import type { FormValues, Read } from '../views/form.ts'
import { readHandOffModal } from '../views/hand-off-modal.ts'
import { readNoteModal } from '../views/note-modal.ts'
import { readResolveModal } from '../views/resolve-modal.ts'
import { readSeverityModal } from '../views/severity-modal.ts'
import { readUpdateModal } from '../views/update-modal.ts'

/** A submitted form about an escalation, as the verb that it means, or the errors to show at its inputs. */
type Submit = (values: FormValues, now: Date) => Read<Verb>

/** Every form about an escalation: one that is missing here does not compile. */
export const submits: Record<Exclude<ModalName, 'escalate'>, Submit> = {
  hand_off: (values) => meaning(readHandOffModal(values), ({ to, note }) => handOff(to, note)),
  update_customer: (values, now) =>
    meaning(readUpdateModal(values, now), ({ text, nextBy }) => tellCustomer(text, nextBy)),
  resolve: (values) => meaning(readResolveModal(values), ({ resolution }) => resolve(resolution)),
  note: (values) => meaning(readNoteModal(values), ({ text }) => note(text)),
  severity: (values) => meaning(readSeverityModal(values), ({ severity }) => changeSeverity(severity)),
}

function meaning<T>(read: Read<T>, verb: (data: T) => Verb): Read<Verb> {
  return read.ok ? { ok: true, data: verb(read.data) } : read
}
