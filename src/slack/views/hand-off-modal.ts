import type { ModalView } from '@slack/types'
import type { Actor } from '../../domain/escalation.ts'
import { input, modal, section, textInput } from '../blocks.ts'
import { writeDrawn } from '../buttons.ts'
import { Reading } from './form.ts'
import type { FormValues, Read } from './form.ts'
import type { Scene } from './scene.ts'
import { headline } from './state.ts'
import { called, drawn, shortly } from './words.ts'

export type HandOffForm = { to: Actor; note: string | null }

/** Ownership moves to a person by name. */
export function handOffModal(scene: Scene): ModalView {
  const { escalation } = scene
  const metadata = writeDrawn(drawn(escalation))
  return modal('hand_off', { title: `Hand off ${called(escalation)}`, submit: 'Hand off', metadata }, [
    section(`${shortly(escalation)}\n${headline(scene)}`),
    input(
      'to',
      'Hand off to',
      { type: 'users_select' },
      { hint: 'They are told, and it is theirs at once.' },
    ),
    input('note', 'What they should know', textInput({ lines: 'many' }), { optional: true }),
  ])
}

export function readHandOffModal(values: FormValues): Read<HandOffForm> {
  const form = new Reading(values)
  return form.done({ to: form.person('to', 'Choose who gets it.'), note: form.text('note') })
}
