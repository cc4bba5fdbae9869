import type { ModalView } from '@slack/types'
import { modal } from '../blocks.ts'
import { writeDrawn } from '../buttons.ts'
import type { FormValues, Read } from './form.ts'
import type { Scene } from './scene.ts'

export type NoteForm = { text: string }

export function noteModal({ escalation }: Scene): ModalView {
  return modal(
    'note',
    { title: 'E', submit: 'S', metadata: writeDrawn({ e: escalation.id, v: escalation.version }) },
    [],
  )
}

export function readNoteModal(values: FormValues): Read<NoteForm> {
  return { ok: false, errors: Object.fromEntries(Object.keys(values).map((key) => [key, ''])) }
}
