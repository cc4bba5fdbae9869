import type { ModalView } from '@slack/types'
import { input, modal, section, textInput } from '../blocks.ts'
import { writeDrawn } from '../buttons.ts'
import { Reading } from './form.ts'
import type { FormValues, Read } from './form.ts'
import type { Scene } from './scene.ts'
import { called, drawn, shortly } from './words.ts'

export type NoteForm = { text: string }

export function noteModal({ escalation }: Scene): ModalView {
  const metadata = writeDrawn(drawn(escalation))
  return modal('note', { title: `Note on ${called(escalation)}`, submit: 'Add note', metadata }, [
    section(shortly(escalation)),
    input('note', 'Note', textInput({ lines: 'many' }), {
      hint: "Internal: kept on the timeline and shown in the thread. The owner's note renews the acknowledgement.",
    }),
  ])
}

export function readNoteModal(values: FormValues): Read<NoteForm> {
  const form = new Reading(values)
  return form.done({ text: form.required('note', 'Write something to remember.') })
}
