import type { ModalView } from '@slack/types'
import { modal } from '../blocks.ts'
import type { Duration } from '../../domain/time.ts'

/** What the severity owes the customer: an update every so often, so the next one by then. */
export type Usual = { every: Duration; by: Date }
import { writeDrawn } from '../buttons.ts'
import type { FormValues, Read } from './form.ts'
import type { Scene } from './scene.ts'

export type UpdateForm = { text: string; nextBy: Date | null }

export function updateModal({ escalation }: Scene, _usual: Usual): ModalView {
  return modal(
    'update_customer',
    { title: 'E', submit: 'S', metadata: writeDrawn({ e: escalation.id, v: escalation.version }) },
    [],
  )
}

export function readUpdateModal(values: FormValues, _now: Date): Read<UpdateForm> {
  return { ok: false, errors: Object.fromEntries(Object.keys(values).map((key) => [key, ''])) }
}
