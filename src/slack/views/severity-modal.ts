import type { ModalView } from '@slack/types'
import { choice, input, modal, section } from '../blocks.ts'
import { writeDrawn } from '../buttons.ts'
import { Reading } from './form.ts'
import type { FormValues, Read } from './form.ts'
import type { Scene } from './scene.ts'
import { drawn, shortly } from './words.ts'

export type SeverityForm = { severity: string }

export function severityModal({ escalation, severities }: Scene): ModalView {
  const metadata = writeDrawn(drawn(escalation))
  return modal('severity', { title: 'Change severity', submit: 'Change', metadata }, [
    section(shortly(escalation)),
    input('severity', 'Severity', choice(severities, escalation.severity), {
      hint: 'Every promise is counted anew from its original start.',
    }),
  ])
}

export function readSeverityModal(values: FormValues): Read<SeverityForm> {
  const form = new Reading(values)
  return form.done({ severity: form.choice('severity', 'Choose a severity.') })
}
