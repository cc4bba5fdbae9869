import type { ModalView } from '@slack/types'
import { modal } from '../blocks.ts'
import { writeDrawn } from '../buttons.ts'
import type { FormValues, Read } from './form.ts'
import type { Scene } from './scene.ts'

export type ResolveForm = { resolution: string | null }

export function resolveModal({ escalation }: Scene): ModalView {
  return modal(
    'resolve',
    { title: 'E', submit: 'S', metadata: writeDrawn({ e: escalation.id, v: escalation.version }) },
    [],
  )
}

export function readResolveModal(values: FormValues): Read<ResolveForm> {
  return { ok: false, errors: Object.fromEntries(Object.keys(values).map((key) => [key, ''])) }
}
