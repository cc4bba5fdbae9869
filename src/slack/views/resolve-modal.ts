import type { ModalView } from '@slack/types'
import { input, modal, section, textInput } from '../blocks.ts'
import { writeDrawn } from '../buttons.ts'
import { Reading } from './form.ts'
import type { FormValues, Read } from './form.ts'
import type { Scene } from './scene.ts'
import { called, drawn, shortly } from './words.ts'

export type ResolveForm = { resolution: string | null }

export function resolveModal({ escalation }: Scene): ModalView {
  const metadata = writeDrawn(drawn(escalation))
  return modal('resolve', { title: `Resolve ${called(escalation)}`, submit: 'Resolve', metadata }, [
    section(`${shortly(escalation)}\nPaging and reminders stop. It can be reopened for 7 days.`),
    input('resolution', 'What was found, and how it was solved', textInput({ lines: 'many' }), {
      optional: true,
      hint: 'The next customer with this question has its answer here.',
    }),
  ])
}

export function readResolveModal(values: FormValues): Read<ResolveForm> {
  const form = new Reading(values)
  return form.done({ resolution: form.text('resolution') })
}
