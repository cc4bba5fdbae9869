import type { ModalView } from '@slack/types'
import { modal } from '../blocks.ts'
import type { Actor } from '../../domain/escalation.ts'
import { writeDrawn } from '../buttons.ts'
import type { FormValues, Read } from './form.ts'
import type { Scene } from './scene.ts'

export type HandOffForm = { to: Actor; note: string | null }

export function handOffModal({ escalation }: Scene): ModalView {
  return modal(
    'hand_off',
    { title: 'E', submit: 'S', metadata: writeDrawn({ e: escalation.id, v: escalation.version }) },
    [],
  )
}

export function readHandOffModal(values: FormValues): Read<HandOffForm> {
  return { ok: false, errors: Object.fromEntries(Object.keys(values).map((key) => [key, ''])) }
}
