import type { ModalView } from '@slack/types'
import type { Duration } from '../../domain/time.ts'
import { context, input, modal, section, textInput, when } from '../blocks.ts'
import { writeDrawn } from '../buttons.ts'
import { Reading } from './form.ts'
import type { FormValues, Read } from './form.ts'
import type { Scene } from './scene.ts'
import { drawn, inWords, shortly } from './words.ts'

/** What the severity owes the customer: an update every so often, so the next one by then. */
export type Usual = { every: Duration; by: Date }

export type UpdateForm = { text: string; nextBy: Date | null }

/** What the customer was told: the promise of the next update starts anew from it. */
export function updateModal(scene: Scene, usual: Usual): ModalView {
  const { escalation } = scene
  const metadata = writeDrawn(drawn(escalation))
  return modal('update_customer', { title: 'Update customer', submit: 'Save', metadata }, [
    section(shortly(escalation)),
    input('told', 'What the customer was told', textInput({ lines: 'many' }), {
      hint: 'Kept on the timeline. Belay sends nothing to the customer.',
    }),
    input(
      'next_by',
      'Next update by',
      { type: 'datetimepicker' },
      {
        optional: true,
        hint: `Left empty, the usual interval counts: ${inWords(usual.every)}.`,
      },
    ),
    context(`By the usual interval the next update is due ${when(usual.by)}.`),
  ])
}

export function readUpdateModal(values: FormValues, now: Date): Read<UpdateForm> {
  const form = new Reading(values)
  const text = form.required('told', 'Say what the customer was told.')
  const nextBy = form.instant('next_by')
  if (nextBy && nextBy <= now) form.refuse('next_by', 'That time is over already: choose a later one.')
  return form.done({ text, nextBy })
}
