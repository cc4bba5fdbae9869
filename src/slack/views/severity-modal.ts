import type { ModalView } from '@slack/types'
import { modal } from '../blocks.ts'
import { writeDrawn } from '../buttons.ts'
import type { FormValues, Read } from './form.ts'
import type { Scene } from './scene.ts'

export type SeverityForm = { severity: string }

export function severityModal({ escalation }: Scene): ModalView {
  return modal(
    'severity',
    { title: 'E', submit: 'S', metadata: writeDrawn({ e: escalation.id, v: escalation.version }) },
    [],
  )
}

export function readSeverityModal(values: FormValues): Read<SeverityForm> {
  return { ok: false, errors: Object.fromEntries(Object.keys(values).map((key) => [key, ''])) }
}
